"""A service's read model is complete before anything runs, and knows which tables follow from events."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import Column, MetaData, Table, Text

from kernel.writing.event_registry import EventRegistry, EventType
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import ReadModel, RowsByEvent, no_rows, one_row
from kernel.writing.read_tables import Put, put

TABLES: Final = MetaData()
WORKING: Final = MetaData()
shown = Table("shown", TABLES, Column("name", Text, primary_key=True))
staged = Table("staged", WORKING, Column("name", Text, primary_key=True))


class Opened(msgspec.Struct, frozen=True):
    name: str


class Closed(msgspec.Struct, frozen=True):
    name: str


class Within(msgspec.Struct, frozen=True):
    opened: Opened


REGISTRY: Final = EventRegistry([EventType("Opened", Opened), EventType("Closed", Closed)])
ONE: Final[RowsByEvent] = {Opened: lambda recorded: [put(shown, name=recorded.event.name)], Closed: no_rows}


def test_an_event_without_an_entry_is_found_at_the_start() -> None:
    with pytest.raises(ValueError, match="Closed have no rows in any topic"):
        ReadModel(REGISTRY, (TABLES,), ({Opened: no_rows},))


def test_an_entry_that_is_no_event_is_found_at_the_start() -> None:
    with pytest.raises(ValueError, match="str have rows and no stored name"):
        ReadModel(REGISTRY, (TABLES,), (ONE, {str: no_rows}))


def test_rows_of_several_topics_come_in_the_order_of_topics() -> None:
    model = ReadModel(REGISTRY, (TABLES,), (ONE, {Opened: lambda _recorded: [put(shown, name="again")]}))
    recorded = _recorded(Opened("first"))
    assert list(model.project(recorded)) == [Put(shown, ("first",)), Put(shown, ("again",))]


def test_an_event_or_a_part_of_it_is_a_row_where_its_fields_are_the_columns() -> None:
    opened = _recorded(Opened("first"))
    within = msgspec.structs.replace(opened, event=Within(Opened("second")))
    assert list(one_row(shown)(opened)) == [Put(shown, ("first",))]
    assert list(one_row(shown, "opened")(within)) == [Put(shown, ("second",))]


def test_working_tables_are_migrated_and_not_rebuilt() -> None:
    model = ReadModel(REGISTRY, (TABLES,), (ONE,), not_rebuilt=(WORKING,))
    assert model.tables == [shown]
    assert {"shown", "staged", "events"} <= {name for one in model.metadata for name in one.tables}


def _recorded(event: Opened) -> RecordedEvent:
    moment = datetime(2019, 8, 1, tzinfo=UTC)
    return RecordedEvent(stream_id="door/1", version=1, event_id=UUID(int=1), occurred_at=moment, event=event)
