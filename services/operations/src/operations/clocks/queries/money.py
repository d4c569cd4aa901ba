"""What the ledger told of a county's money, put together by month and year as clocks are; and what identity pushed."""

from datetime import date
from typing import Any, Final

import msgspec

from kernel.values.divisions import around
from kernel.writing.reads import Reads
from operations.clocks.domain.money import Met, MoneyTold, MonthTold, OrderTold, YearTold

_ORDERS_SQL: Final = """
SELECT fund, kind, year || COALESCE('-' || lpad(month::text, 2, '0'), '') AS period, met_on,
       COALESCE(met_by, order_id) AS proof
FROM funding_orders WHERE county = $1 AND year >= $2 AND kind IN ('MONTHLY', 'QUOTA', 'PLAN') LIMIT 1000
"""


def _of_months(table: str, fund: str, begun_on: str, name: str, open_in: str, missing: str) -> str:
    order = f"ORDER BY paid_on DESC NULLS LAST, {begun_on} DESC, {name} DESC"
    return f"""
SELECT {fund} AS fund, to_char(month, 'YYYY-MM') AS period, count(*) FILTER (WHERE status IN ({open_in})) AS open,
       (array_agg(COALESCE(paid_on, {begun_on}) {order}))[1] AS last_on,
       (array_agg({name} {order}))[1] AS proof, jsonb_agg(DISTINCT {missing})::text AS missing
FROM {table} WHERE county = $1 AND month >= $2 GROUP BY 1, 2 LIMIT 1000
"""


_STATEMENTS_SQL: Final = _of_months(
    "hospital_statements",
    "fund",
    "drawn_on",
    "COALESCE(payment_id, statement_id)",
    "'drawn', 'reviewed', 'returned'",
    "undrawn",
)
_FEES_SQL: Final = _of_months(
    "consultation_fees", "''", "month", "fees_id", "'reported', 'sent_back', 'approved'", "unreported"
)
# The closing is of no account: its day counts where nothing was left to be paid.
_YEARS_SQL: Final = """
SELECT year, min("left") AS "left", (array_agg("on" ORDER BY account <> '' DESC, "on" DESC, account))[1] AS last_on,
       (array_agg(COALESCE(journal_id, county || '-' || year) ORDER BY account <> '' DESC, "on" DESC, account))[1]
         AS proof
FROM clearings WHERE county = $1 AND year >= $2 GROUP BY year
"""
# The first push counts, of whichever area the county lies in.
_PUSHES_SQL: Final = """
SELECT DISTINCT ON (month) month, pushed_on, comparison_id FROM comparison_pushes
WHERE area = ANY($1::text[]) AND month >= $2 ORDER BY month, pushed_on, comparison_id LIMIT 100
"""


class _Pushed(msgspec.Struct, frozen=True):
    month: str
    pushed_on: date
    comparison_id: str


class MoneyQueries(Reads):
    """Read-only questions, each bounded."""

    async def told(self, county: str, since: date) -> MoneyTold:
        """What is known of a county's money for the months from a day on, and for the years that they lie in."""
        month = since.replace(day=1)
        return MoneyTold(
            orders=tuple(await self.many(_order, _ORDERS_SQL, county, since.year)),
            statements=tuple(await self.many(_month, _STATEMENTS_SQL, county, month)),
            fees=tuple(await self.many(_month, _FEES_SQL, county, month)),
            years=tuple(await self.many(_year, _YEARS_SQL, county, since.year - 1)),
        )

    async def pushed(self, county: str, since: date) -> dict[str, Met]:
        """By month, the push of a comparison whose result is the county's too."""
        rows = await self.many(_Pushed, _PUSHES_SQL, list(around(county)), f"{since:%Y-%m}")
        return {row.month: Met(row.pushed_on, row.comparison_id) for row in rows}


def _order(met_on: date | None, proof: str, **columns: Any) -> OrderTold:
    return OrderTold(**columns, met=None if met_on is None else Met(met_on, proof))


def _month(last_on: date, proof: str, missing: str, **columns: Any) -> MonthTold:
    found = msgspec.json.decode(missing, type=tuple[frozenset[str], ...])
    return MonthTold(**columns, last=Met(last_on, proof), missing=found)


def _year(year: int, left: int, last_on: date, proof: str) -> YearTold:
    return YearTold(year, left, Met(last_on, proof))
