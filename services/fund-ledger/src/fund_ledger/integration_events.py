"""What the ledger tells the other services: a reversal follows its booking, a fund's alarms follow each other."""

from contracts import fund_ledger as contract
from fund_ledger.journals.domain.events import FundOverdrawn, FundRestored, JournalBooked, JournalReversed, Posting
from kernel.messaging.envelope import Published
from kernel.writing.event_store import RecordedEvent


def publish(recorded: RecordedEvent) -> Published | None:
    """The published form of a stored event; journals are keyed by journal, alarms by the fund's account."""
    match recorded.event:
        case JournalBooked() as event:
            return Published(event.journal_id, _booked(event))
        case JournalReversed() as event:
            return Published(event.journal_id, _reversed(event))
        case FundOverdrawn() as event:
            overdrawn = contract.FundOverdrawn(event.account, event.balance_fen, event.journal_id)
            return Published(event.account, overdrawn)
        case FundRestored() as event:
            restored = contract.FundRestored(event.account, event.balance_fen, event.journal_id)
            return Published(event.account, restored)
        case _:
            return None


def _booked(event: JournalBooked) -> contract.JournalBooked:
    return contract.JournalBooked(
        journal_id=event.journal_id,
        kind=event.kind,
        booked_on=event.booked_on,
        postings=_postings(event.postings),
        settlement_id=event.settlement_id,
        source=event.source,
    )


def _reversed(event: JournalReversed) -> contract.JournalBooked:
    return contract.JournalBooked(
        journal_id=event.reversal_id,
        kind="reversal",
        booked_on=event.booked_on,
        postings=_postings(event.postings),
        settlement_id=event.settlement_id,
        reverses=event.journal_id,
    )


def _postings(postings: tuple[Posting, ...]) -> tuple[contract.PostingBooked, ...]:
    return tuple(contract.PostingBooked(p.account, p.amount_fen, p.payer) for p in postings)
