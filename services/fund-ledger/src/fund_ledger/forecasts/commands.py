"""The watch over funds that run dry, for the metrics: as the leading instance last found them."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Final, Literal

from fund_ledger.charts.domain import Charts
from fund_ledger.forecasts.queries import ForecastQueries
from kernel.running.clock import Clock
from kernel.values.china_time import china_date

State = Literal["OVERDRAWN", "LOW"]
STATES: Final[tuple[State, ...]] = ("OVERDRAWN", "LOW")
#: Money that lasts no longer is low: what is ordered by the 15th comes for the next month (001 二(三)).
LOW_DAYS: Final = 30
_EVERY_SECONDS: Final = 600.0


class FundWatch:
    """How many funds of each county are in debt, and how many soon will be; nothing where another instance leads.

    Only funds whose money is kept here are watched: of the others it is not seen.
    """

    def __init__(self, found: ForecastQueries, charts: Charts, clock: Clock) -> None:
        self._found = found
        self._charts = charts
        self._clock = clock
        self.counts: dict[tuple[str, State], int] = {}

    async def run(self) -> None:
        """Look until cancelled."""
        try:
            while True:
                await self.look()
                await asyncio.sleep(_EVERY_SECONDS)
        finally:
            self.counts = {}

    async def look(self) -> None:
        """One look at all counties that have books."""
        today = china_date(self._clock())
        counts = Counter[tuple[str, State]]()
        for county, available in (await self._found.available()).items():
            funds = self._charts.ever(county).funds
            here = frozenset(code for code, fund in funds.items() if fund.held_here)
            told, _ = await self._found.forecasts(county, here, today)
            soon = {one.fund for one in told if one.runs_out_on and one.runs_out_on <= today + timedelta(days=LOW_DAYS)}
            dry = {code for code, fen in available.items() if code in here and fen < 0}
            counts[county, "OVERDRAWN"] = len(dry)
            counts[county, "LOW"] = len(soon - dry)
        self.counts = dict(counts)
