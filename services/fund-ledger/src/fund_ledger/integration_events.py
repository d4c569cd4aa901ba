"""What the ledger tells the other services: a reversal follows its booking, a fund's alarms follow each other."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from contracts import fund_ledger as contract
from fund_ledger.journals.domain.events import FundOverdrawn, FundRestored, JournalBooked, JournalReversed, Posting
from kernel.messaging.envelope import Published
from kernel.writing.event_store import RecordedEvent


def publish(recorded: RecordedEvent) -> Published | None:
    """The published form of a stored event; journals are keyed by journal, alarms by the fund's account."""
    return PUBLISHED[type(recorded.event)](recorded.event)


def _booked(event: JournalBooked) -> Published:
    booked = contract.JournalBooked(
        journal_id=event.journal_id,
        kind=event.kind,
        booked_on=event.booked_on,
        postings=_postings(event.postings),
        settlement_id=event.settlement_id,
        source=event.source,
    )
    return Published(event.journal_id, booked)


def _reversed(event: JournalReversed) -> Published:
    back = contract.JournalBooked(
        journal_id=event.reversal_id,
        kind="reversal",
        booked_on=event.booked_on,
        postings=_postings(event.postings),
        settlement_id=event.settlement_id,
        reverses=event.journal_id,
    )
    return Published(event.journal_id, back)


def _overdrawn(event: FundOverdrawn) -> Published:
    return Published(event.account, contract.FundOverdrawn(event.account, event.balance_fen, event.journal_id))


def _restored(event: FundRestored) -> Published:
    return Published(event.account, contract.FundRestored(event.account, event.balance_fen, event.journal_id))


def _postings(postings: tuple[Posting, ...]) -> tuple[contract.PostingBooked, ...]:
    return tuple(contract.PostingBooked(p.account, p.amount_fen, p.payer) for p in postings)


#: Every event of the registry has an entry here.
PUBLISHED: Final[Mapping[type, Callable[[Any], Published]]] = {
    JournalBooked: _booked,
    JournalReversed: _reversed,
    FundOverdrawn: _overdrawn,
    FundRestored: _restored,
}
