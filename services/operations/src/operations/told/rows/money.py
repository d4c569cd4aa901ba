"""What the ledger told: money that came in, funds that owe more than they have, and what money has met."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, MetaData, Table, Text

from contracts.fund_ledger import (
    ClearingChanged,
    ConsultationFeesChanged,
    FundingOrderChanged,
    FundOverdrawn,
    FundRestored,
    HospitalStatementChanged,
    JournalBooked,
)
from kernel.writing.columns import columns_of
from kernel.writing.read_model import RowsByMessage
from kernel.writing.read_tables import Change, put, put_of

TABLES: Final = MetaData()

_RECEIPT: Final = "receipt"
_FUND: Final = "fund/"

#: A fund's part of a receipt.
receipts: Final = Table(
    "receipts",
    TABLES,
    Column("journal_id", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("amount_fen", BigInteger, nullable=False),
    Column("booked_on", Date, nullable=False),
    Column("source", Text),
    Index("receipts_account", "account", "booked_on"),
)
#: Funds that were in debt at some time, and whether they are.
fund_debts: Final = Table(
    "fund_debts",
    TABLES,
    Column("account", Text, primary_key=True),
    Column("in_debt", Boolean, nullable=False),
    Column("balance_fen", BigInteger, nullable=False),
    Column("journal_id", Text, nullable=False),
)
#: Orders for money, hospitals' statements and centres' reports of fees: each as it stands.
funding_orders: Final = Table(
    "funding_orders",
    TABLES,
    *columns_of(FundingOrderChanged, "order_id"),
    Index("funding_orders_county", "county", "year"),
)
hospital_statements: Final = Table(
    "hospital_statements",
    TABLES,
    *columns_of(HospitalStatementChanged, "statement_id"),
    Index("hospital_statements_county", "county", "month"),
)
consultation_fees: Final = Table(
    "consultation_fees",
    TABLES,
    *columns_of(ConsultationFeesChanged, "fees_id"),
    Index("consultation_fees_county", "county", "month"),
)
#: Closed years, and each clearing of them that was paid; the closing is of no account.
clearings: Final = Table(
    "clearings",
    TABLES,
    *columns_of(ClearingChanged, "county", "year", leaving=("account",)),
    Column("account", Text, primary_key=True),
)


def _booked(event: JournalBooked) -> Iterable[Change]:
    if event.kind != _RECEIPT:
        return
    for posting in event.postings:
        if posting.account.startswith(_FUND):
            yield put(
                receipts,
                journal_id=event.journal_id,
                account=posting.account,
                amount_fen=-posting.amount_fen,
                booked_on=event.booked_on,
                source=event.source,
            )


def _crossed(event: FundOverdrawn | FundRestored) -> Iterable[Change]:
    yield put(
        fund_debts,
        account=event.account,
        in_debt=isinstance(event, FundOverdrawn),
        balance_fen=event.balance_fen,
        journal_id=event.journal_id,
    )


def _cleared(event: ClearingChanged) -> Iterable[Change]:
    yield put_of(event, clearings, account=event.account or "")


ROWS: Final[RowsByMessage] = {
    JournalBooked: _booked,
    FundOverdrawn: _crossed,
    FundRestored: _crossed,
    FundingOrderChanged: lambda event: [put_of(event, funding_orders)],
    HospitalStatementChanged: lambda event: [put_of(event, hospital_statements)],
    ConsultationFeesChanged: lambda event: [put_of(event, consultation_fees)],
    ClearingChanged: _cleared,
}
