"""What the ledger told: money that came in, and funds that owe more than they have."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, MetaData, Table, Text

from contracts.fund_ledger import FundOverdrawn, FundRestored, JournalBooked
from kernel.writing.read_model import RowsByMessage
from kernel.writing.read_tables import Change, put

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


ROWS: Final[RowsByMessage] = {JournalBooked: _booked, FundOverdrawn: _crossed, FundRestored: _crossed}
