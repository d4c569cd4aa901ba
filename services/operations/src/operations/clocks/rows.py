"""Rows: what was said to be done."""

from typing import Final

from sqlalchemy import MetaData, Table

from kernel.writing.columns import columns_of
from kernel.writing.read_model import RowsByEvent, one_row
from operations.clocks.domain.done import ClockDone, Done

TABLES: Final = MetaData()

clocks_done: Final = Table("clocks_done", TABLES, *columns_of(Done, "county", "clock", "period", "unit"))

ROWS: Final[RowsByEvent] = {ClockDone: one_row(clocks_done, "done")}
