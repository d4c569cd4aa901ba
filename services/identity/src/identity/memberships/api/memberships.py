"""Memberships over HTTP: what departments say, each about its own categories only."""

from datetime import date, datetime
from typing import Annotated

import msgspec
from fastapi import Query

from identity.memberships.domain import ApprovalRules
from identity.persons.commands.persons import Handlers
from identity.persons.domain.categories import Category, Department, Group, PovertyStatus, department_of
from identity.persons.domain.membership import CorrectionReason, EndReason, Membership
from identity.persons.domain.person import AssertMembership, CorrectMembership, EndMembership, person_unknown
from identity.persons.queries.divisions import DivisionQueries
from identity.persons.queries.persons import MembershipRow, Queries
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
from kernel.http.redaction import looks_personal
from kernel.security import Principal, Role
from kernel.values.refusals import Refused

Evidence = Annotated[str, msgspec.Meta(min_length=1, max_length=200, description="The paper or list behind it")]


class AssertMembershipBody(RequestBody, frozen=True):
    """What the caller's department says from now on. ``valid_to`` is the last day, absent while it goes on."""

    category: Category
    valid_from: date
    evidence: Evidence
    valid_to: date | None = None
    group: Group | None = None
    poverty_status: PovertyStatus | None = None
    exit_date: date | None = None


class EndMembershipBody(RequestBody, frozen=True):
    """The last day on which the membership holds, and why it ends."""

    last_day: date
    reason: EndReason


class CorrectMembershipBody(RequestBody, frozen=True):
    """The membership as it should read, whole; what is left out is empty afterwards."""

    reason: CorrectionReason
    valid_from: date
    evidence: Evidence
    valid_to: date | None = None
    group: Group | None = None
    poverty_status: PovertyStatus | None = None
    exit_date: date | None = None


class MembershipChanged(Wire, frozen=True):
    """A membership after a change; ``revision`` is the person's."""

    person_id: str
    membership_id: str
    revision: int


class MembershipAnswer(Wire, frozen=True):
    """A membership as it stands. ``recorded_at`` is when this version of it became known."""

    membership_id: str
    person_id: str
    department: str
    category: str
    valid_from: date
    evidence: str
    revision: int
    recorded_at: datetime
    valid_to: date | None = None
    group: str | None = None
    poverty_status: str | None = None
    exit_date: date | None = None


DepartmentCaller = Annotated[Principal, allow(Role.DEPARTMENT)]
Reader = Annotated[Principal, allow(*Role)]
FeedReader = Annotated[Principal, allow(Role.DEPARTMENT, Role.AGENCY, Role.OPERATIONS, by_division=True)]


def memberships(handlers: Handlers, queries: Queries, rules: ApprovalRules, divisions: DivisionQueries) -> Router:
    """The routes of /v1/persons/{person_id}/memberships; direct changes are for pre-approved departments."""
    router = Router(
        prefix="/v1/persons/{person_id}/memberships",
        tags=["memberships"],
        dependencies=[of_division("person_id", divisions.of_person)],
    )

    @router.post("", status_code=201)
    async def assert_membership(
        person_id: str,
        caller: DepartmentCaller,
        command: Annotated[AssertMembershipBody, body(AssertMembershipBody)],
        key: IdempotencyKey,
    ) -> Json[MembershipChanged]:
        """Say that a person belongs to a category of the caller's department."""
        department = _direct(rules, caller)
        check_text(command.evidence)

        def command_of(membership_id: str, born_on: date | None) -> AssertMembership:
            said = msgspec.structs.asdict(command)
            return AssertMembership(Membership(membership_id=membership_id, department=department, **said), born_on)

        done = await handlers.assert_membership(caller, key, person_id, command_of)
        return stored_answer(done.status, done.body, replayed=done.replayed)

    @router.get("")
    async def list_memberships(
        person_id: str, caller: Reader, page: Annotated[PageRequest, paging(str)]
    ) -> Json[Page[MembershipAnswer]]:
        """List a person's memberships; a department sees its own only."""
        if await queries.person(person_id) is None:
            raise person_unknown()
        own = department_of(caller.organisation) if caller.roles == {Role.DEPARTMENT} else None
        rows = await queries.memberships_of_person(person_id, own, after=_after(page), limit=page.limit + 1)
        return answer(_page(rows, page))

    @router.post("/{membership_id}/end")
    async def end_membership(
        person_id: str,
        membership_id: str,
        caller: DepartmentCaller,
        command: Annotated[EndMembershipBody, body(EndMembershipBody)],
        key: IdempotencyKey,
    ) -> Json[MembershipChanged]:
        """End a membership of the caller's department."""
        ending = EndMembership(_direct(rules, caller), membership_id, command.last_day, command.reason)
        done = await handlers.end_membership(caller, key, person_id, ending)
        return stored_answer(done.status, done.body, replayed=done.replayed)

    @router.post("/{membership_id}/correction")
    async def correct_membership(
        person_id: str,
        membership_id: str,
        caller: DepartmentCaller,
        command: Annotated[CorrectMembershipBody, body(CorrectMembershipBody)],
        key: IdempotencyKey,
    ) -> Json[MembershipChanged]:
        """Write a membership of the caller's department anew; what was believed before is kept."""
        department = _direct(rules, caller)
        check_text(command.evidence)

        def command_of(born_on: date | None) -> CorrectMembership:
            said = msgspec.structs.asdict(command)
            return CorrectMembership(department=department, membership_id=membership_id, born_on=born_on, **said)

        done = await handlers.correct_membership(caller, key, person_id, command_of)
        return stored_answer(done.status, done.body, replayed=done.replayed)

    return router


def feeds(queries: Queries) -> Router:
    """The routes of /v1/memberships."""
    router = Router(prefix="/v1/memberships", tags=["memberships"])

    @router.get("")
    async def list_feed(
        caller: FeedReader,
        department: Annotated[Department, Query(description="Whose feed")],
        page: Annotated[PageRequest, paging(str)],
    ) -> Json[Page[MembershipAnswer]]:
        """List what one department says, of all persons; a department may ask for its own feed only."""
        caller.must_act_for(department)
        counties = caller.division_patterns
        rows = await queries.memberships_of_department(department, counties, after=_after(page), limit=page.limit + 1)
        return answer(_page(rows, page))

    return router


def _direct(rules: ApprovalRules, caller: Principal) -> Department:
    department = department_of(caller.organisation)
    rules.check_pre_approved(department)
    return department


def check_text(text: str) -> None:
    """Refuse a free text with an ID number in it: PERSONAL_DATA_IN_TEXT."""
    if looks_personal(text):
        raise Refused("PERSONAL_DATA_IN_TEXT", "the text holds an ID number: name the paper, not the person")


def _after(page: PageRequest) -> str:
    return "" if page.after is None else str(page.after[0])


def _page(rows: list[MembershipRow], page: PageRequest) -> Page[MembershipAnswer]:
    answers = [MembershipAnswer(**msgspec.structs.asdict(row)) for row in rows]
    return page_of(answers, page, key=lambda row: (row.membership_id,))
