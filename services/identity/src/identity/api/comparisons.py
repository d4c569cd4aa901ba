"""The monthly comparison over HTTP: compare, see who is behind a figure, push the result (003 一(一))."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from fastapi import Query

from identity.api.fields import DivisionCode, after_of, counties_of
from identity.domain.comparison import AreaFigures, ComparisonMade, Difference, Finding, Made, comparison_unknown
from identity.domain.divisions import prefix_of
from identity.domain.notice import check_compared
from identity.handlers.comparison import ComparisonHandlers
from identity.queries.comparison import ComparisonQueries, Lists
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
    page_of,
    paging,
    stored_answer,
)
from kernel.security import Principal, Role

Source = Literal["PAYMENT_LIST", "ENROLMENTS"]
_MONTH = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"


class CompareBody(RequestBody, frozen=True):
    """The area whose lists are compared, and the month for which its result is pushed."""

    area: DivisionCode
    month: Annotated[str, msgspec.Meta(pattern=_MONTH)]


class ComparisonChanged(Wire, frozen=True):
    """A comparison that was made or pushed."""

    comparison_id: str


class FiguresAnswer(Wire, frozen=True):
    """The figures of an area. Shares are in hundredths of a percent: 9994 is 99.94 %, exceptions taken out.

    With a payment list ``name_mismatch`` are registered and not covered until somebody cleared whose payment it is;
    ``strangers`` are those of ``not_registered`` whose number nobody here has. ``name_variants`` are people whose name
    it writes in another way, and ``differences`` people of whom it and the enrolments here say different things: both
    are in the other figures as well.
    """

    area: str
    registered: int
    exceptions: dict[str, int]
    should_enrol: int
    matched: int
    elsewhere: int
    not_enrolled: int
    contradicted: int
    not_registered: int
    strangers: int
    name_mismatch: int
    name_variants: int
    differences: dict[str, int]
    coverage_basis_points: int
    raw_basis_points: int


class ComparisonAnswer(Wire, frozen=True):
    """A comparison with the figures of the whole area and of each township in it.

    ``source`` is what the registered poor were compared with: PAYMENT_LIST from outside, or ENROLMENTS recorded here.
    ``payment_rows`` are the list's rows by what they came to: whose row was REFUSED is not covered by it.
    """

    comparison_id: str
    area: str
    month: str
    compared_on: date
    due_on: date | None
    source: Source
    payment_list_id: str | None
    payment_rows: dict[str, int] | None
    pushed_on: date | None
    late: bool | None
    total: FiguresAnswer
    townships: tuple[FiguresAnswer, ...]


class ComparisonRow(Wire, frozen=True):
    """A comparison in a list; ``late`` where it was pushed after the month's day."""

    comparison_id: str
    area: str
    month: str
    compared_on: date
    due_on: date | None
    made_by: str
    registered: int
    exceptions: int
    enrolled: int
    not_enrolled: int
    payment_list_id: str | None
    pushed_on: date | None
    late: bool | None


class FoundPerson(Wire, frozen=True):
    """A person behind a figure; ``code`` is the reason of an exemption.

    Where a payment list was compared: ``row`` is the person's place in it (of who is NOT_ENROLLED: a
    row that was refused), ``name`` how it writes the name (SAME,
    VARIANT, DIFFERENT), ``difference`` how it and the enrolments here differ.
    """

    person_id: str
    county: str
    township: str
    finding: str
    code: str | None
    name: str | None
    row: int | None
    difference: str | None


class Stranger(Wire, frozen=True):
    """Somebody poor according to the payment list whose number nobody here has; its sender finds them at ``row``.

    Counted under ``area``: the pooling area paid in, or the list's own where that is outside of it.
    """

    row: int
    area: str
    code: str | None
    detail: str | None


Staff = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, by_division=True)]
Reader = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, Role.DEPARTMENT, by_division=True)]
Paging = Annotated[PageRequest, paging(str)]


def comparisons(handlers: ComparisonHandlers, queries: ComparisonQueries) -> Router:
    """The routes of /v1/comparisons, but for the notices."""
    router = Router(prefix="/v1/comparisons", tags=["comparison"])

    @router.post("", status_code=201)
    async def compare(
        caller: Staff, command: Annotated[CompareBody, body(CompareBody)], key: IdempotencyKey
    ) -> Json[ComparisonChanged]:
        """Compare the registered poor of an area with the insured as both stand today, and keep the figures.

        The insured are those of the month's newest payment list for the area; without one, those enrolled here.
        """
        caller.must_act_in(command.area)
        done = await handlers.compare(caller, key, command.area, prefix_of(command.area), command.month)
        return stored_answer(done.status, done.body, replayed=done.replayed)

    @router.get("")
    async def list_comparisons(
        caller: Reader,
        page: Paging,
        area: Annotated[str | None, Query(pattern=r"^[0-9]{6}$")] = None,
        month: Annotated[str | None, Query(pattern=_MONTH)] = None,
    ) -> Json[Page[ComparisonRow]]:
        """What was compared, when it was due and when it was pushed."""
        rows = await queries.comparisons(counties_of(caller, area), month, after_of(page), page.limit + 1)
        found = [ComparisonRow(**dict(row)) for row in rows]
        return answer(page_of(found, page, key=lambda row: (row.comparison_id,)))

    @router.get("/{comparison_id}")
    async def get_comparison(comparison_id: str, caller: Reader) -> Json[ComparisonAnswer]:
        """One comparison with its figures."""
        found = await comparison_of(queries, comparison_id)
        caller.must_act_in(found.made.area)
        list_id = found.made.payment_list_id
        return answer(_answer(found, None if list_id is None else await queries.rows_of(list_id)))

    @router.get("/{comparison_id}/persons")
    async def list_persons(
        comparison_id: str,
        caller: Staff,
        page: Paging,
        finding: Annotated[Finding | None, Query(description="Which of the figures")] = None,
        difference: Annotated[Difference | None, Query(description="Which of the differences")] = None,
        area: Annotated[str | None, Query(pattern=r"^[0-9]{6}$", description="The compared area, or one in it")] = None,
        township: Annotated[str | None, Query(pattern=r"^[0-9]{6}([0-9]{3})?$")] = None,
    ) -> Json[Page[FoundPerson]]:
        """Who is behind a figure, as the lists stand now for the day of the comparison."""
        made = (await comparison_of(queries, comparison_id)).made
        caller.must_act_in(area or made.area)
        lists = Lists(_inside(made, area), made.compared_on, int(made.month[:4]), made.payment_list_id)
        after, limit = after_of(page), page.limit + 1
        rows = await queries.persons(lists, finding, difference, township, after=after, limit=limit)
        return answer(page_of([FoundPerson(**dict(row)) for row in rows], page, key=lambda row: (row.person_id,)))

    @router.get("/{comparison_id}/strangers")
    async def list_strangers(
        comparison_id: str,
        caller: Staff,
        page: Annotated[PageRequest, paging(int)],
        area: Annotated[str | None, Query(pattern=r"^[0-9]{6}$", description="The compared area, or one in it")] = None,
    ) -> Json[Page[Stranger]]:
        """Who is poor according to the payment list and unknown here; nobody where the enrolments were compared."""
        made = (await comparison_of(queries, comparison_id)).made
        caller.must_act_in(area or made.area)
        if made.payment_list_id is None:
            return answer(Page[Stranger](items=[]))
        after = int(page.after[0]) if page.after else 0
        inside = _inside(made, area)
        rows = await queries.strangers(made.payment_list_id, inside, after=after, limit=page.limit + 1)
        found = [Stranger(row["row"], row["place"], row["code"], row["detail"]) for row in rows]
        return answer(page_of(found, page, key=lambda row: (row.row,)))

    @router.post("/{comparison_id}/push")
    async def push(comparison_id: str, caller: Staff, key: IdempotencyKey) -> Json[ComparisonChanged]:
        """Push the result to the areas below; after the month's day it is late, and says so."""
        caller.must_act_in((await comparison_of(queries, comparison_id)).made.area)
        done = await handlers.push(caller, key, comparison_id)
        return stored_answer(done.status, done.body, replayed=done.replayed)

    return router


async def comparison_of(queries: ComparisonQueries, comparison_id: str) -> Made:
    """The comparison of an id; raises Refused COMPARISON_UNKNOWN."""
    found = await queries.comparison(comparison_id)
    if found is None:
        raise comparison_unknown()
    return found


def figures_answer(figures: AreaFigures) -> FiguresAnswer:
    """An area's figures with its coverage."""
    covered = figures.coverage
    return FiguresAnswer(
        area=figures.township,
        registered=figures.registered,
        exceptions=figures.exceptions,
        should_enrol=covered.should_enrol,
        matched=figures.matched,
        elsewhere=figures.elsewhere,
        not_enrolled=figures.not_enrolled,
        contradicted=figures.contradicted,
        not_registered=figures.not_registered,
        strangers=figures.strangers,
        name_mismatch=figures.name_mismatch,
        name_variants=figures.name_variants,
        differences=figures.differences,
        coverage_basis_points=covered.coverage_basis_points,
        raw_basis_points=covered.raw_basis_points,
    )


def _inside(made: ComparisonMade, area: str | None) -> str:
    """What the codes of the asked area begin with; raises Refused AREA_NOT_COMPARED where it was not compared."""
    check_compared(made, area or made.area)
    return prefix_of(area or made.area)


def _answer(found: Made, payment_rows: dict[str, int] | None) -> ComparisonAnswer:
    made, pushed = found.made, found.pushed
    return ComparisonAnswer(
        comparison_id=made.comparison_id,
        area=made.area,
        month=made.month,
        compared_on=made.compared_on,
        due_on=made.due_on,
        source="ENROLMENTS" if made.payment_list_id is None else "PAYMENT_LIST",
        payment_list_id=made.payment_list_id,
        payment_rows=payment_rows,
        pushed_on=None if pushed is None else pushed.pushed_on,
        late=None if pushed is None else pushed.late,
        total=figures_answer(made.total),
        townships=tuple(figures_answer(figures) for figures in made.figures),
    )
