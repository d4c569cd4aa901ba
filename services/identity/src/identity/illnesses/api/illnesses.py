"""The registry of the sick over HTTP: entries about a person, and the list for who organises care (002 三(六))."""

from datetime import date
from typing import Annotated

import msgspec
from fastapi import Query

from identity.illnesses.commands import IllnessCommands
from identity.illnesses.domain.illness import CareWay, ChangeIllness, CloseIllness, IllnessState, VerifyIllness
from identity.illnesses.queries import IllnessQueries, IllnessRow
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
    answered,
    of_division,
    paged,
)
from kernel.http.fields import Text, after_of, check_text
from kernel.security import Principal, Role


class IllnessBody(RequestBody, frozen=True):
    """An illness of a person, how care reaches them, and what is done for them (一人一策)."""

    disease: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    care: CareWay
    plan: Text
    since: date
    impoverishing: bool = False


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


Writer = Annotated[Principal, allow(Role.AGENCY, Role.DEPARTMENT, by_division=True)]
InState = Annotated[IllnessState, Query(description="How far the entries are")]
InCounty = Annotated[str | None, Query(pattern=r"^[0-9]{6}$", description="Only people of this county")]
ByCare = Annotated[CareWay | None, Query(description="How care reaches them")]
Impoverishing = Annotated[bool | None, Query(description="Whether the household became poor through it")]


def illnesses_of_person(commands: IllnessCommands, divisions: DivisionQueries) -> Router:
    """The route of /v1/persons/{person_id}/illnesses."""
    router = Router(
        prefix="/v1/persons/{person_id}/illnesses",
        tags=["illnesses"],
        dependencies=[of_division("person_id", divisions.of_person)],
    )

    @router.post("", status_code=201)
    async def record(
        person_id: str, caller: Writer, command: Sent[IllnessBody], key: IdempotencyKey
    ) -> Json[IllnessChanged]:
        """Enter an illness; another person verifies it."""
        check_text("disease", command.disease)
        check_text("plan", command.plan)
        return answered(await commands.record(caller, key, person_id, **msgspec.structs.asdict(command)))

    return router


def illnesses(commands: IllnessCommands, queries: IllnessQueries) -> Router:
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
        """List entries: those to be verified, or whom care is to be taken to."""
        rows = await queries.page(
            state.value,
            caller.division_patterns,
            county=county,
            care=None if care is None else care.value,
            impoverishing=impoverishing,
            after=after_of(page),
            limit=page.limit + 1,
        )
        return paged(rows, page, "illness_id")

    _add_steps(router, commands, queries)
    return router


def _add_steps(router: Router, commands: IllnessCommands, queries: IllnessQueries) -> None:
    of_illness = [of_division("illness_id", queries.county_of)]

    @router.post("/{illness_id}/care", dependencies=of_illness)
    async def change_care(
        illness_id: str, caller: Writer, command: Sent[CareBody], key: IdempotencyKey
    ) -> Json[IllnessChanged]:
        """Write care and plan anew; the entry is to be verified again."""
        check_text("plan", command.plan)
        return answered(
            await commands.change(
                caller,
                key,
                illness_id,
                lambda by, _today: ChangeIllness(command.care, command.plan, command.impoverishing, by),
            )
        )

    @router.post("/{illness_id}/verification", dependencies=of_illness)
    async def verify(
        illness_id: str, caller: Writer, command: Sent[VerificationBody], key: IdempotencyKey
    ) -> Json[IllnessChanged]:
        """Make sure of an entry that somebody else wrote."""
        check_text("note", command.note)
        return answered(
            await commands.change(
                caller, key, illness_id, lambda by, today: VerifyIllness(command.confirmed, command.note, by, today)
            )
        )

    @router.post("/{illness_id}/closing", dependencies=of_illness)
    async def close(
        illness_id: str, caller: Writer, command: Sent[ClosingBody], key: IdempotencyKey
    ) -> Json[IllnessChanged]:
        """Say that it is over."""
        return answered(
            await commands.change(caller, key, illness_id, lambda _by, today: CloseIllness(command.closed_on, today))
        )
