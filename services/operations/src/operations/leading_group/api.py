"""Leading groups over HTTP: who answers for people, money and things, and what stands open there."""

from datetime import date
from typing import Annotated, Final

import msgspec
from fastapi import Path
from starlette.requests import Request

from kernel.http import (
    ErrorCode,
    IdempotencyKey,
    Json,
    RequestBody,
    Router,
    Sent,
    Wire,
    allow,
    answer,
    answered,
    tagged,
)
from kernel.http.fields import Identifier
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from operations.leading_group.commands import GroupCommands
from operations.leading_group.domain import Matter, Member, Post, SetGroup, answering, matter_of
from operations.leading_group.queries import GroupQueries

CODES: Final = (
    ErrorCode("GROUP_CHANGED", 409, "Somebody has changed it meanwhile"),
    ErrorCode("GROUP_HEADLESS", 422, "The leading group has no head"),
    ErrorCode("GROUP_MEMBER_TWICE", 422, "An account is in the leading group twice"),
)

Officer = Annotated[Principal, allow(Role.OPERATIONS, Role.AGENCY, by_division=True)]
Reader = Annotated[Principal, allow(Role.OPERATIONS, Role.AGENCY, Role.FINANCE, Role.DEPARTMENT, by_division=True)]
CountyInPath = Annotated[str, Path(pattern=r"^[0-9]{6}$")]
Unit = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


class MemberBody(RequestBody, frozen=True, kw_only=True):
    """A member's account, post and unit, and the matters that it answers for."""

    account: Identifier
    post: Post
    unit: Unit
    answers_for: Annotated[tuple[Matter, ...], msgspec.Meta(max_length=3)] = ()


class GroupBody(RequestBody, frozen=True, kw_only=True):
    """Everybody in the group now. ``version`` is the one you have seen, 0 for a new group."""

    members: Annotated[tuple[MemberBody, ...], msgspec.Meta(min_length=1, max_length=60)]
    version: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0


class GroupStands(Wire, frozen=True):
    """Where the group stands now."""

    county: str
    version: int


class MemberAnswer(Wire, frozen=True, kw_only=True):
    """A member."""

    account: str
    post: Post
    unit: str
    answers_for: tuple[Matter, ...]


class OpenAnswer(Wire, frozen=True):
    """How many breaches of a kind are not put right."""

    kind: str
    breaches: int


class MatterAnswer(Wire, frozen=True, kw_only=True):
    """One matter: who answers for it (nobody is ``missing``), and what stands open there.

    ``funds_in_debt`` are of MONEY, ``windows_without_staff`` of PEOPLE.
    """

    matter: Matter
    answering: tuple[str, ...]
    missing: bool
    breaches: tuple[OpenAnswer, ...]
    funds_in_debt: tuple[str, ...] = ()
    windows_without_staff: tuple[str, ...] = ()


class GroupReport(Wire, frozen=True, kw_only=True):
    """A county's leading group, and what it is to see to today. Version 0: nobody has said who is in it."""

    county: str
    version: int
    changed_on: date | None
    members: tuple[MemberAnswer, ...]
    matters: tuple[MatterAnswer, ...]


def leading_groups(commands: GroupCommands, found: GroupQueries, requests: Requests) -> Router:
    """The routes of /v1/leading-groups."""
    router = Router(prefix="/v1/leading-groups", tags=["leading group"])

    @router.put("/{county}")
    async def set_group(
        county: CountyInPath, caller: Officer, command: Sent[GroupBody], key: IdempotencyKey
    ) -> Json[GroupStands]:
        """Say who is in a county's leading group, and who answers for what."""
        caller.must_act_in(county)
        members = tuple(
            Member(account=one.account, post=one.post, unit=one.unit, answers_for=tuple(sorted(set(one.answers_for))))
            for one in command.members
        )
        said = SetGroup(county=county, members=members, version=command.version, today=requests.today)
        return answered(await commands.set(requests.by(caller, key), said))

    @router.get("/{county}")
    async def get_group(county: CountyInPath, caller: Reader, request: Request) -> Json[GroupReport]:
        """The group, for which matter nobody answers, and what stands open in each."""
        caller.must_act_in(county)
        return tagged(request, answer(await _report(found, county)))

    return router


async def _report(found: GroupQueries, county: str) -> GroupReport:
    group, breaches = await found.group(county), await found.open_breaches(county)
    debts, empty = await found.funds_in_debt(county), await found.windows_without_staff(county)

    def matter(one: Matter, accounts: tuple[str, ...]) -> MatterAnswer:
        return MatterAnswer(
            matter=one,
            answering=accounts,
            missing=not accounts,
            breaches=tuple(
                OpenAnswer(kind.value, count) for kind, count in sorted(breaches.items()) if matter_of(kind) is one
            ),
            funds_in_debt=tuple(debts) if one is Matter.MONEY else (),
            windows_without_staff=tuple(empty) if one is Matter.PEOPLE else (),
        )

    return GroupReport(
        county=county,
        version=0 if group is None else group.version,
        changed_on=None if group is None else group.changed_on,
        members=tuple(
            MemberAnswer(account=one.account, post=one.post, unit=one.unit, answers_for=one.answers_for)
            for one in (() if group is None else group.members)
        ),
        matters=tuple(matter(one, accounts) for one, accounts in answering(group).items()),
    )
