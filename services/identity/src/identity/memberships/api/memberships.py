"""Memberships over HTTP: what departments say, each about its own categories only."""

from typing import Annotated

from fastapi import Query

from identity.memberships.commands import Held, MembershipCommands
from identity.memberships.domain import Assertion, Ending
from identity.memberships.queries.memberships import MembershipAnswer, MembershipQueries
from identity.persons.domain.categories import Department, department_of
from identity.persons.domain.person import Correction
from identity.persons.queries.direct import DirectChanges
from identity.persons.queries.divisions import DivisionQueries, own_department
from identity.persons.queries.persons import PersonQueries
from kernel.http import ById, IdempotencyKey, Json, Page, RequestBody, Router, Sent, Wire, allow, answered, paged
from kernel.http.fields import after_of
from kernel.security import ROLES_BEYOND_A_TOWNSHIP, Principal, Role


class AssertMembershipBody(RequestBody, Assertion, frozen=True):
    """What the caller's department says from now on. ``valid_to`` is the last day, absent while it goes on."""


class EndMembershipBody(RequestBody, Ending, frozen=True):
    """The last day on which the membership holds, and why it ends."""


class CorrectMembershipBody(RequestBody, Correction, frozen=True):
    """The membership as it should read, whole; what is left out is empty afterwards."""


class MembershipChanged(Wire, frozen=True):
    """A membership after a change; ``revision`` is the person's."""

    person_id: str
    membership_id: str
    revision: int


Teller = Annotated[Principal, allow(Role.DEPARTMENT)]
Reader = Annotated[Principal, allow(*ROLES_BEYOND_A_TOWNSHIP)]
FeedReader = Annotated[Principal, allow(Role.DEPARTMENT, Role.AGENCY, Role.OPERATIONS, by_division=True)]


def memberships(
    commands: MembershipCommands,
    queries: MembershipQueries,
    persons: PersonQueries,
    direct: DirectChanges,
    divisions: DivisionQueries,
) -> Router:
    """The routes of /v1/persons/{person_id}/memberships; direct changes are for pre-approved departments."""
    router = Router(prefix="/v1/persons/{person_id}/memberships", tags=["memberships"], dependencies=[divisions.guard])

    @router.post("", status_code=201)
    async def assert_membership(
        person_id: str, caller: Teller, command: Sent[AssertMembershipBody], key: IdempotencyKey
    ) -> Json[MembershipChanged]:
        """Say that a person belongs to a category of the caller's department."""
        department = await _direct(direct, caller, person_id)
        return answered(await commands.begin(caller, key, person_id, department, command))

    @router.get("")
    async def list_memberships(person_id: str, caller: Reader, page: ById) -> Json[Page[MembershipAnswer]]:
        """List a person's memberships; a department sees its own only."""
        await persons.known(person_id)
        rows = await queries.of_person(person_id, own_department(caller), after=after_of(page), limit=page.limit + 1)
        return paged(rows, page, "membership_id")

    @router.post("/{membership_id}/end")
    async def end_membership(
        person_id: str, membership_id: str, caller: Teller, command: Sent[EndMembershipBody], key: IdempotencyKey
    ) -> Json[MembershipChanged]:
        """End a membership of the caller's department."""
        department = await _direct(direct, caller, person_id)
        return answered(await commands.end(caller, key, Held(person_id, membership_id), department, command))

    @router.post("/{membership_id}/correction")
    async def correct_membership(
        person_id: str, membership_id: str, caller: Teller, command: Sent[CorrectMembershipBody], key: IdempotencyKey
    ) -> Json[MembershipChanged]:
        """Write a membership of the caller's department anew; what was believed before is kept."""
        department = await _direct(direct, caller, person_id)
        return answered(await commands.correct(caller, key, Held(person_id, membership_id), department, command))

    return router


def memberships_of_department(queries: MembershipQueries) -> Router:
    """The routes of /v1/memberships."""
    router = Router(prefix="/v1/memberships", tags=["memberships"])

    @router.get("")
    async def list_feed(
        caller: FeedReader, department: Annotated[Department, Query(description="Whose feed")], page: ById
    ) -> Json[Page[MembershipAnswer]]:
        """List what one department says, of all persons; a department may ask for its own feed only."""
        caller.must_act_for(department)
        counties = caller.division_patterns
        rows = await queries.of_department(department, counties, after=after_of(page), limit=page.limit + 1)
        return paged(rows, page, "membership_id")

    return router


async def _direct(direct: DirectChanges, caller: Principal, person_id: str) -> Department:
    department = department_of(caller.organisation)
    await direct.check(caller, person_id)
    return department
