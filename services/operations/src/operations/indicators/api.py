"""Indicators over HTTP: what documents have watched, by place, hospital or category, in a period."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final

from fastapi import Query
from starlette.requests import Request

from kernel.http import ErrorCode, Json, Page, PageRequest, Router, SignedYuan, Wire, Yuan, allow, paged, paging, tagged
from kernel.http.fields import AreaQuery
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.china_time import CHINA
from kernel.values.refusals import Refused
from law.packs import PackLibrary
from operations.indicators.domain.measures import Line
from operations.indicators.domain.watched import assessing
from operations.indicators.queries import COUNTS, Asked, By, IndicatorQueries
from operations.periods.domain import PERIOD_PATTERN, period

CODES: Final = (
    ErrorCode("PERIOD_MALFORMED", 422, "No such period"),
    ErrorCode("PERIOD_NOT_BEGUN", 422, "The period has not begun"),
)

Reader = Annotated[Principal, allow(Role.OPERATIONS, Role.AGENCY, Role.FINANCE, Role.DEPARTMENT, by_division=True)]
ByOfAndName = Annotated[PageRequest, paging(str, str)]
Name = Annotated[str, Query(max_length=60, pattern=r"^[a-z_]*$", description="One indicator alone")]


class IndicatorLine(Wire, frozen=True, kw_only=True):
    """An indicator of a place, hospital or category. ``value`` is null where there was nothing to divide by.

    ``part`` and ``whole`` are amounts, or counts: an average has both. ``before`` is of the same period of the year
    before, ``growth_percent`` what ``value`` has grown by since; ``reached`` is decided on the exact share.
    """

    of: str
    indicator: str
    title: str
    unit: str
    bills: int
    persons: int
    part_fen: SignedYuan | None
    whole_fen: Yuan | None
    part_count: int | None
    whole_count: int | None
    value: str | None
    before: str | None
    growth_percent: str | None
    at_least_percent: str | None
    reached: bool | None
    owner: str | None
    document: str
    clause: str


def indicators(found: IndicatorQueries, library: PackLibrary, requests: Requests) -> Router:
    """The routes of /v1/indicators."""
    router = Router(prefix="/v1/indicators", tags=["indicators"])

    @router.get("")
    async def list_indicators(
        caller: Reader,
        page: ByOfAndName,
        request: Request,
        area: AreaQuery,
        period: Annotated[str, Query(pattern=PERIOD_PATTERN, description="2019, 2019-H1, 2019-Q3 or 2019-08")],
        by: By = "area",
        indicator: Name = "",
        as_of: date | None = None,
    ) -> Json[Page[IndicatorLine]]:
        """What the documents in force there have watched, from the bills with a discharge in the period.

        Bills taken back are out of it, as are those that do not count for the assessment (001 三(三)); what was
        supplemented counts. ``as_of`` answers as it was known at the end of that day; for the rates of
        handled stays and treated patients, stays, files and visits count from their own day, and where a person lives,
        or has died, is as of now. Each other share is of sums of money.
        """
        caller.must_act_in(area)
        asked = _asked(area, by, period, as_of, requests, library)
        lines = await found.lines(library, asked)
        chosen = [one for one in lines if indicator in ("", one.indicator)]
        rows = [_told(one) for one in chosen if page.after is None or (one.of, one.indicator) > page.after]
        return tagged(request, paged(rows[: page.limit + 1], page, "of", "indicator"))

    return router


def _asked(area: str, by: By, name: str, as_of: date | None, requests: Requests, library: PackLibrary) -> Asked:
    of = period(name)
    if of.first > requests.today:
        raise Refused("PERIOD_NOT_BEGUN", f"{name} begins on {of.first}; there is nothing to measure before")
    end = min(as_of or requests.today, requests.today) + timedelta(days=1)
    return Asked(
        area=area,
        by=by,
        period=of,
        known_before=datetime.combine(end, time.min, CHINA).astimezone(UTC),
        assessing=assessing(library, COUNTS),
    )


def _told(one: Line) -> IndicatorLine:
    return IndicatorLine.of_row(**{name: getattr(one, name) for name in IndicatorLine.__struct_fields__})
