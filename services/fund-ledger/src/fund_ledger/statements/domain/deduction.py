"""The journal of what is taken off a statement: the fund gets it back from the hospital, which bears it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.events import JournalBooked, JournalEvent, Posting
from fund_ledger.journals.domain.journal import JournalState, Unbooked, evolve, with_alarms
from fund_ledger.journals.domain.memo import borne
from fund_ledger.journals.domain.refused_payment import REFUSED
from fund_ledger.statements.domain.statement import Statement
from kernel.values.decider import Decider

DEDUCTION: Final = "deduction"


class Deduct(msgspec.Struct, frozen=True, kw_only=True):
    """Take off what the review of a statement found; ``available_fen`` is what the fund has left, where that counts."""

    statement: Statement
    amount_fen: int
    available_fen: Mapping[str, int]
    booked_on: date


def decide(command: Deduct, state: JournalState) -> Sequence[JournalEvent]:
    """The journal, once; nothing at 0 fen."""
    if not isinstance(state, Unbooked) or not command.amount_fen:
        return ()
    of, amount = command.statement, command.amount_fen
    payable = accounts.payable_to_hospital(of.hospital_id, of.county, of.fund)
    journal = JournalBooked(
        journal_id=deduction_id(of.statement_id),
        kind=DEDUCTION,
        booked_on=command.booked_on,
        postings=(
            Posting(payable, amount),
            Posting(accounts.fund(of.county, of.fund), -amount),
            *borne(of.hospital_id, of.county, REFUSED, amount),
        ),
    )
    return with_alarms(journal, command.available_fen)


DECIDER: Final[Decider[Deduct, JournalState, JournalEvent]] = Decider(Unbooked(), decide, evolve)


def deduction_id(statement_id: str) -> str:
    """The name of the journal of a statement's deductions."""
    return f"{statement_id}-deduction"
