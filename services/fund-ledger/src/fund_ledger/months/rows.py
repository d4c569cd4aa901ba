"""Rows: each closed month of each county."""

from typing import Final

from sqlalchemy import MetaData, Table
from sqlalchemy.dialects.postgresql import JSONB

from fund_ledger.months.domain import MonthClosed
from kernel.writing.columns import columns_of
from kernel.writing.read_model import RowsByEvent, one_row

TABLES: Final = MetaData()

closed_months: Final = Table("closed_months", TABLES, *columns_of(MonthClosed, "county", "month", funds=JSONB))

ROWS: Final[RowsByEvent] = {MonthClosed: one_row(closed_months)}
