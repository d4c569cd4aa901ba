"""Rows of review items: what was found, and the state that operators have brought it to."""

from collections.abc import Iterable
from datetime import datetime

from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_tables import Change, put
from settlement.encounters.rows.tables import review_states, reviews
from settlement.reviews.domain.events import (
    ReviewObsolete,
    ReviewOpened,
    ReviewProposed,
    ReviewRefreshed,
    ReviewRejected,
    ReviewReleased,
)

#: The state that a released proposal ends in.
_RELEASED = {"ADJUST": "ADJUSTED", "LEAVE": "LEFT"}


def project_review(recorded: RecordedEvent) -> Iterable[Change]:
    """The rows of a review item's event; nothing for other events."""
    match recorded.event:
        case ReviewOpened() | ReviewRefreshed() as event:
            yield _found(event)
            yield _state(event.review_id, "OPEN", recorded.occurred_at)
        case ReviewProposed() as event:
            yield _state(event.review_id, "PROPOSED", event.at, event.decision, event.proposed_by)
        case ReviewRejected() as event:
            yield _state(event.review_id, "OPEN", event.at)
        case ReviewObsolete() as event:
            yield _state(event.review_id, "OBSOLETE", event.at)
        case ReviewReleased() as event:
            yield _state(event.review_id, _RELEASED[event.decision], event.at, event.decision, event.proposed_by)
        case _:
            return


def _found(event: ReviewOpened | ReviewRefreshed) -> Change:
    finding = event.finding
    return put(
        reviews,
        review_id=event.review_id,
        person_id=event.person_id,
        area=event.area,
        year=event.year,
        county=event.county,
        settlement_id=finding.settlement_id,
        identity_revision=finding.identity_revision,
        noticed_at=finding.noticed_at,
        patient_fen=finding.patient_fen,
        payout_fen=finding.payout_fen,
        finding=finding,
    )


def _state(
    review_id: str, state: str, since: datetime, decision: str | None = None, proposed_by: str | None = None
) -> Change:
    return put(review_states, review_id=review_id, state=state, since=since, decision=decision, proposed_by=proposed_by)
