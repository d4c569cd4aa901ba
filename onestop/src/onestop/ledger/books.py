"""A county's books of some months, read once in the order of their days: accounts, journals, and month-end balances."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Final

import msgspec

from fund_ledger.months.domain import after
from kernel.writing.database import SingleConnection

_FETCHED: Final = 1_000
# What was booked before the first day is there when the books open; it balances, as every journal in it does.
_OPENING_SQL: Final = """
SELECT account, sum(debit_fen - credit_fen)::bigint AS amount_fen FROM day_sums
WHERE split_part(account, '/', -2) = $1 AND booked_on < $2 GROUP BY account HAVING sum(debit_fen - credit_fen) <> 0
ORDER BY account
"""
_ACCOUNTS_SQL: Final = """
SELECT DISTINCT account FROM day_sums WHERE split_part(account, '/', -2) = $1 AND booked_on <= $2 ORDER BY account
"""
_JOURNALS_SQL: Final = """
SELECT journal_id, kind, booked_on, effective_on, settlement_id, source, corrects, accounts, amounts, payers
FROM journals WHERE booked_on BETWEEN $2 AND $3 AND split_part(accounts[1], '/', -2) = $1
ORDER BY booked_on, journal_id
"""
# The balances come from the sums by day, and not from the journals that they are to prove.
_MOVED_SQL: Final = """
SELECT m.account, b.amount_fen FROM (
  SELECT DISTINCT account FROM day_sums WHERE split_part(account, '/', -2) = $1 AND booked_on BETWEEN $2 AND $3
) m CROSS JOIN LATERAL (
  SELECT sum(debit_fen - credit_fen)::bigint AS amount_fen FROM day_sums d
  WHERE d.account = m.account AND d.booked_on <= $3
) b ORDER BY m.account
"""


class Span(msgspec.Struct, frozen=True):
    """Whose books, from which day to which, both included."""

    county: str
    first: date
    last: date

    @property
    def month_ends(self) -> list[tuple[date, date]]:
        """The first and last day of each month of the span; the last one may be cut short."""
        months, day = [], self.first
        while day <= self.last:
            months.append((day, min(after(day) - timedelta(days=1), self.last)))
            day = after(day)
        return months


class Journal(msgspec.Struct, frozen=True, kw_only=True):
    """A journal as it was booked; debit positive, credit negative, in fen."""

    journal_id: str
    kind: str
    booked_on: date
    effective_on: date | None
    settlement_id: str | None
    source: str | None
    corrects: str | None
    accounts: list[str]
    amounts: list[int]
    payers: list[str]


class Balance(msgspec.Struct, frozen=True):
    """What an account stands at, debit minus credit, in fen."""

    account: str
    amount_fen: int


async def accounts_of(connection: SingleConnection, span: Span) -> list[str]:
    """The names of all accounts that anything was booked on up to the last day."""
    return [row["account"] for row in await connection.fetch(_ACCOUNTS_SQL, span.county, span.last)]


async def opening(connection: SingleConnection, span: Span) -> list[Balance]:
    """What stands on each account before the first day."""
    rows = await connection.fetch(_OPENING_SQL, span.county, span.first)
    return [Balance(row["account"], row["amount_fen"]) for row in rows]


async def journals_of(connection: SingleConnection, span: Span) -> AsyncIterator[Journal]:
    """The journals in the order of their days; they are read bit by bit, however many there are."""
    rows = connection.cursor(_JOURNALS_SQL, span.county, span.first, span.last, prefetch=_FETCHED)
    async for row in rows:
        yield Journal(**dict(row))


async def moved(connection: SingleConnection, county: str, first: date, last: date) -> list[Balance]:
    """What the accounts that moved between two days stand at after the second."""
    rows = await connection.fetch(_MOVED_SQL, county, first, last)
    return [Balance(row["account"], row["amount_fen"]) for row in rows]
