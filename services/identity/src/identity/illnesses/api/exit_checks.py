"""Exit checks over HTTP: made for a person who is to leave the list, and who left it without one (002 三(六))."""

from datetime import date
from typing import Annotated

from identity.illnesses.commands import IllnessHandlers
from identity.illnesses.queries import IllnessQueries
from identity.persons.queries.divisions import DivisionQueries
from kernel.http import (
    IdempotencyKey,
    Json,
    Page,
    PageRequest,
    RequestBody,
    Router,
    Wire,
    allow,
    answer,
    body,
    of_division,
    page_of,
    paging,
    stored_answer,
)
from kernel.http.fields import AreaQuery, Text, check_text
from kernel.security import Principal, Role
from kernel.values.divisions import prefix_of


class ExitCheckBody(RequestBody, frozen=True):
    """The paper behind the check."""

    evidence: Text


class ExitCheckMade(Wire, frozen=True):
    """The indicator today: insured for the year, no open illness unverified or without a plan."""

    check_id: str
    person_id: str
    checked_on: date
    insured: bool
    unverified: int
    without_plan: int
    passed: bool


class ExitCheckRow(Wire, frozen=True):
    """A check as it was made."""

    check_id: str
    person_id: str
    county: str
    checked_on: date
    insured: bool
    unverified: int
    without_plan: int
    passed: bool
    evidence: str
    checked_by: str


class UncheckedRow(Wire, frozen=True):
    """Somebody who left the list, and for whom no check was passed."""

    person_id: str
    county: str
    exit_date: date


Checker = Annotated[Principal, allow(Role.AGENCY, Role.DEPARTMENT, by_division=True)]
Overseer = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, by_division=True)]


def exit_checks_of_person(handlers: IllnessHandlers, queries: IllnessQueries, divisions: DivisionQueries) -> Router:
    """The routes of /v1/persons/{person_id}/exit-checks."""
    router = Router(
        prefix="/v1/persons/{person_id}/exit-checks",
        tags=["illnesses"],
        dependencies=[of_division("person_id", divisions.of_person)],
    )

    @router.post("", status_code=201)
    async def check_exit(
        person_id: str, caller: Checker, command: Annotated[ExitCheckBody, body(ExitCheckBody)], key: IdempotencyKey
    ) -> Json[ExitCheckMade]:
        """Check basic medical security before a person leaves the list; what fails is said, and checked again later."""
        check_text("evidence", command.evidence)
        done = await handlers.check_exit(caller, key, person_id, command.evidence)
        return stored_answer(done.status, done.body, replayed=done.replayed)

    @router.get("")
    async def list_checks(person_id: str, _caller: Checker) -> Json[list[ExitCheckRow]]:
        """A person's checks, the newest first, at most a hundred."""
        return answer([ExitCheckRow(**dict(row)) for row in await queries.checks(person_id)])

    return router


def exit_checks(queries: IllnessQueries) -> Router:
    """The route of /v1/exit-checks."""
    router = Router(prefix="/v1/exit-checks", tags=["illnesses"])

    @router.get("/missing")
    async def list_missing(
        area: AreaQuery, caller: Overseer, page: Annotated[PageRequest, paging(str)]
    ) -> Json[Page[UncheckedRow]]:
        """List who left the list without a passed check; the departments' word stands, and somebody goes and looks."""
        after = str(page.after[0]) if page.after else ""
        rows = await queries.unchecked(prefix_of(area), caller.division_patterns, after, page.limit + 1)
        return answer(page_of([UncheckedRow(**dict(row)) for row in rows], page, key=lambda row: (row.person_id,)))

    return router
