"""The journals of advances: what is lent is owed back to the fund, whose own money does not change by it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from fund_ledger.advances.domain.advance import (
    Advance,
    AdvanceApplied,
    AdvanceEvent,
    AdvanceMoved,
    AdvancePaid,
    AdvanceRepaid,
    AdvanceWrittenOff,
)
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.events import JournalBooked, JournalEvent, Posting
from fund_ledger.journals.domain.journal import JournalState, Unbooked, evolve, with_alarms
from kernel.values.decider import Decider

#: The fund whose debt to a hospital a claim advance pays.
CRITICAL_ILLNESS: Final = "CII"


class BookAdvance(msgspec.Struct, frozen=True, kw_only=True):
    """Book what happened to an advance."""

    journal_id: str
    happened: AdvanceEvent
    available_fen: Mapping[str, int]
    booked_on: date


def decide(command: BookAdvance, state: JournalState) -> Sequence[JournalEvent]:
    """The journal, once; nothing where no money moved."""
    kind, postings = postings_of(command.happened)
    if not isinstance(state, Unbooked) or not postings:
        return ()
    journal = JournalBooked(
        journal_id=command.journal_id,
        kind=kind,
        booked_on=command.booked_on,
        postings=postings,
        source=command.happened.advance.advance_id,
    )
    return with_alarms(journal, command.available_fen)


DECIDER: Final[Decider[BookAdvance, JournalState, JournalEvent]] = Decider(Unbooked(), decide, evolve)


def postings_of(event: AdvanceEvent) -> tuple[str, tuple[Posting, ...]]:
    """The kind of journal and its lines."""
    advance = event.advance
    bank, due = accounts.bank(advance.county, advance.fund), owed_by(advance)
    match event:
        case AdvanceApplied():
            return "", ()
        case AdvancePaid():
            return "advance", (*_move(due, bank, advance.amount_fen), *_hospital_paid(advance))
        case AdvanceRepaid(recovered_fen=recovered):
            return "advance_repaid", _move(bank, due, recovered)
        case AdvanceMoved(from_id=insurer):
            before = accounts.receivable_from_insurer(insurer, advance.county, advance.fund)
            return "advance_moved", _move(due, before, advance.outstanding_fen)
        case AdvanceWrittenOff(amount_fen=left):
            return "write_off", _move(accounts.fund(advance.county, advance.fund), due, left)


def owed_by(advance: Advance) -> str:
    """The account of whoever has to give it back."""
    if advance.debtor_kind == "person":
        return accounts.receivable_from_person(advance.debtor_id, advance.county, advance.fund)
    return accounts.receivable_from_insurer(advance.debtor_id, advance.county, advance.fund)


def _hospital_paid(advance: Advance) -> tuple[Posting, ...]:
    """What the insurer owed the hospital is paid: the fund that owes it was given as much by the claim fund."""
    if advance.hospital_id is None:
        return ()
    payable = accounts.payable_to_hospital(advance.hospital_id, advance.county, CRITICAL_ILLNESS)
    return _move(payable, accounts.fund(advance.county, CRITICAL_ILLNESS), advance.amount_fen)


def _move(debit: str, credit: str, amount_fen: int) -> tuple[Posting, ...]:
    return (Posting(debit, amount_fen), Posting(credit, -amount_fen)) if amount_fen else ()
