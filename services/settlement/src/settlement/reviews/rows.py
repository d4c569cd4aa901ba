"""The rows of review items: what was found, and the state that operators have brought it to."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, MetaData, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import JSON

from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put, put_of
from settlement.reviews.domain.events import (
    RELEASED,
    ReviewObsolete,
    ReviewOpened,
    ReviewProposed,
    ReviewRefreshed,
    ReviewRejected,
    ReviewReleased,
)

TABLES: Final = MetaData()

#: What was found about a person's year, and how far operators have come with it.
reviews: Final = Table(
    "reviews",
    TABLES,
    Column("review_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("county", Text, nullable=False),
    Column("settlement_id", Text, nullable=False),
    Column("identity_revision", Integer, nullable=False),
    Column("noticed_at", DateTime(timezone=True), nullable=False),
    Column("patient_fen", BigInteger, nullable=False),
    Column("payout_fen", BigInteger, nullable=False),
    Column("finding", JSON, nullable=False),
    Index("reviews_person", "person_id", "area", "year"),
)

review_states: Final = Table(
    "review_states",
    TABLES,
    Column("review_id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("decision", Text),
    Column("proposed_by", Text),
    Index("review_states_state", "state", "review_id"),
)


def _found(recorded: RecordedEvent) -> Iterable[Change]:
    event: ReviewOpened | ReviewRefreshed = recorded.event
    finding = event.finding
    yield put_of(
        event,
        reviews,
        settlement_id=finding.settlement_id,
        identity_revision=finding.identity_revision,
        noticed_at=finding.noticed_at,
        patient_fen=finding.patient_fen,
        payout_fen=finding.payout_fen,
    )
    yield _state(event.review_id, "OPEN", recorded.occurred_at)


def _obsolete(recorded: RecordedEvent) -> Iterable[Change]:
    event: ReviewObsolete = recorded.event
    yield _state(event.review_id, "OBSOLETE", event.at)


def _proposed(recorded: RecordedEvent) -> Iterable[Change]:
    event: ReviewProposed = recorded.event
    yield _state(event.review_id, "PROPOSED", event.at, event.decision, event.proposed_by)


def _rejected(recorded: RecordedEvent) -> Iterable[Change]:
    event: ReviewRejected = recorded.event
    yield _state(event.review_id, "OPEN", event.at)


def _released(recorded: RecordedEvent) -> Iterable[Change]:
    event: ReviewReleased = recorded.event
    yield _state(event.review_id, RELEASED[event.decision], event.at, event.decision, event.proposed_by)


def _state(
    review_id: str, state: str, since: datetime, decision: str | None = None, proposed_by: str | None = None
) -> Change:
    return put(review_states, review_id=review_id, state=state, since=since, decision=decision, proposed_by=proposed_by)


ROWS: Final[RowsByEvent] = {
    ReviewOpened: _found,
    ReviewRefreshed: _found,
    ReviewObsolete: _obsolete,
    ReviewProposed: _proposed,
    ReviewRejected: _rejected,
    ReviewReleased: _released,
}
