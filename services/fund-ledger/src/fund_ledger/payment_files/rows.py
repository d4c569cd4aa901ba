"""Rows: payment files as they stand, their lines with the bank's answer, and in which file a payment is."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text

from fund_ledger.journals.domain import accounts
from fund_ledger.payment_files.domain.by_hand import HandPayment, HandPaymentWithdrawn, PaidByHand
from fund_ledger.payment_files.domain.file import (
    FileLine,
    PaymentFile,
    PaymentFileAnswered,
    PaymentFileCancelled,
    PaymentFileMade,
)
from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put, put_of, remove

TABLES: Final = MetaData()

payment_files: Final = Table(
    "payment_files",
    TABLES,
    *columns_of(PaymentFile, "file_id", status=Text),
    Index("payment_files_county", "county", "fund", "file_id"),
)
payment_file_lines: Final = Table(
    "payment_file_lines",
    TABLES,
    Column("file_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    *columns_of(FileLine, leaving=("number",)),
)
payment_file_results: Final = Table(
    "payment_file_results",
    TABLES,
    Column("file_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("result", Text, nullable=False),
    Column("why", Text),
)
#: The key says it: a payment is in one file at most, but for one that was cancelled. ``state`` is that of the file.
filed_payments: Final = Table(
    "filed_payments",
    TABLES,
    Column("account", Text, primary_key=True),
    Column("journal_id", Text, primary_key=True),
    Column("file_id", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
)

hand_payments: Final = Table(
    "hand_payments",
    TABLES,
    *columns_of(HandPayment, "journal_id"),
    Index("hand_payments_account", "account", "journal_id"),
)


def _made(recorded: RecordedEvent) -> Iterable[Change]:
    event: PaymentFileMade = recorded.event
    of = event.file
    yield put_of(of, payment_files)
    for line in event.lines:
        yield put_of(line, payment_file_lines, file_id=of.file_id)
        yield _filed(of, line.journal_id, line.amount_fen)


def _answered(recorded: RecordedEvent) -> Iterable[Change]:
    event: PaymentFileAnswered = recorded.event
    of = event.file
    yield put_of(of, payment_files)
    for one in event.results:
        result = "paid" if one.paid else "rejected"
        yield put(payment_file_results, file_id=of.file_id, number=one.number, result=result, why=one.why)
        yield _filed(of, one.journal_id, one.amount_fen)


def _cancelled(recorded: RecordedEvent) -> Iterable[Change]:
    event: PaymentFileCancelled = recorded.event
    of = event.file
    yield put_of(of, payment_files)
    for journal_id in event.journals:
        yield remove(filed_payments, account=accounts.bank(of.county, of.fund), journal_id=journal_id)


def _filed(of: PaymentFile, journal_id: str, amount_fen: int) -> Change:
    account, about = accounts.bank(of.county, of.fund), {"amount_fen": amount_fen, "state": of.status}
    return put(filed_payments, account=account, journal_id=journal_id, file_id=of.file_id, **about)


def _by_hand(recorded: RecordedEvent) -> Iterable[Change]:
    yield put_of(recorded.event.payment, hand_payments)


def _withdrawn(recorded: RecordedEvent) -> Iterable[Change]:
    yield remove(hand_payments, journal_id=recorded.event.payment.journal_id)


ROWS: Final[RowsByEvent] = {
    PaymentFileMade: _made,
    PaymentFileAnswered: _answered,
    PaymentFileCancelled: _cancelled,
    PaidByHand: _by_hand,
    HandPaymentWithdrawn: _withdrawn,
}
