"""A journal beside bills: its lines were worked out by the topic that it belongs to, and it is booked once."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from fund_ledger.journals.domain.events import JournalBooked, JournalEvent, Posting
from fund_ledger.journals.domain.journal import JournalState, Unbooked, evolve, with_alarms
from kernel.values.decider import Decider


class BookBeside(msgspec.Struct, frozen=True, kw_only=True):
    """Book these lines. ``available_fen`` is what each fund account that is watched has left.

    ``effective_on`` is the day on which it happened, where that lies in a closed month. ``corrects`` names the journal
    that it takes back, wholly or in part.
    """

    journal_id: str
    kind: str
    postings: tuple[Posting, ...]
    available_fen: Mapping[str, int]
    booked_on: date
    effective_on: date | None = None
    corrects: str | None = None


def decide(command: BookBeside, state: JournalState) -> Sequence[JournalEvent]:
    """The journal, once; nothing where no money moves."""
    if not isinstance(state, Unbooked) or not command.postings:
        return ()
    journal = JournalBooked(
        journal_id=command.journal_id,
        kind=command.kind,
        booked_on=command.booked_on,
        postings=command.postings,
        effective_on=command.effective_on,
        corrects=command.corrects,
    )
    return with_alarms(journal, command.available_fen)


DECIDER: Final[Decider[BookBeside, JournalState, JournalEvent]] = Decider(Unbooked(), decide, evolve)


def moved(debit: str, credit: str, amount_fen: int, payer: str | None = None) -> tuple[Posting, ...]:
    """Two lines of one amount; below zero the other way, nothing at 0 fen."""
    return (Posting(debit, amount_fen, payer), Posting(credit, -amount_fen, payer)) if amount_fen else ()
