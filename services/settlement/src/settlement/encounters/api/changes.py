"""What happened to settlements over HTTP: followed in order, and summed up by day and payer."""

import asyncio
from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import Query

from kernel.http import Json, PageRequest, Router, Wire, allow, answer, paging
from kernel.http.paging import write_cursor
from kernel.security import Principal, Role
from kernel.values.refusals import Refused
from settlement.encounters.queries.changes import Change, ChangeQueries, DayTotal

Reader = Annotated[Principal, allow(Role.HOSPITAL, Role.AGENCY, Role.FINANCE, Role.OPERATIONS, by_division=True)]
#: A request is cut off after ten seconds.
WAIT_SECONDS_MAX: Final = 8
_LOOK_SECONDS: Final = 0.25
_DAYS_MAX: Final = 31
Waiting = Annotated[int, Query(ge=0, le=WAIT_SECONDS_MAX, description="How long to wait for news")]


class ChangesAnswer(Wire, frozen=True):
    """Changes in their order. ``next`` is always there: ask again ``after`` it for what happens later."""

    items: tuple[Change, ...]
    next: str


def changes(queries: ChangeQueries) -> Router:
    """The routes of /v1/settlement-changes and /v1/settlement-totals."""
    router = Router(prefix="/v1", tags=["settlements"])

    @router.get("/settlement-changes")
    async def follow(
        caller: Reader, page: Annotated[PageRequest, paging(int)], wait_seconds: Waiting = 0
    ) -> Json[ChangesAnswer]:
        """What happened to settlements, in the order of commitment; a hospital's own, or all of the caller's counties.

        Without ``after`` it begins with the first. With ``wait_seconds`` an answer that would be empty waits for news.
        """
        after = int(page.after[0]) if page.after else 0
        own = caller.own_hospital
        found = await queries.changes(after, own, caller.division_patterns, page.limit)
        until = asyncio.get_running_loop().time() + wait_seconds
        while not found.items and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(_LOOK_SECONDS)
            found = await queries.changes(found.last, own, caller.division_patterns, page.limit)
        return answer(ChangesAnswer(tuple(found.items), write_cursor((found.last,))))

    @router.get("/settlement-totals")
    async def totals(
        caller: Reader,
        discharged_from: Annotated[date, Query(description="The first day of discharge")],
        discharged_to: Annotated[date, Query(description="The last day of discharge, at most 31 days in all")],
    ) -> Json[tuple[DayTotal, ...]]:
        """What each payer bears by day of discharge, as bills stand now; what was taken back is left out."""
        if not timedelta() <= discharged_to - discharged_from < timedelta(days=_DAYS_MAX):
            raise Refused("PERIOD_TOO_LONG", f"ask for 1 to {_DAYS_MAX} days, the first one first")
        found = await queries.totals(discharged_from, discharged_to, caller.own_hospital, caller.division_patterns)
        return answer(tuple(found))

    return router
