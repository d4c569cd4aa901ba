"""The journal of what is taken off a statement: the fund gets it back from the hospital, which bears it.

What is taken off for a bill stands in the stream of the bill's journals, so a revocation takes it back with them and
the hospital is not charged twice; what no bill is named for has a stream of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.events import JournalBooked, JournalEvent, Posting
from fund_ledger.journals.domain.journal import Booked, JournalState, Reversed, Unbooked, evolve, with_alarms
from fund_ledger.journals.domain.memo import borne
from fund_ledger.journals.domain.refused_payment import DEDUCTION, REFUSED, back_from_hospital
from fund_ledger.statements.domain.statement import Statement
from kernel.values.decider import Decider
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import conflict


class Deduct(msgspec.Struct, frozen=True, kw_only=True):
    """Take off what the review of a statement found, of one bill or of none; ``amount_fen`` is all of it.

    ``available_fen`` is what the fund has left, where that counts.
    """

    statement: Statement
    amount_fen: int
    available_fen: Mapping[str, int]
    booked_on: date
    settlement_id: str | None = None

    @property
    def journal_id(self) -> str:
        """The name of its journal: one for each statement and bill."""
        return deduction_id(self.statement.statement_id, self.settlement_id)

    @property
    def stream_id(self) -> str:
        """The bill's journals, or a stream of its own."""
        return f"journal/{self.settlement_id or self.journal_id}"


def decide(command: Deduct, state: JournalState) -> Sequence[JournalEvent]:
    """The journal, once; nothing at 0 fen. Raises Refused DEDUCTION_OF_REVOKED, DEDUCTION_TOO_LARGE."""
    past = state.journals if isinstance(state, Booked) else ()
    if not command.amount_fen or any(journal.journal_id == command.journal_id for journal in past):
        return ()
    of = command.statement
    journal = JournalBooked(
        journal_id=command.journal_id,
        kind=DEDUCTION,
        booked_on=command.booked_on,
        postings=_of_no_bill(of, command.amount_fen) if command.settlement_id is None else _of_bill(command, state),
        settlement_id=command.settlement_id,
    )
    return with_alarms(journal, command.available_fen)


def _of_no_bill(of: Statement, amount_fen: int) -> tuple[Posting, ...]:
    payable = accounts.payable_to_hospital(of.hospital_id, of.county, of.fund)
    return (
        Posting(payable, amount_fen),
        Posting(accounts.fund(of.county, of.fund), -amount_fen),
        *borne(of.hospital_id, of.county, REFUSED, amount_fen),
    )


def _of_bill(command: Deduct, state: JournalState) -> tuple[Posting, ...]:
    of, about, amount = command.statement, command.settlement_id, command.amount_fen
    if isinstance(state, Reversed):
        raise conflict(
            "DEDUCTION_OF_REVOKED",
            f"{about} was revoked, and the next statement takes back all of it; take nothing off for it",
            settlement=about or "",
        )
    owed = _owed(of, state.journals if isinstance(state, Booked) else ())
    if amount > (whole := sum(owed.values())):
        left, asked = yuan_from_fen(whole), yuan_from_fen(amount)
        detail = (
            f"{of.fund} owed {of.hospital_id} {left} yuan for {about} after what was taken off before,"
            f" so {asked} yuan cannot be taken off"
        )
        named = {"statement_id": of.statement_id, "settlement": about or "", "left": left, "asked": asked}
        raise conflict("DEDUCTION_TOO_LARGE", detail, **named)
    return back_from_hospital(of.hospital_id, of.county, _shared_out(of.fund, owed, amount))


def _owed(of: Statement, journals: Sequence[JournalBooked]) -> dict[str, int]:
    """What the statement's payer came to owe the hospital for the bill, by layer, in the order of the layers."""
    payable = accounts.payable_to_hospital(of.hospital_id, of.county, of.fund)
    owed: dict[str, int] = {}
    for posting in (posting for journal in journals for posting in journal.postings if posting.account == payable):
        owed[posting.payer or ""] = owed.get(posting.payer or "", 0) - posting.amount_fen
    return {payer: fen for payer, fen in owed.items() if fen > 0}


def _shared_out(fund: str, owed: Mapping[str, int], amount_fen: int) -> Iterator[tuple[str, str, int]]:
    for payer, fen in owed.items():
        if part := min(fen, amount_fen):
            amount_fen -= part
            yield payer, fund, part


DECIDER: Final[Decider[Deduct, JournalState, JournalEvent]] = Decider(Unbooked(), decide, evolve)


def deduction_id(statement_id: str, settlement_id: str | None = None) -> str:
    """The name of the journal of a statement's deductions, for a bill or for none."""
    return f"{statement_id}-deduction" + (f"-{settlement_id}" if settlement_id else "")
