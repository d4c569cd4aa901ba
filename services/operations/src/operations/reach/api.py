"""Direct settlement by scope over HTTP: what is wanted by when, and since when it is done."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from starlette.requests import Request

from kernel.http import Json, Router, Wire, allow, answer, tagged
from kernel.http.fields import AreaQuery
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.divisions import prefix_of
from law.clocks.official import official_calendar
from law.packs import PackLibrary
from law.packs.policy import Policy
from law.packs.rules import Milestone
from operations.clocks.domain.schedule import due_between
from operations.clocks.queries.done import ClockQueries
from operations.reach.domain import SCOPES, Reach, Scope, scopes_of
from operations.reach.queries import ReachQueries

Reader = Annotated[Principal, allow(Role.OPERATIONS, Role.AGENCY, Role.FINANCE, Role.DEPARTMENT, by_division=True)]


class ScopeLine(Wire, frozen=True, kw_only=True):
    """A scope: wanted until when by which clause, how many stays were settled so, the first one on which day.

    ``state``: REACHED or REACHED_LATE by the first stay, RUNNING, LATE, or NO_DAY where no document names a day; and
    NOT_TOLD instead of late where ``untold_stays`` were settled in time: before it was told how far a stay was.
    ``said_done_on`` is what was said under /v1/clocks/done, which is shown beside the facts.
    """

    reach: Reach
    state: str
    due_on: date | None
    document: str | None
    clause: str | None
    stays: int
    first_on: date | None
    said_done_on: date | None
    untold_stays: int


class ScopeList(Wire, frozen=True):
    """All scopes of a place."""

    area: str
    items: tuple[ScopeLine, ...]


def settlement_scopes(found: ReachQueries, clocks: ClockQueries, library: PackLibrary, requests: Requests) -> Router:
    """The routes of /v1/settlement-scopes."""
    router = Router(prefix="/v1/settlement-scopes", tags=["clocks"])

    @router.get("")
    async def list_scopes(caller: Reader, request: Request, area: AreaQuery) -> Json[ScopeList]:
        """In the city, in another city of the province, beyond the province: the milestones and what is done."""
        caller.must_act_in(area)
        prefix, today = prefix_of(area), requests.today
        high = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        policies = list(library.candidates(area, today))
        settled = await found.settled(prefix, high)
        untold = await found.untold(prefix, high)
        scopes = scopes_of(policies, settled, untold, await _said(clocks, library, area, policies))
        return tagged(request, answer(ScopeList(area, tuple(_line(scope, today) for scope in scopes))))

    return router


async def _said(clocks: ClockQueries, library: PackLibrary, area: str, policies: list[Policy]) -> Mapping[str, date]:
    """What was said to be done of the milestones, by their names."""
    days = [
        clock.on
        for policy in policies
        for clock in policy.file.clocks
        if isinstance(clock, Milestone) and clock.name in SCOPES.values()
    ]
    dues = [due for day in days for due in due_between(library, area, day, day, official_calendar())]
    done = await clocks.done([due for due in dues if due.clock in SCOPES.values()])
    return {clock: one.done_on for (_, clock, _, _), one in done.items()}


def _line(scope: Scope, today: date) -> ScopeLine:
    same = {name: getattr(scope, name) for name in Scope.__struct_fields__ if name != "untold"}
    return ScopeLine(**same, state=scope.state(today), untold_stays=scope.untold.stays)
