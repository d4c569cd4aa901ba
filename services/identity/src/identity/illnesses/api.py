"""The registry of the sick and the exit checks over HTTP: for whoever organises care (002 三(六))."""

from datetime import date
from typing import Annotated, Any, Final

from fastapi import Query

from identity.illnesses.commands import IllnessBody, IllnessCommands
from identity.illnesses.domain.illness import CareWay, ChangeIllness, CloseIllness, IllnessState, VerifyIllness
from identity.illnesses.queries import ExitCheckRow, IllnessQueries, IllnessRow, UncheckedRow
from identity.persons.queries.divisions import own_department
from identity.persons.queries.feed_access import FeedAccess
from kernel.http import (
    ById,
    ErrorCode,
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
from kernel.http.fields import AreaQuery, Text, after_of
from kernel.security import Principal, Role
from kernel.values.divisions import prefix_of


class CareBody(RequestBody, frozen=True):
    """Care and plan as they should read now."""

    care: CareWay
    plan: Text
    impoverishing: bool = False


class VerificationBody(RequestBody, frozen=True):
    """Whether the entry is right, and how that was found out."""

    confirmed: bool
    note: Text


class ClosingBody(RequestBody, frozen=True):
    """The last day of it."""

    closed_on: date


class IllnessChanged(Wire, frozen=True):
    """How far an entry is after a step."""

    illness_id: str
    state: IllnessState


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


Writer = Annotated[Principal, allow(Role.AGENCY, Role.DEPARTMENT, by_division=True)]
InState = Annotated[IllnessState, Query(description="How far the entries are")]
InCounty = Annotated[str | None, Query(pattern=r"^[0-9]{6}$", description="Only people of this county")]
ByCare = Annotated[CareWay | None, Query(description="How care reaches them")]
Impoverishing = Annotated[bool | None, Query(description="Whether the household became poor through it")]
Overseer = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, by_division=True)]


def illnesses_of_person(commands: IllnessCommands, access: FeedAccess, of_person: Any) -> Router:
    """The route of /v1/persons/{person_id}/illnesses."""
    router = Router(prefix="/v1/persons/{person_id}/illnesses", tags=["illnesses"], dependencies=[of_person])

    @router.post("", status_code=201)
    async def record(
        person_id: str, caller: Writer, command: Sent[IllnessBody], key: IdempotencyKey
    ) -> Json[IllnessChanged]:
        """Enter an illness of somebody in the caller's feed; another person verifies it."""
        await access.must_hold(caller, person_id)
        return answered(await commands.record(caller, key, person_id, command))

    return router


def illnesses(commands: IllnessCommands, queries: IllnessQueries, access: FeedAccess) -> Router:
    """The routes of /v1/illnesses."""
    router = Router(prefix="/v1/illnesses", tags=["illnesses"])

    @router.get("")
    async def list_illnesses(
        caller: Writer,
        page: ById,
        state: InState = IllnessState.RECORDED,
        county: InCounty = None,
        care: ByCare = None,
        impoverishing: Impoverishing = None,
    ) -> Json[Page[IllnessRow]]:
        """List entries: those to be verified, or whom care is to be taken to; a department sees those of its feed."""
        own = own_department(caller)
        rows = await queries.page(
            state.value,
            caller.division_patterns,
            own=None if own is None else access.asked(own),
            county=county,
            care=None if care is None else care.value,
            impoverishing=impoverishing,
            after=after_of(page),
            limit=page.limit + 1,
        )
        return paged(rows, page, "illness_id")

    _add_steps(router, commands, queries, access)
    return router


def _add_steps(router: Router, commands: IllnessCommands, queries: IllnessQueries, access: FeedAccess) -> None:
    of_illness = [of_division("illness_id", queries.county_of)]

    @router.post("/{illness_id}/care", dependencies=of_illness)
    async def change_care(
        illness_id: str, caller: Writer, command: Sent[CareBody], key: IdempotencyKey
    ) -> Json[IllnessChanged]:
        """Write care and plan anew; the entry is to be verified again."""
        await access.must_hold(caller, await queries.person_of(illness_id))
        done = await commands.change(
            caller, key, illness_id, lambda by, _: ChangeIllness(command.care, command.plan, command.impoverishing, by)
        )
        return answered(done)

    @router.post("/{illness_id}/verification", dependencies=of_illness)
    async def verify(
        illness_id: str, caller: Writer, command: Sent[VerificationBody], key: IdempotencyKey
    ) -> Json[IllnessChanged]:
        """Make sure of an entry that somebody else wrote."""
        await access.must_hold(caller, await queries.person_of(illness_id))
        done = await commands.change(
            caller, key, illness_id, lambda by, today: VerifyIllness(command.confirmed, command.note, by, today)
        )
        return answered(done)

    @router.post("/{illness_id}/closing", dependencies=of_illness)
    async def close(
        illness_id: str, caller: Writer, command: Sent[ClosingBody], key: IdempotencyKey
    ) -> Json[IllnessChanged]:
        """Say that it is over."""
        await access.must_hold(caller, await queries.person_of(illness_id))
        return answered(
            await commands.change(caller, key, illness_id, lambda _by, today: CloseIllness(command.closed_on, today))
        )


def exit_checks_of_person(
    commands: IllnessCommands, queries: IllnessQueries, access: FeedAccess, of_person: Any
) -> Router:
    """The routes of /v1/persons/{person_id}/exit-checks."""
    router = Router(prefix="/v1/persons/{person_id}/exit-checks", tags=["illnesses"], dependencies=[of_person])

    @router.post("", status_code=201)
    async def check_exit(
        person_id: str, caller: Writer, command: Sent[ExitCheckBody], key: IdempotencyKey
    ) -> Json[ExitCheckMade]:
        """Check basic medical security before a person leaves the list; what fails is said, and checked again later."""
        await access.must_hold(caller, person_id)
        return answered(await commands.check_exit(caller, key, person_id, command.evidence))

    @router.get("")
    async def list_checks(person_id: str, caller: Writer) -> Json[list[ExitCheckRow]]:
        """A person's checks, the newest first, at most a hundred."""
        await access.must_hold(caller, person_id)
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


CODES: Final = (
    ErrorCode("ILLNESS_UNKNOWN", 404, "No such entry in the registry of the sick"),
    ErrorCode("ILLNESS_CLOSED", 409, "The entry in the registry of the sick is closed"),
    ErrorCode("ILLNESS_SAME_PERSON", 403, "Whoever wrote an entry does not verify it"),
)
