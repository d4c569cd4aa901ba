"""The tables of facts in two times and of handbooks, and the rows that events leave in them."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from identity.facts.domain.facts import Fact, FactCorrected, FactTold, FactWithdrawn, Handbook
from identity.facts.domain.handbook import HandbookChecked
from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent, no_rows
from kernel.writing.read_tables import Change, put_of

TABLES: Final = MetaData()

#: Each version of each fact. What was believed at a moment is the version with the largest revision recorded up to
#: it, unless that one was WITHDRAWN.
fact_versions = Table(
    "fact_versions",
    TABLES,
    *columns_of(Fact, "fact_id", detail=JSONB),
    Column("revision", Integer, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("change", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Index("fact_versions_of_person", "person_id"),
)

#: Whom each handbook names, by the token of its number.
handbooks = Table(
    "handbooks",
    TABLES,
    *columns_of(Fact, "fact_id", leaving=("department", "detail", "evidence")),
    Column("person_id", Text, nullable=False),
    Column("token", Text, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Index("handbooks_token", "token"),
)


def _told(recorded: RecordedEvent) -> Iterable[Change]:
    event: FactTold = recorded.event
    yield from _version(recorded, event.fact, "TOLD")
    if event.cut is not None:
        yield from _version(recorded, event.cut, "ENDED")


ROWS: Final[RowsByEvent] = {
    FactTold: _told,
    FactCorrected: lambda recorded: _version(recorded, recorded.event.fact, recorded.event.reason),
    FactWithdrawn: lambda recorded: _version(recorded, recorded.event.fact, "WITHDRAWN"),
    # A check of a handbook is answered, and told to settlement: nobody reads it here.
    HandbookChecked: no_rows,
}


def _version(recorded: RecordedEvent, fact: Fact, change: str) -> Iterable[Change]:
    person_id, revision, at = recorded.event.person_id, recorded.event.revision, recorded.occurred_at
    yield put_of(fact, fact_versions, person_id=person_id, revision=revision, change=change, recorded_at=at)
    if isinstance(fact.detail, Handbook):
        withdrawn = change == "WITHDRAWN"
        yield put_of(fact, handbooks, person_id=person_id, token=fact.detail.token, withdrawn=withdrawn)
