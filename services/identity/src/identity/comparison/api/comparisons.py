"""The monthly comparison over HTTP: compare, see who is behind a figure, push the result (003 一(一))."""

from typing import Annotated

import msgspec
from fastapi import Query

from identity.comparison.api.answers import ComparisonAnswer, comparison_answer
from identity.comparison.commands.comparison import ComparisonCommands
from identity.comparison.domain.comparison import ComparisonMade, Difference, Finding, Made, comparison_unknown
from identity.comparison.domain.notice import check_compared
from identity.comparison.queries.comparison import ComparisonQueries, ComparisonRow, FoundPerson, Lists, Stranger
from kernel.http import (
    ById,
    IdempotencyKey,
    Json,
    Page,
    PageRequest,
    RequestBody,
    Router,
    Sent,
    Wire,
    allow,
    answer,
    answered,
    paged,
    paging,
)
from kernel.http.fields import DivisionCode, after_of
from kernel.security import Principal, Role
from kernel.values.divisions import around, prefix_of

_MONTH = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"


class CompareBody(RequestBody, frozen=True):
    """The area whose lists are compared, and the month for which its result is pushed."""

    area: DivisionCode
    month: Annotated[str, msgspec.Meta(pattern=_MONTH)]


class ComparisonChanged(Wire, frozen=True):
    """A comparison that was made or pushed."""

    comparison_id: str


Staff = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, by_division=True)]
Reader = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, Role.DEPARTMENT, by_division=True)]
AreaOfPart = Annotated[str | None, Query(pattern=r"^[0-9]{6}$", description="The compared area, or one in it")]


def comparisons(commands: ComparisonCommands, queries: ComparisonQueries) -> Router:
    """The routes of /v1/comparisons, but for the notices."""
    router = Router(prefix="/v1/comparisons", tags=["comparison"])

    @router.post("", status_code=201)
    async def compare(caller: Staff, command: Sent[CompareBody], key: IdempotencyKey) -> Json[ComparisonChanged]:
        """Compare the registered poor of an area with the insured as both stand today, and keep the figures.

        The insured are those of the month's newest payment list for the area; without one, those enrolled here.
        """
        caller.must_act_in(command.area)
        return answered(await commands.compare(caller, key, command.area, command.month))

    @router.get("")
    async def list_comparisons(
        caller: Reader,
        page: ById,
        area: Annotated[str | None, Query(pattern=r"^[0-9]{6}$")] = None,
        month: Annotated[str | None, Query(pattern=_MONTH)] = None,
    ) -> Json[Page[ComparisonRow]]:
        """What was compared, when it was due and when it was pushed.

        A county's staff find the comparisons of their county, and those of the city and the province that it is in.
        """
        around_caller = sorted({code for division in caller.divisions or () for code in around(division)})
        areas = [*caller.division_patterns, *around_caller]
        rows = await queries.comparisons(areas, area, month, after=after_of(page), limit=page.limit + 1)
        return paged(rows, page, "comparison_id")

    @router.get("/{comparison_id}")
    async def get_comparison(comparison_id: str, caller: Reader, area: AreaOfPart = None) -> Json[ComparisonAnswer]:
        """One comparison with its figures, or the part of an area in it."""
        found = await comparison_of(queries, comparison_id)
        part = part_of(found.made, caller, area)
        list_id = found.made.payment_list_id
        return answer(comparison_answer(found, part, None if list_id is None else await queries.rows_of(list_id)))

    @router.get("/{comparison_id}/persons")
    async def list_persons(
        comparison_id: str,
        caller: Staff,
        page: ById,
        finding: Annotated[Finding | None, Query(description="Which of the figures")] = None,
        difference: Annotated[Difference | None, Query(description="Which of the differences")] = None,
        area: AreaOfPart = None,
        township: Annotated[str | None, Query(pattern=r"^[0-9]{6}([0-9]{3})?$")] = None,
    ) -> Json[Page[FoundPerson]]:
        """Who is behind a figure, as the lists stand now for the day of the comparison."""
        made = (await comparison_of(queries, comparison_id)).made
        prefix = prefix_of(part_of(made, caller, area))
        lists = Lists(prefix, made.compared_on, int(made.month[:4]), made.payment_list_id)
        after, limit = after_of(page), page.limit + 1
        rows = await queries.persons(lists, finding, difference, township, after=after, limit=limit)
        return paged(rows, page, "person_id")

    @router.get("/{comparison_id}/strangers")
    async def list_strangers(
        comparison_id: str,
        caller: Staff,
        page: Annotated[PageRequest, paging(int)],
        area: AreaOfPart = None,
    ) -> Json[Page[Stranger]]:
        """Who is poor according to the payment list and unknown here; nobody where the enrolments were compared."""
        made = (await comparison_of(queries, comparison_id)).made
        prefix = prefix_of(part_of(made, caller, area))
        if made.payment_list_id is None:
            return answer(Page[Stranger](items=[]))
        after = int(page.after[0]) if page.after else 0
        rows = await queries.strangers(made.payment_list_id, prefix, after=after, limit=page.limit + 1)
        return paged(rows, page, "row")

    @router.post("/{comparison_id}/push")
    async def push(comparison_id: str, caller: Staff, key: IdempotencyKey) -> Json[ComparisonChanged]:
        """Push the result to the areas below; after the month's day it is late, and says so."""
        caller.must_act_in((await comparison_of(queries, comparison_id)).made.area)
        return answered(await commands.push(caller, key, comparison_id))

    return router


async def comparison_of(queries: ComparisonQueries, comparison_id: str) -> Made:
    """The comparison of an id; raises Refused COMPARISON_UNKNOWN."""
    found = await queries.comparison(comparison_id)
    if found is None:
        raise comparison_unknown()
    return found


def part_of(made: ComparisonMade, caller: Principal, area: str | None) -> str:
    """The area that is asked for, which is all that was compared where none is named.

    Raises Refused DIVISION_FOREIGN, AREA_NOT_COMPARED.
    """
    part = area or made.area
    caller.must_act_in(part)
    check_compared(made, part)
    return part
