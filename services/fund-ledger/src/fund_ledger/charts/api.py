"""The chart of a place over HTTP."""

from datetime import date
from typing import Annotated, Final

from fund_ledger.charts.domain import Chart, Charts
from kernel.http import ErrorCode, Json, Router, Wire, allow, answer
from kernel.http.fields import CountyQuery
from kernel.running.requested import Requests
from kernel.security import Principal, Role

CODES: Final = (
    ErrorCode("FUND_UNKNOWN", 422, "No document names such a fund"),
    ErrorCode("FUND_HELD_ELSEWHERE", 422, "The money of the fund is held by others"),
    ErrorCode("PURPOSE_NOT_ALLOWED", 422, "The fund may not pay for this"),
    ErrorCode("SOURCE_UNKNOWN", 422, "No document of the place lists such a source"),
)

Reader = Annotated[Principal, allow(Role.FINANCE, Role.AGENCY, Role.OPERATIONS, by_division=True)]


class FundOfPlace(Wire, frozen=True, kw_only=True):
    """A fund: whose it is, what it may pay, whether its money lies in the county's account here."""

    code: str
    name: str
    owner: str
    purposes: tuple[str, ...]
    held_here: bool
    clause: str


class SourceOfPlace(Wire, frozen=True):
    """A source that the place's document lists."""

    code: str
    name: str
    clause: str


class ChartOfPlace(Wire, frozen=True, kw_only=True):
    """The funds and sources of a county on a day."""

    county: str
    on: date
    funds: tuple[FundOfPlace, ...]
    sources: tuple[SourceOfPlace, ...]


def charts_of_places(charts: Charts, requests: Requests) -> Router:
    """The route of /v1/chart."""
    router = Router(prefix="/v1", tags=["accounts"])

    @router.get("/chart")
    async def chart(caller: Reader, county: CountyQuery, on: date | None = None) -> Json[ChartOfPlace]:
        """The funds that a county has on a day, today if none is given, with the clause that each comes from."""
        caller.must_act_in(county)
        day = on or requests.today
        return answer(_told(charts.on(county, day), day))

    return router


def _told(chart: Chart, day: date) -> ChartOfPlace:
    funds = (
        FundOfPlace(
            code=fund.code,
            name=fund.name,
            owner=fund.owner,
            purposes=fund.purposes,
            held_here=fund.held_here,
            clause=fund.clause,
        )
        for fund in chart.funds.values()
    )
    sources = (SourceOfPlace(source.code, source.name, source.clause) for source in chart.sources.values())
    return ChartOfPlace(county=chart.county, on=day, funds=tuple(funds), sources=tuple(sources))
