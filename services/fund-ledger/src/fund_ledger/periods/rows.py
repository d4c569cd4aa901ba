"""Rows: each closed year with its clearings."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Column, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from fund_ledger.periods.domain.clearing import AccountCleared
from fund_ledger.periods.domain.year import ClearingSettled, YearClosed
from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put_of

TABLES: Final = MetaData()

closed_years: Final = Table(
    "closed_years", TABLES, *columns_of(YearClosed, "county", "year", leaving=("cleared", "left"), carried=JSONB)
)
clearings: Final = Table(
    "clearings",
    TABLES,
    Column("county", Text, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    *columns_of(AccountCleared, "account"),
)
clearing_payments: Final = Table(
    "clearing_payments", TABLES, *columns_of(ClearingSettled, "county", "year", "account", leaving=("left",))
)


def _closed(recorded: RecordedEvent) -> Iterable[Change]:
    event: YearClosed = recorded.event
    yield put_of(event, closed_years)
    for account in event.cleared:
        yield put_of(account, clearings, county=event.county, year=event.year)


def _settled(recorded: RecordedEvent) -> Iterable[Change]:
    yield put_of(recorded.event, clearing_payments)


ROWS: Final[RowsByEvent] = {YearClosed: _closed, ClearingSettled: _settled}
