"""What closing asks of the books: how each fund stands, what flowed, and what stands in the way."""

from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Any, Final

import msgspec

from fund_ledger.bank.queries import waiting
from fund_ledger.months.domain import FundAtClose, last_day
from fund_ledger.periods.domain.clearing import Flow
from kernel.http import SignedYuan, Wire, Yuan
from kernel.writing.database import Connection
from kernel.writing.reads import Reads

_FUNDS_SQL: Final = """
SELECT split_part(account, '/', -1) AS fund,
       COALESCE(sum(debit_fen - credit_fen) FILTER (WHERE account LIKE 'bank/%'), 0)::bigint AS bank_fen,
       COALESCE(sum(credit_fen - debit_fen) FILTER (WHERE account LIKE 'fund/%'), 0)::bigint AS available_fen,
       COALESCE(sum(credit_fen - debit_fen) FILTER (WHERE account LIKE 'payable/%'), 0)::bigint AS owed_fen,
       COALESCE(sum(debit_fen - credit_fen) FILTER (WHERE account LIKE 'receivable/%'), 0)::bigint AS receivable_fen
FROM day_sums
WHERE split_part(account, '/', -2) = $1 AND booked_on <= $2 AND account NOT LIKE 'memo/%' GROUP BY 1 ORDER BY 1
"""
_ENTRIES_SQL: Final = """
SELECT COALESCE(sum(lines), 0)::bigint FROM day_sums
WHERE split_part(account, '/', -2) = $1 AND booked_on BETWEEN $2 AND $3
"""
_UNBALANCED_SQL: Final = """
SELECT split_part(account, '/', -1) AS fund FROM day_sums WHERE split_part(account, '/', -2) = $1
GROUP BY 1 HAVING sum(debit_fen) <> sum(credit_fen) ORDER BY 1 LIMIT 3
"""
_DIFFERENT_SQL: Final = """
SELECT account FROM (
  SELECT account, debit_fen, credit_fen FROM balances WHERE split_part(account, '/', -2) = $1
) b FULL JOIN (
  SELECT account, sum(debit_fen) AS debit_fen, sum(credit_fen) AS credit_fen FROM day_sums
  WHERE split_part(account, '/', -2) = $1 GROUP BY account
) d USING (account)
WHERE (b.debit_fen, b.credit_fen) IS DISTINCT FROM (d.debit_fen, d.credit_fen) ORDER BY account LIMIT 3
"""
_PARKED_SQL: Final = "SELECT topic, count(*) AS messages FROM inbox_parked GROUP BY topic ORDER BY topic"
# An event waits for its number for a moment only: what waits longer is held up, and may be of this month.
_UNNUMBERED_SQL: Final = """
SELECT count(*) FROM (
  SELECT FROM events e, sequencer n
  WHERE (e.order_tx, e.pos) > (n.order_tx, n.pos) AND e.recorded_at < clock_timestamp() - interval '2 seconds'
  LIMIT 1000
) AS waiting
"""
_FLOWS_SQL: Final = """
SELECT fund, kind, source, sum(credit_fen - debit_fen)::bigint AS given_fen FROM fund_flows
WHERE county = $1 AND month BETWEEN $2 AND $3 GROUP BY fund, kind, source ORDER BY fund, kind, source
"""
_MONTHS_SQL: Final = """
SELECT month, closed_on, entries, funds FROM closed_months WHERE county = $1 AND month > $2 ORDER BY month LIMIT $3
"""
_YEARS_SQL: Final = """
SELECT c.year, c.account, c.fund, c.paid_in_fen, c.settled_fen, c.refund_fen, c.top_up_fen, c.clause, p.journal_id,
       p.settled_on
FROM clearings c LEFT JOIN clearing_payments p USING (county, year, account)
WHERE c.county = $1 AND c.year = $2 ORDER BY c.account LIMIT 200
"""
_YEAR_SQL: Final = "SELECT closed_on, carried FROM closed_years WHERE county = $1 AND year = $2"


class FundClosed(Wire, frozen=True, kw_only=True):
    """A fund at the end of a closed month: bank and receivables are what it has left plus what it owes."""

    fund: str
    bank_fen: SignedYuan
    available_fen: SignedYuan
    owed_fen: SignedYuan
    receivable_fen: SignedYuan


class ClosedMonth(Wire, frozen=True, kw_only=True):
    """A closed month with the number of its entries, and how each fund stood at its end."""

    month: date
    closed_on: date
    entries: int
    funds: tuple[FundClosed, ...]


class ClearedAccount(Wire, frozen=True, kw_only=True):
    """An account's clearing of a year; ``journal_id`` once its refund or top-up was booked."""

    year: int
    account: str
    fund: str
    paid_in_fen: SignedYuan
    settled_fen: SignedYuan
    refund_fen: Yuan
    top_up_fen: Yuan
    clause: str
    journal_id: str | None
    settled_on: date | None


class ClosedYear(Wire, frozen=True, kw_only=True):
    """A closed year: its clearings, and how each fund goes into the next."""

    county: str
    year: int
    closed_on: date
    clearings: tuple[ClearedAccount, ...]
    carried: tuple[FundClosed, ...]


class Look(msgspec.Struct, frozen=True):
    """What the books say about a month that is to be closed."""

    entries: int
    funds: tuple[FundAtClose, ...]
    obstacles: tuple[str, ...]


async def look(connection: Connection, county: str, month: date) -> Look:
    """How a county's books stand at the end of a month, and what keeps it from being closed."""
    end = last_day(month)
    entries: int = await connection.fetchval(_ENTRIES_SQL, county, month, end)
    obstacles = [told async for told in _obstacles(connection, county, end)]
    return Look(entries, await standing(connection, county, end), tuple(obstacles))


async def standing(connection: Connection, county: str, end: date) -> tuple[FundAtClose, ...]:
    """How each fund of a county stands at the end of a day."""
    return tuple(FundAtClose(**dict(row)) for row in await connection.fetch(_FUNDS_SQL, county, end))


async def _obstacles(connection: Connection, county: str, end: date) -> AsyncIterator[str]:
    for row in await connection.fetch(_PARKED_SQL):
        yield f"{row['messages']} messages of {row['topic']} are parked: mend or void them (onestop parked list)"
    unnumbered = await connection.fetchval(_UNNUMBERED_SQL)
    if unnumbered:
        yield f"{unnumbered} events wait for their number: see onestop doctor"
    if lines := await waiting(connection, county, end):
        yield f"{lines} lines of the bank are settled by nobody: see /v1/bank-lines"
    for row in await connection.fetch(_UNBALANCED_SQL, county):
        yield f"the accounts of {row['fund']} do not balance"
    for row in await connection.fetch(_DIFFERENT_SQL, county):
        yield f"the balance of {row['account']} differs from its entries"


async def flows(connection: Connection, county: str, year: int) -> tuple[Flow, ...]:
    """What flowed through each fund of a county in a year."""
    rows = await connection.fetch(_FLOWS_SQL, county, date(year, 1, 1), date(year, 12, 1))
    return tuple(Flow(**dict(row)) for row in rows)


class Periods(Reads):
    """Read-only questions, each bounded."""

    async def months(self, county: str, past: date, limit: int) -> list[ClosedMonth]:
        """A county's closed months after one of them, in their order."""
        return await self.many(_month, _MONTHS_SQL, county, past, limit)

    async def year(self, county: str, year: int) -> ClosedYear | None:
        """A closed year of a county."""
        row = await self.pool.fetchrow(_YEAR_SQL, county, year)
        if row is None:
            return None
        clearings = await self.many(ClearedAccount.of_row, _YEARS_SQL, county, year)
        return ClosedYear(
            county=county,
            year=year,
            closed_on=row["closed_on"],
            clearings=tuple(clearings),
            carried=tuple(_funds(row["carried"])),
        )


def _month(funds: str, **columns: Any) -> ClosedMonth:
    return ClosedMonth(**columns, funds=tuple(_funds(funds)))


def _funds(text: str) -> Iterator[FundClosed]:
    for fund in msgspec.json.decode(text, type=tuple[FundAtClose, ...]):
        yield FundClosed.of_row(**msgspec.structs.asdict(fund))
