"""What forecasts are made of: a county's funds month by month, and what each has now."""

from datetime import date
from typing import Final

import msgspec

from fund_ledger.forecasts.domain import Forecast, Months, forecast
from fund_ledger.months.domain import after
from kernel.writing.reads import Reads

#: So far back a month still counts.
YEARS_MAX: Final = 5
#: What is given to a fund, or goes back out of it, is none of what it has to bear.
_GIVEN: Final = ("receipt", "return", "clearing", "payment", "statement_payment", "advance", "collection")
#: Whoever holds a fund's money elsewhere has paid out of it: the fund is given as much as it pays, by whatever journal.
_PAID_ELSEWHERE: Final = (
    "prepayment", "prepayment_returned", "assessment", "placement", "placement_returned", "consult_fee_paid",
    "consult_fee_returned",
)  # fmt: skip
_MONTHS_SQL: Final = """
SELECT fund, month, COALESCE(sum(debit_fen - credit_fen) FILTER (
         WHERE kind <> ALL($3::text[]) AND (fund = ANY($5::text[]) OR kind <> ALL($4::text[]))), 0)::bigint AS borne_fen
FROM fund_flows WHERE county = $1 AND month >= $2 GROUP BY fund, month ORDER BY fund, month
"""
# Beside what a score pays out, its journal takes off what the hospital bears: that the fund is spared in any case.
_SPARED_SQL: Final = """
SELECT fund, date_trunc('month', settled_on)::date AS month, sum(taken_off_fen)::bigint AS spared_fen
FROM hospital_budgets
WHERE county = $1 AND settled_on >= $2 AND taken_off_fen > 0 AND fund <> ALL($3::text[]) GROUP BY 1, 2
"""
_AVAILABLE_SQL: Final = """
SELECT split_part(account, '/', 3) AS fund, credit_fen - debit_fen AS available_fen FROM balances
WHERE account = ANY($1::text[])
"""
_ALL_AVAILABLE_SQL: Final = """
SELECT split_part(account, '/', 2) AS county, split_part(account, '/', 3) AS fund,
       credit_fen - debit_fen AS available_fen
FROM balances WHERE account >= 'fund/' AND account < 'fund0' ORDER BY account
"""


class _Month(msgspec.Struct, frozen=True):
    fund: str
    month: date
    borne_fen: int


class _Spared(msgspec.Struct, frozen=True):
    fund: str
    month: date
    spared_fen: int


class _Available(msgspec.Struct, frozen=True):
    fund: str
    available_fen: int


class ForecastQueries(Reads):
    """Read-only questions, each bounded."""

    async def forecasts(self, county: str, held_here: frozenset[str], today: date) -> tuple[list[Forecast], list[str]]:
        """The outlook of a county's funds, and the funds whose months are too few for one, both by code."""
        now = today.replace(day=1)
        borne = await self._borne(county, held_here, now.replace(year=now.year - YEARS_MAX))
        names = [f"fund/{county}/{fund}" for fund in borne]
        available = {one.fund: one.available_fen for one in await self.many(_Available, _AVAILABLE_SQL, names)}
        found: list[Forecast] = []
        too_few: list[str] = []
        for fund, months in borne.items():
            here = available.get(fund, 0) if fund in held_here else None
            told = forecast(fund, _whole(months, now), here, months.get(now, 0), today)
            if told is None:
                too_few.append(fund)
            else:
                found.append(told)
        return found, too_few

    async def available(self) -> dict[str, dict[str, int]]:
        """What each fund of each county has that anything was ever booked on, below zero where it is in debt."""
        found: dict[str, dict[str, int]] = {}
        for row in await self.pool.fetch(_ALL_AVAILABLE_SQL):
            found.setdefault(row["county"], {})[row["fund"]] = row["available_fen"]
        return found

    async def _borne(self, county: str, held_here: frozenset[str], since: date) -> dict[str, dict[date, int]]:
        """What each fund had to bear, month by month."""
        here = sorted(held_here)
        asked = county, since, list(_GIVEN), list(_PAID_ELSEWHERE), here
        borne: dict[str, dict[date, int]] = {}
        for row in await self.many(_Month, _MONTHS_SQL, *asked):
            borne.setdefault(row.fund, {})[row.month] = row.borne_fen
        for one in await self.many(_Spared, _SPARED_SQL, county, since, here):
            months = borne.setdefault(one.fund, {})
            months[one.month] = months.get(one.month, 0) - one.spared_fen
        return borne


def _whole(borne: dict[date, int], now: date) -> Months:
    """The months before the one that runs, from the first in which the fund had to bear something."""
    first = min((month for month, fen in borne.items() if fen), default=now)
    month, whole = first, list[int]()
    while month < now:
        whole.append(borne.get(month, 0))
        month = after(month)
    return Months(first, tuple(whole))
