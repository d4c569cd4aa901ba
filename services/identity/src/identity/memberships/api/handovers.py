"""Handing memberships over, over HTTP: a step of an upgrade after which another department says a category."""

from typing import Annotated

import msgspec
from fastapi import Query

from identity.memberships.commands import HandoverCommands
from identity.memberships.queries.handovers import Asked, HandoverAnswer, HandoverQueries
from identity.persons.domain.categories import Category, Department, department_of
from kernel.http import ById, IdempotencyKey, Json, Page, RequestBody, Router, Sent, Wire, allow, answered, paged
from kernel.http.fields import DivisionCode, after_of
from kernel.security import Principal, Role

Operator = Annotated[Principal, allow(Role.OPERATIONS, by_division=True)]
FeedReader = Annotated[Principal, allow(Role.DEPARTMENT, Role.AGENCY, Role.OPERATIONS, by_division=True)]


class HandoverBody(RequestBody, frozen=True, kw_only=True):
    """What the ``former`` department said of a category in an area; ``after`` is what the answer before called next."""

    category: Category
    former: Annotated[str, msgspec.Meta(max_length=40, description="Such as disabled-persons")]
    area: DivisionCode
    after: Annotated[str, msgspec.Meta(max_length=64)] = ""


class StayingAnswer(Wire, frozen=True):
    """A membership that stays the former department's, and why, such as that the new one said the days itself."""

    membership_id: str
    code: str


class HandedOverAnswer(Wire, frozen=True):
    """How many were handed over; where ``next`` is told, ask again with it for the rest."""

    handed_over: int
    staying: list[StayingAnswer]
    next: str | None


def handovers(commands: HandoverCommands, queries: HandoverQueries) -> Router:
    """The routes of /v1/memberships/handovers."""
    router = Router(prefix="/v1/memberships/handovers", tags=["memberships"])

    @router.post("")
    async def hand_over(caller: Operator, command: Sent[HandoverBody], key: IdempotencyKey) -> Json[HandedOverAnswer]:
        """Make what a department said the word of the one whose list says the category there now."""
        caller.must_act_in(command.area)
        asked = Asked(department_of(command.former), command.category, command.area)
        return answered(await commands.hand_over(caller, key, asked, command.after))

    @router.get("")
    async def list_handovers(
        caller: FeedReader, department: Annotated[Department, Query(description="Who gave, or was given")], page: ById
    ) -> Json[Page[HandoverAnswer]]:
        """List what was handed over; both departments see it, each asks for its own."""
        caller.must_act_for(department)
        rows = await queries.of_department(department, caller.division_patterns, after_of(page), page.limit + 1)
        return paged(rows, page, "membership_id")

    return router
