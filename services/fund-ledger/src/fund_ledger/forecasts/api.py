"""Forecasts over HTTP: per fund when its money runs out and what next month takes, with the method's error so far.

The metrics tell how many funds are in debt, or soon will be.
"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from fund_ledger.charts.domain import Charts
from fund_ledger.forecasts.commands import FundWatch
from fund_ledger.forecasts.domain import Forecast
from fund_ledger.forecasts.queries import ForecastQueries
from kernel.http import Json, Router, SignedYuan, Wire, Yuan, allow, answer
from kernel.http.fields import CountyQuery
from kernel.running.requested import Requests
from kernel.security import Principal, Role

Reader = Annotated[Principal, allow(Role.FINANCE, Role.AGENCY, Role.OPERATIONS, by_division=True)]


class ForecastAnswer(Wire, frozen=True, kw_only=True):
    """A fund's outlook: what month ``month`` takes, which is what to prepay for it, and how far off that may be.

    ``error`` is by how much ``method`` was off in the mean of the last ``held_out`` months, each foretold from those
    before it; ``error_permille`` the same of what those months took. Without ``available`` others hold the money.
    """

    fund: str
    name: str
    method: str
    month: str
    need_fen: Yuan
    held_out: int
    error_fen: Yuan
    error_permille: int
    available_fen: SignedYuan | None
    runs_out_on: date | None


class ForecastsAnswer(Wire, frozen=True):
    """The outlook of a county's funds, and which of them have too few whole months for one."""

    on: date
    funds: tuple[ForecastAnswer, ...]
    too_few_months: tuple[str, ...]


def forecasts(found: ForecastQueries, charts: Charts, requests: Requests) -> Router:
    """The routes of /v1/forecasts."""
    router = Router(prefix="/v1/forecasts", tags=["reports"])

    @router.get("")
    async def get_forecasts(caller: Reader, county: CountyQuery) -> Json[ForecastsAnswer]:
        """When each fund's money runs out, what next month takes, and how far off the method was on past months."""
        caller.must_act_in(county)
        funds = charts.ever(county).funds
        here = frozenset(code for code, fund in funds.items() if fund.held_here)
        told, too_few = await found.forecasts(county, here, requests.today)
        names = {code: fund.name for code, fund in funds.items()}
        shown = tuple(_shown(one, names.get(one.fund, "")) for one in told)
        return answer(ForecastsAnswer(requests.today, shown, tuple(too_few)))

    return router


def _shown(of: Forecast, name: str) -> ForecastAnswer:
    return ForecastAnswer(
        fund=of.fund,
        name=name,
        method=of.method,
        month=f"{of.month:%Y-%m}",
        need_fen=Yuan(of.need_fen),
        held_out=of.held_out,
        error_fen=Yuan(of.error_fen),
        error_permille=of.error_permille,
        available_fen=None if of.available_fen is None else SignedYuan(of.available_fen),
        runs_out_on=of.runs_out_on,
    )


_SAID: Final = "Funds of a county that are OVERDRAWN, or LOW: in debt within a month, as of the last look"


class FundCollector(Collector):
    """Reads the last look of this instance's watch; one that does not lead tells nothing."""

    def __init__(self, watch: FundWatch) -> None:
        self._watch = watch

    @override
    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily("onestop_funds", _SAID, labels=["service", "county", "state"])
        for (county, state), count in sorted(self._watch.counts.items()):
            family.add_metric(["fund-ledger", county, state], count)
        yield family
