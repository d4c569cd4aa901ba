"""Rows: bank statements, their lines, which of these are open, what each met, and the bank's balance by day."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import BigInteger, Column, Date, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from fund_ledger.bank.domain.statement import (
    BankLine,
    BankLineReopened,
    BankLineSettled,
    BankStatement,
    BankStatementTaken,
    Match,
)
from fund_ledger.journals.domain import accounts
from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put, put_of, remove

TABLES: Final = MetaData()

bank_statements: Final = Table(
    "bank_statements",
    TABLES,
    *columns_of(BankStatement, "statement_id"),
    Index("bank_statements_account", "county", "fund", "last_on"),
    Index("bank_statements_digest", "digest"),
)
bank_lines: Final = Table(
    "bank_lines",
    TABLES,
    Column("statement_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("value_on", Date, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("balance_fen", BigInteger, nullable=False),
    Column("reference", Text, nullable=False),
    Column("text", Text, nullable=False),
)
#: The work list: as long as what nobody has settled, however many years of lines there are.
bank_open_lines: Final = Table(
    "bank_open_lines",
    TABLES,
    Column("county", Text, primary_key=True),
    Column("statement_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("fund", Text, nullable=False),
    Column("value_on", Date, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("reference", Text, nullable=False),
    Column("text", Text, nullable=False),
)
bank_matches: Final = Table(
    "bank_matches",
    TABLES,
    Column("statement_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("journals", ARRAY(Text), nullable=False),
    Column("rule", Text, nullable=False),
    Column("reason", Text),
    Column("settled_by", Text, nullable=False),
)
#: The key says it: a journal meets one line of its bank account at most.
bank_met_journals: Final = Table(
    "bank_met_journals",
    TABLES,
    Column("account", Text, primary_key=True),
    Column("journal_id", Text, primary_key=True),
    Column("statement_id", Text, nullable=False),
    Column("number", Integer, nullable=False),
)
bank_days: Final = Table(
    "bank_days",
    TABLES,
    Column("county", Text, primary_key=True),
    Column("fund", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("balance_fen", BigInteger, nullable=False),
)


def _taken(recorded: RecordedEvent) -> Iterable[Change]:
    event: BankStatementTaken = recorded.event
    of, settled = event.statement, {match.number for match in event.matches}
    yield put_of(of, bank_statements)
    days = {of.last_on: of.closing_fen}
    for line in event.lines:
        yield put_of(line, bank_lines, statement_id=of.statement_id)
        days[line.entered_on or line.value_on] = line.balance_fen
        if line.number not in settled:
            yield _open(of, line)
    for match in event.matches:
        yield from _met(of, match)
    for day, balance in days.items():
        yield put(bank_days, county=of.county, fund=of.fund, day=day, balance_fen=balance)


def _settled(recorded: RecordedEvent) -> Iterable[Change]:
    event: BankLineSettled = recorded.event
    of = event.statement
    yield remove(bank_open_lines, county=of.county, statement_id=of.statement_id, number=event.match.number)
    yield from _met(of, event.match)


def _reopened(recorded: RecordedEvent) -> Iterable[Change]:
    event: BankLineReopened = recorded.event
    of = event.statement
    yield remove(bank_matches, statement_id=of.statement_id, number=event.line.number)
    for journal_id in event.journals:
        yield remove(bank_met_journals, account=accounts.bank(of.county, of.fund), journal_id=journal_id)
    yield _open(of, event.line)


def _open(of: BankStatement, line: BankLine) -> Change:
    return put_of(line, bank_open_lines, county=of.county, fund=of.fund, statement_id=of.statement_id)


def _met(of: BankStatement, match: Match) -> Iterable[Change]:
    where = {"statement_id": of.statement_id, "number": match.number}
    yield put_of(match, bank_matches, statement_id=of.statement_id, settled_by=match.by, journals=list(match.journals))
    for journal_id in match.journals:
        yield put(bank_met_journals, account=accounts.bank(of.county, of.fund), journal_id=journal_id, **where)


ROWS: Final[RowsByEvent] = {
    BankStatementTaken: _taken,
    BankLineSettled: _settled,
    BankLineReopened: _reopened,
}
