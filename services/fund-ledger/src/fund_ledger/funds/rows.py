"""Rows: orders for money as they stand, and which receipts met them."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text

from fund_ledger.funds.domain.order import FundingAgreed, FundingMet, FundingOrdered, Order
from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent, one_row
from kernel.writing.read_tables import SUMMED, Change, add, put_of

TABLES: Final = MetaData()

funding_orders: Final = Table(
    "funding_orders",
    TABLES,
    *columns_of(Order, "order_id", kind=Text, status=Text),
    Index("funding_orders_county", "county", "order_id"),
)
funding_matches: Final = Table(
    "funding_matches",
    TABLES,
    Column("journal_id", Text, primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("amount_fen", BigInteger, nullable=False),
    Index("funding_matches_order", "order_id"),
    info=SUMMED,
)

_stands = one_row(funding_orders, "order")


def _met(recorded: RecordedEvent) -> Iterable[Change]:
    event: FundingMet = recorded.event
    yield put_of(event.order, funding_orders)
    matched = {"journal_id": event.journal_id, "order_id": event.order.order_id, "amount_fen": event.amount_fen}
    yield add(funding_matches, **matched)


ROWS: Final[RowsByEvent] = {FundingOrdered: _stands, FundingAgreed: _stands, FundingMet: _met}
