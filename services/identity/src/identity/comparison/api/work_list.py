"""The work list over HTTP: who is still to be enrolled, whose task that is, and what came of it (003 一(三))."""

from datetime import date
from functools import partial
from typing import Annotated, Any, Literal

import msgspec
from fastapi import Query

from identity.comparison.commands.work_list import WorkListCommands
from identity.comparison.domain.mobilisation import Visit, VisitOutcome
from identity.comparison.queries.work_list import WorkListQueries, WorkRow, WorkWanted
from kernel.http import ById, IdempotencyKey, Json, Page, RequestBody, Router, Sent, Wire, allow, answered, paged
from kernel.http.fields import AreaQuery, Text, Year, YearQuery, after_of
from kernel.security import Principal, Role
from kernel.values.divisions import prefix_of

Township = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{9}$", description="Nine-digit division code of a township")]
StatusQuery = Annotated[
    Literal["OPEN", "ASSIGNED", "VISITED", "REFUSED", "ENROLLED"] | None,
    Query(description="One status only; without it everybody who is still to be enrolled"),
]


class AssignBody(RequestBody, frozen=True):
    """Who is responsible for a person's enrolment."""

    year: Year
    responsible: Text


class VisitBody(RequestBody, frozen=True, kw_only=True):
    """What came of a visit."""

    year: Year
    outcome: VisitOutcome
    visited_on: date
    note: Text | None = None


class TownshipBody(RequestBody, frozen=True):
    """The township in which a person lives."""

    township: Township


class TaskChanged(Wire, frozen=True):
    """A person's place on the work list after a step."""

    person_id: str
    year: int
    status: str


class Placed(Wire, frozen=True):
    """A person in a township."""

    person_id: str
    township: str


Staff = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, by_division=True)]
Registrar = Annotated[Principal, allow(Role.AGENCY, Role.DEPARTMENT)]


def work_list(commands: WorkListCommands, queries: WorkListQueries, of_person: Any) -> Router:
    """The routes of /v1/work-list."""
    router = Router(prefix="/v1/work-list", tags=["comparison"])

    @router.get("")
    async def list_work(
        area: AreaQuery,
        year: YearQuery,
        caller: Staff,
        page: ById,
        status: StatusQuery = None,
        township: Annotated[str | None, Query(pattern=r"^[0-9]{6}([0-9]{3})?$")] = None,
        responsible: Annotated[str | None, Query(max_length=200)] = None,
        category: Annotated[str | None, Query(pattern=r"^[A-Z_]{1,40}$", description="The one that counts")] = None,
    ) -> Json[Page[WorkRow]]:
        """Who is to be registered, not enrolled and not exempt today; whose exemption ended is back on the list.

        The registered poor everywhere, and who is in a category whose premium the policy of their county has paid.
        """
        caller.must_act_in(area)
        prefix, today = prefix_of(area), commands.today
        rows = await queries.work_list(
            prefix,
            today,
            year,
            {county: commands.to_be_registered(county, today) for county in await queries.counties(prefix)},
            WorkWanted(status=status, township=township, responsible=responsible, category=category),
            after=after_of(page),
            limit=page.limit + 1,
        )
        return paged(rows, page, "person_id")

    @router.post("/{person_id}/assignment", dependencies=[of_person])
    async def assign(
        person_id: str, caller: Staff, command: Sent[AssignBody], key: IdempotencyKey
    ) -> Json[TaskChanged]:
        """Make somebody responsible for a person's enrolment."""
        return answered(await commands.assign(caller, key, person_id, command.year, command.responsible))

    @router.post("/{person_id}/visit", dependencies=[of_person])
    async def visit(person_id: str, caller: Staff, command: Sent[VisitBody], key: IdempotencyKey) -> Json[TaskChanged]:
        """Say what came of a visit; being enrolled takes the person off the list by itself."""
        visited = partial(Visit, command.outcome, command.visited_on, command.note)
        return answered(await commands.visit(caller, key, person_id, command.year, visited))

    return router


def townships(commands: WorkListCommands, of_person: Any) -> Router:
    """The route of /v1/persons/{person_id}/township."""
    router = Router(prefix="/v1/persons/{person_id}/township", tags=["comparison"], dependencies=[of_person])

    @router.post("")
    async def place(
        person_id: str, caller: Registrar, command: Sent[TownshipBody], key: IdempotencyKey
    ) -> Json[Placed]:
        """Say in which township a person lives, so that coverage can be counted there."""
        return answered(await commands.place(caller, key, person_id, command.township))

    return router
