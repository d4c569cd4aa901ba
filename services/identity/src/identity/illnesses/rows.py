"""The tables of the registry of the sick and of exit checks, and the rows that events leave in them."""

from collections.abc import Iterable
from typing import Final

import msgspec
from sqlalchemy import Boolean, Column, Date, Index, Integer, MetaData, Table, Text

from identity.illnesses.domain.exit_check import ExitChecked
from identity.illnesses.domain.illness import IllnessChanged, IllnessClosed, IllnessRecorded, IllnessVerified
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put

TABLES: Final = MetaData()

illnesses = Table(
    "illnesses",
    TABLES,
    Column("illness_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("county", Text, nullable=False),
    Column("disease", Text, nullable=False),
    Column("care", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("impoverishing", Boolean, nullable=False),
    Column("since", Date, nullable=False),
    Column("written_by", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("verified_by", Text),
    Column("verified_on", Date),
    Column("note", Text),
    Column("closed_on", Date),
    Index("illnesses_of_person", "person_id"),
    Index("illnesses_state", "state", "illness_id"),
)
exit_checks = Table(
    "exit_checks",
    TABLES,
    Column("check_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("county", Text, nullable=False),
    Column("checked_on", Date, nullable=False),
    Column("insured", Boolean, nullable=False),
    Column("unverified", Integer, nullable=False),
    Column("without_plan", Integer, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("checked_by", Text, nullable=False),
    Index("exit_checks_of_person", "person_id", "checked_on"),
)


def _illness(recorded: RecordedEvent) -> Iterable[Change]:
    yield put(illnesses, **msgspec.structs.asdict(recorded.event.illness))


def _checked(recorded: RecordedEvent) -> Iterable[Change]:
    yield put(exit_checks, **msgspec.structs.asdict(recorded.event))


ROWS: Final[RowsByEvent] = {
    IllnessRecorded: _illness,
    IllnessChanged: _illness,
    IllnessVerified: _illness,
    IllnessClosed: _illness,
    ExitChecked: _checked,
}
