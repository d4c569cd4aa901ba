"""Rows: what was said to be done."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import MetaData, Table

from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent, one_row
from kernel.writing.read_tables import Change, remove
from operations.clocks.domain.done import ClockDone, ClockDoneWithdrawn, Done

TABLES: Final = MetaData()

clocks_done: Final = Table("clocks_done", TABLES, *columns_of(Done, "county", "clock", "period", "unit"))


def _withdrawn(recorded: RecordedEvent) -> Iterable[Change]:
    done = recorded.event.done
    yield remove(clocks_done, county=done.county, clock=done.clock, period=done.period, unit=done.unit)


ROWS: Final[RowsByEvent] = {ClockDone: one_row(clocks_done, "done"), ClockDoneWithdrawn: _withdrawn}
