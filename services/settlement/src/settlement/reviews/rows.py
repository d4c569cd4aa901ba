"""The rows of review items: what was found, and the state that operators have brought it to."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, MetaData, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import JSON

from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put, put_of
from settlement.reviews.domain import events
from settlement.reviews.domain.events import RELEASED

TABLES: Final = MetaData()
#: Working tables: replay does not rebuild them.
WORKING: Final = MetaData()

#: On what identity had told each person was last looked at. Whoever is missing is looked at whole; see ``looking``.
looked_at: Final = Table(
    "looked_at",
    WORKING,
    Column("person_id", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("entitlement", JSON, nullable=False),
)

#: What was found about a person's year, and how far operators have come with it.
reviews: Final = Table(
    "reviews",
    TABLES,
    *columns_of(events.ReviewOpened, "review_id", year=SmallInteger, finding=JSON),
    Column("settlement_id", Text, nullable=False),
    Column("identity_revision", Integer, nullable=False),
    Column("noticed_at", DateTime(timezone=True), nullable=False),
    Column("patient_fen", BigInteger, nullable=False),
    Column("payout_fen", BigInteger, nullable=False),
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
    event: events.ReviewOpened | events.ReviewRefreshed = recorded.event
    yield put_of(event.finding, reviews, **msgspec.structs.asdict(event))
    yield _state(event.review_id, "OPEN", recorded.occurred_at)


def _undone(recorded: RecordedEvent) -> Iterable[Change]:
    event: events.ReviewObsolete | events.ReviewRejected = recorded.event
    yield _state(event.review_id, "OPEN" if isinstance(event, events.ReviewRejected) else "OBSOLETE", event.at)


def _decided(recorded: RecordedEvent) -> Iterable[Change]:
    event: events.ReviewProposed | events.ReviewReleased = recorded.event
    state = RELEASED[event.decision] if isinstance(event, events.ReviewReleased) else "PROPOSED"
    yield _state(event.review_id, state, event.at, event.decision, event.proposed_by)


def _state(
    review_id: str, state: str, since: datetime, decision: str | None = None, proposed_by: str | None = None
) -> Change:
    return put(review_states, review_id=review_id, state=state, since=since, decision=decision, proposed_by=proposed_by)


ROWS: Final[RowsByEvent] = {
    events.ReviewOpened: _found,
    events.ReviewRefreshed: _found,
    events.ReviewObsolete: _undone,
    events.ReviewProposed: _decided,
    events.ReviewRejected: _undone,
    events.ReviewReleased: _decided,
}
