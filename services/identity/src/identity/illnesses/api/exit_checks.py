"""Exit checks over HTTP: made for a person who is to leave the list, and who left it without one (002 三(六))."""

from datetime import date
from typing import Annotated

from identity.illnesses.commands import IllnessCommands
from identity.illnesses.queries import ExitCheckRow, IllnessQueries, UncheckedRow
from identity.persons.queries.divisions import DivisionQueries
from kernel.http import (
    ById,
    IdempotencyKey,
    Json,
    Page,
    RequestBody,
    Router,
    Sent,
    Wire,
    allow,
    answer,
    answered,
    of_division,
    paged,
)
from kernel.http.fields import AreaQuery, Text, after_of, check_text
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


Checker = Annotated[Principal, allow(Role.AGENCY, Role.DEPARTMENT, by_division=True)]
Overseer = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, by_division=True)]


def exit_checks_of_person(commands: IllnessCommands, queries: IllnessQueries, divisions: DivisionQueries) -> Router:
    """The routes of /v1/persons/{person_id}/exit-checks."""
    router = Router(
        prefix="/v1/persons/{person_id}/exit-checks",
        tags=["illnesses"],
        dependencies=[of_division("person_id", divisions.of_person)],
    )

    @router.post("", status_code=201)
    async def check_exit(
        person_id: str, caller: Checker, command: Sent[ExitCheckBody], key: IdempotencyKey
    ) -> Json[ExitCheckMade]:
        """Check basic medical security before a person leaves the list; what fails is said, and checked again later."""
        check_text("evidence", command.evidence)
        return answered(await commands.check_exit(caller, key, person_id, command.evidence))

    @router.get("")
    async def list_checks(person_id: str, _caller: Checker) -> Json[list[ExitCheckRow]]:
        """A person's checks, the newest first, at most a hundred."""
        return answer(await queries.checks(person_id))

    return router


def exit_checks(queries: IllnessQueries) -> Router:
    """The route of /v1/exit-checks."""
    router = Router(prefix="/v1/exit-checks", tags=["illnesses"])

    @router.get("/missing")
    async def list_missing(area: AreaQuery, caller: Overseer, page: ById) -> Json[Page[UncheckedRow]]:
        """List who left the list without a passed check; the departments' word stands, and somebody goes and looks."""
        rows = await queries.unchecked(prefix_of(area), caller.division_patterns, after_of(page), page.limit + 1)
        return paged(rows, page, "person_id")

    return router
