"""What the ledger tells the other services, keyed by journal: a reversal must follow its booking."""

from fund_ledger.domain.journal import FundOverdrawn, JournalBooked, JournalReversed, Posting
from kernel.contracts import fund_ledger as contract
from kernel.contracts.envelope import Published
from kernel.event_store import RecordedEvent


def publish(recorded: RecordedEvent) -> Published | None:
    """The published form of a stored event."""
    match recorded.event:
        case JournalBooked() as event:
            booked = contract.JournalBooked(
                event.journal_id, event.kind, event.booked_on, _postings(event.postings), event.settlement_id
            )
            return Published(event.journal_id, booked)
        case JournalReversed() as event:
            back = contract.JournalBooked(
                f"{event.journal_id}-reversal",
                "reversal",
                event.booked_on,
                _postings(event.postings),
                event.settlement_id,
                event.journal_id,
            )
            return Published(event.journal_id, back)
        case FundOverdrawn() as event:
            return Published(
                event.journal_id, contract.FundOverdrawn(event.account, event.balance_fen, event.journal_id)
            )
        case _:
            return None


def _postings(postings: tuple[Posting, ...]) -> tuple[contract.PostingBooked, ...]:
    return tuple(contract.PostingBooked(posting.account, posting.amount_fen) for posting in postings)
