"""The yearly confirmation over HTTP: which department has not confirmed whom it supports (004 五(一)1)."""

from typing import Annotated

from fastapi import Query

from identity.feeds.api.callers import Reader
from identity.feeds.domain.confirming import Stage, season_of, year_to_confirm
from identity.feeds.queries.confirmations import ConfirmationAnswer, ConfirmationQueries
from identity.persons.domain.categories import Department, department_of
from kernel.http import Json, Router, answer
from kernel.running.clock import Clock
from kernel.security import Role
from kernel.values.china_time import china_date


def confirmations(queries: ConfirmationQueries, clock: Clock, due: tuple[int, int]) -> Router:
    """The route of /v1/feeds/confirmations; raises ValueError for a last day before the time has begun."""
    season_of(year_to_confirm(china_date(clock())), due)
    router = Router(prefix="/v1/feeds", tags=["feeds"])

    @router.get("/confirmations")
    async def list_confirmations(
        caller: Reader,
        year: Annotated[
            int | None, Query(ge=2000, le=9998, description="The year to be enrolled; the next one from September on")
        ] = None,
        stage: Annotated[Stage | None, Query(description="OVERDUE: who has not confirmed and should have")] = None,
    ) -> Json[tuple[ConfirmationAnswer, ...]]:
        """Who confirmed the people of each county before the year's enrolment, and who did not; own ones only."""
        today = china_date(clock())
        own = Role.DEPARTMENT in caller.roles
        departments = [department_of(caller.organisation)] if own else list(Department)
        season = season_of(year or year_to_confirm(today), due)
        found = await queries.confirmations(season, today, departments, caller.division_patterns)
        return answer(tuple(line for line in found if stage is None or line.stage == stage))

    return router
