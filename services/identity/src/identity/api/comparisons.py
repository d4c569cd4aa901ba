"""The monthly comparison over HTTP: compare, see who is behind a figure, push the result (003 一(一))."""

from datetime import date
from typing import Annotated

import msgspec
from fastapi import Query

from identity.api.fields import DivisionCode, after_of
from identity.domain.comparison import AreaFigures, Finding, Made, comparison_unknown
from identity.domain.divisions import prefix_of
from identity.handlers.comparison import ComparisonHandlers
from identity.queries.comparison import ComparisonQueries
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

_MONTH = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"


class CompareBody(RequestBody, frozen=True):
    """The area whose lists are compared, and the month for which its result is pushed."""

    area: DivisionCode
    month: Annotated[str, msgspec.Meta(pattern=_MONTH)]


class ComparisonChanged(Wire, frozen=True):
    """A comparison that was made or pushed."""

    comparison_id: str


class FiguresAnswer(Wire, frozen=True):
    """The figures of an area. Shares are in hundredths of a percent: 9994 is 99.94 %, exceptions taken out."""

    area: str
    registered: int
    exceptions: dict[str, int]
    should_enrol: int
    matched: int
    elsewhere: int
    not_enrolled: int
    contradicted: int
    not_registered: int
    coverage_basis_points: int
    raw_basis_points: int


class ComparisonAnswer(Wire, frozen=True):
    """A comparison with the figures of the whole area and of each township in it."""

    comparison_id: str
    area: str
    month: str
    compared_on: date
    due_on: date | None
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
    pushed_on: date | None
    late: bool | None


class FoundPerson(Wire, frozen=True):
    """A person behind a figure; ``code`` is the reason of an exemption."""

    person_id: str
    county: str
    township: str
    finding: str
    code: str | None


Staff = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS)]
Reader = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, Role.DEPARTMENT)]
Paging = Annotated[PageRequest, paging(str)]


def comparisons(handlers: ComparisonHandlers, queries: ComparisonQueries) -> Router:
    """The routes of /v1/comparisons, but for the notices."""
    router = Router(prefix="/v1/comparisons", tags=["comparison"])

    @router.post("", status_code=201)
    async def compare(
        caller: Staff, command: Annotated[CompareBody, body(CompareBody)], key: IdempotencyKey
    ) -> Json[ComparisonChanged]:
        """Compare the registered poor of an area with the insured as both stand today, and keep the figures."""
        done = await handlers.compare(caller, key, command.area, prefix_of(command.area), command.month)
        return stored_answer(done.status, done.body, replayed=done.replayed)

    @router.get("")
    async def list_comparisons(
        _caller: Reader,
        page: Paging,
        area: Annotated[str | None, Query(pattern=r"^[0-9]{6}$")] = None,
        month: Annotated[str | None, Query(pattern=_MONTH)] = None,
    ) -> Json[Page[ComparisonRow]]:
        """What was compared, when it was due and when it was pushed."""
        rows = await queries.comparisons(area, month, after_of(page), page.limit + 1)
        found = [ComparisonRow(**dict(row)) for row in rows]
        return answer(page_of(found, page, key=lambda row: (row.comparison_id,)))

    @router.get("/{comparison_id}")
    async def get_comparison(comparison_id: str, _caller: Reader) -> Json[ComparisonAnswer]:
        """One comparison with its figures."""
        return answer(_answer(await comparison_of(queries, comparison_id)))

    @router.get("/{comparison_id}/persons")
    async def list_persons(
        comparison_id: str,
        _caller: Staff,
        page: Paging,
        finding: Annotated[Finding, Query(description="Which of the figures")],
    ) -> Json[Page[FoundPerson]]:
        """Who is behind a figure, as the lists stand now for the day of the comparison."""
        made = (await comparison_of(queries, comparison_id)).made
        rows = await queries.persons(
            prefix_of(made.area),
            made.compared_on,
            int(made.month[:4]),
            finding.value,
            after=after_of(page),
            limit=page.limit + 1,
        )
        return answer(page_of([FoundPerson(**dict(row)) for row in rows], page, key=lambda row: (row.person_id,)))

    @router.post("/{comparison_id}/push")
    async def push(comparison_id: str, caller: Staff, key: IdempotencyKey) -> Json[ComparisonChanged]:
        """Push the result to the areas below; after the month's day it is late, and says so."""
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
        coverage_basis_points=covered.coverage_basis_points,
        raw_basis_points=covered.raw_basis_points,
    )


def _answer(found: Made) -> ComparisonAnswer:
    made, pushed = found.made, found.pushed
    return ComparisonAnswer(
        comparison_id=made.comparison_id,
        area=made.area,
        month=made.month,
        compared_on=made.compared_on,
        due_on=made.due_on,
        pushed_on=None if pushed is None else pushed.pushed_on,
        late=None if pushed is None else pushed.late,
        total=figures_answer(made.total),
        townships=tuple(figures_answer(figures) for figures in made.figures),
    )
