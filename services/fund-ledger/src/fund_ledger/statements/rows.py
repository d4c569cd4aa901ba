"""Rows: statements as they stand, which journals are on which, and what was taken off."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import BigInteger, Column, Date, Index, Integer, MetaData, Table, Text

from fund_ledger.journals.domain import accounts
from fund_ledger.statements.domain.statement import (
    Statement,
    StatementDrawn,
    StatementPaid,
    StatementReturned,
    StatementReviewed,
)
from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent, one_row
from kernel.writing.read_tables import Change, put, put_of

TABLES: Final = MetaData()
#: Kept by triggers on entries and statements, so that no release that books beside this one leaves anything out.
WORKING: Final = MetaData()

hospital_statements: Final = Table(
    "hospital_statements",
    TABLES,
    *columns_of(Statement, "statement_id", leaving=("undrawn",), status=Text),
    Index("hospital_statements_payable", "hospital_id", "county", "fund", "month"),
    Index("hospital_statements_county", "county", "statement_id"),
)
#: The key says it: a journal is on one statement of a payable at most.
statement_journals: Final = Table(
    "statement_journals",
    TABLES,
    Column("account", Text, primary_key=True),
    Column("journal_id", Text, primary_key=True),
    Column("statement_id", Text, nullable=False),
    Index("statement_journals_statement", "statement_id", "journal_id"),
)
statement_deductions: Final = Table(
    "statement_deductions",
    TABLES,
    Column("statement_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("settlement_id", Text),
)

#: The journals of hospitals' payables that are on no statement, and few that never will be.
unbilled_entries: Final = Table(
    "unbilled_entries",
    WORKING,
    Column("account", Text, primary_key=True),
    Column("booked_on", Date, primary_key=True),
    Column("journal_id", Text, primary_key=True),
)

#: The same, worked out from what is on statements: so the triggers' work is compared, and can be done anew.
DERIVED: Final = {
    unbilled_entries: """
SELECT DISTINCT e.account, e.booked_on, e.journal_id FROM entries e
WHERE e.account >= 'payable/hospital/' AND e.account < 'payable/hospital0'
  AND e.kind NOT IN ('statement_payment', 'deduction')
  AND NOT EXISTS (SELECT FROM statement_journals s WHERE s.account = e.account AND s.journal_id = e.journal_id)
"""
}


def _drawn(recorded: RecordedEvent) -> Iterable[Change]:
    event: StatementDrawn = recorded.event
    of = event.statement
    yield put_of(of, hospital_statements)
    account = accounts.payable_to_hospital(of.hospital_id, of.county, of.fund)
    for journal_id in event.journals:
        yield put(statement_journals, account=account, journal_id=journal_id, statement_id=of.statement_id)


def _reviewed(recorded: RecordedEvent) -> Iterable[Change]:
    event: StatementReviewed = recorded.event
    yield put_of(event.statement, hospital_statements)
    for number, deduction in enumerate(event.deductions, start=1):
        yield put_of(deduction, statement_deductions, statement_id=event.statement.statement_id, number=number)


_stands = one_row(hospital_statements, "statement")

ROWS: Final[RowsByEvent] = {
    StatementDrawn: _drawn,
    StatementReviewed: _reviewed,
    StatementPaid: _stands,
    StatementReturned: _stands,
}
