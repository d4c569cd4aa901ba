"""Reports over HTTP: made once for a place and period, read as JSON page by page or as a workbook."""

import asyncio
from datetime import date
from io import BytesIO
from typing import Annotated, Final

import msgspec
from fastapi import Path, Query
from starlette.requests import Request

from kernel.http import (
    ErrorCode,
    IdempotencyKey,
    Json,
    PageRequest,
    RequestBody,
    Router,
    Sent,
    Wire,
    Workbook,
    allow,
    answer,
    answered,
    paging,
    tagged,
)
from kernel.http.fields import DivisionCode
from kernel.http.paging import write_cursor
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.money import yuan_from_fen
from operations.periods.domain import PERIOD_PATTERN, period
from operations.reports.api.answers import pieces, token_of
from operations.reports.api.workbook import write_workbook
from operations.reports.commands.making import ReportCommands
from operations.reports.domain.asked import KINDS, Asked
from operations.reports.domain.coverage import persons_in, with_names
from operations.reports.domain.sheet import Cell, Column, Sheet

CODES: Final = (
    ErrorCode("REPORT_UNKNOWN", 404, "No such report"),
    ErrorCode("REPORT_NOT_ASKED", 404, "No document asks for this report there"),
    ErrorCode("REPORT_NOT_MADE", 404, "The report was not made yet"),
    ErrorCode("REPORT_BEFORE_FIRST_EVENT", 404, "The period is before anything is known of the place"),
    ErrorCode("REPORT_CHANGED", 409, "The report comes out otherwise by now"),
    ErrorCode("REPORT_NOT_FOR_PERIOD", 422, "The report is for other periods"),
    ErrorCode("REPORT_TOO_LONG", 422, "The report has too many lines"),
    ErrorCode("REPORT_OF_COUNTIES", 422, "The report is made county by county"),
    ErrorCode("NOTHING_COMPARED", 404, "Nothing was compared for the place and month"),
    ErrorCode("IDENTITY_REFUSED", 403, "Identity refuses the caller what the report is about"),
)

Maker = Annotated[Principal, allow(Role.OPERATIONS, Role.AGENCY, by_division=True)]
ReportName = Annotated[str, msgspec.Meta(max_length=40, pattern=r"^[a-z-]+$")]
PeriodName = Annotated[str, msgspec.Meta(pattern=PERIOD_PATTERN)]
InPath = Annotated[str, Path(max_length=40, pattern=r"^[a-z-]+$")]
AreaInPath = Annotated[str, Path(pattern=r"^[0-9]{6}$")]
PeriodInPath = Annotated[str, Path(pattern=PERIOD_PATTERN)]
WithNames = Annotated[
    bool,
    Query(description="Put in names and ID numbers of identity, as the caller's own token may see them; each is noted"),
]
ByNumber = Annotated[PageRequest, paging(int)]


class ReportBody(RequestBody, frozen=True):
    """Which report, of which place and period."""

    report: ReportName
    area: DivisionCode
    period: PeriodName


class ReportStands(Wire, frozen=True, kw_only=True):
    """A report as it was last made; a version above one is a correction, the first one's day counts."""

    report: str
    area: str
    period: str
    version: int
    lines: int
    digest: str
    made_on: date
    due_on: date | None
    in_time: bool


class ColumnAnswer(Wire, frozen=True):
    """A column's title, and what its cells are: text, count, money (yuan), percent or day."""

    title: str
    shape: str


class SheetPage(Wire, frozen=True, kw_only=True):
    """A page of a report: its head, so many of its lines, and the sums of all. Amounts are in yuan."""

    report: str
    title: str
    area: str
    unit: str
    period: str
    columns: tuple[ColumnAnswer, ...]
    items: tuple[tuple[str | int | None, ...], ...]
    sums: tuple[str | int | None, ...]
    clause: str
    notes: tuple[str, ...]
    next: str | None = None


class KindAnswer(Wire, frozen=True):
    """A report that can be made, for which periods, and the clock that asks for it."""

    report: str
    title: str
    clock: str
    periods: tuple[str, ...]


class Kinds(Wire, frozen=True):
    """All reports that can be made."""

    items: tuple[KindAnswer, ...]


def reports(commands: ReportCommands, requests: Requests) -> Router:
    """The routes of /v1/reports."""
    router = Router(prefix="/v1/reports", tags=["reports"])

    def asked_for(caller: Principal, report: str, area: str, of: str) -> Asked:
        caller.must_act_in(area)
        return Asked(report=report, area=area, period=period(of))

    @router.get("")
    async def list_kinds(_caller: Maker) -> Json[Kinds]:
        """Which reports there are."""
        kinds = tuple(KindAnswer(name, kind.title, kind.clock, kind.periods) for name, kind in KINDS.items())
        return answer(Kinds(kinds))

    @router.post("", status_code=201)
    async def make_report(
        caller: Maker, command: Sent[ReportBody], key: IdempotencyKey, request: Request
    ) -> Json[ReportStands]:
        """Make a report of a period that has ended. Made again it is the same, or a corrected version.

        Of the coverage reports identity is asked with the caller's own token; they tell of a day in their month.
        """
        asked = asked_for(caller, command.report, command.area, command.period)
        return answered(await commands.make(requests.by(caller, key), asked, token_of(request)))

    @router.get("/{report}/{area}/{of}")
    async def get_report(
        report: InPath,
        area: AreaInPath,
        of: PeriodInPath,
        caller: Maker,
        page: ByNumber,
        request: Request,
        *,
        names: WithNames = False,
    ) -> Json[SheetPage]:
        """A report that was made, line by line; each look at one leaves a record."""
        asked, token = asked_for(caller, report, area, of), token_of(request)
        sheet = await commands.read(asked, caller.subject, requests.clock(), token)
        if names:
            first = _begin(page)
            known = await commands.names(persons_in(sheet, first, first + page.limit), token)
            sheet = with_names(sheet, known)
        return tagged(request, answer(_page(sheet, page)))

    @router.get("/{report}/{area}/{of}/workbook")
    async def get_workbook(
        report: InPath,
        area: AreaInPath,
        of: PeriodInPath,
        caller: Maker,
        request: Request,
        *,
        names: WithNames = False,
    ) -> Workbook:
        """The same as a workbook to be printed and signed."""
        asked, token = asked_for(caller, report, area, of), token_of(request)
        sheet = await commands.read(asked, caller.subject, requests.clock(), token)
        if names:
            known = await commands.names(persons_in(sheet, 0, len(sheet.rows)), token)
            sheet = with_names(sheet, known)
        made = await commands.made(asked)
        file = BytesIO()
        await asyncio.to_thread(write_workbook, sheet, file, version=made.version if made else 1)
        name = f"{report}-{area}-{of}.xlsx"
        return Workbook(pieces(file), headers={"Content-Disposition": f'attachment; filename="{name}"'})

    return router


def _begin(page: PageRequest) -> int:
    return 0 if page.after is None else int(page.after[0])


def _page(sheet: Sheet, page: PageRequest) -> SheetPage:
    begin = _begin(page)
    rows = sheet.rows[begin : begin + page.limit]
    end = begin + len(rows)
    same = ("report", "title", "area", "unit", "period", "clause", "notes")
    return SheetPage(
        **{name: getattr(sheet, name) for name in same},
        columns=tuple(ColumnAnswer(column.title, column.shape) for column in sheet.columns),
        items=tuple(_cells(row, sheet.columns) for row in rows),
        sums=_cells(sheet.sums, sheet.columns),
        next=write_cursor((end,)) if end < len(sheet.rows) else None,
    )


def _cells(row: tuple[Cell, ...], columns: tuple[Column, ...]) -> tuple[str | int | None, ...]:
    return tuple(_cell(cell, column) for cell, column in zip(row, columns, strict=False))


def _cell(cell: Cell, column: Column) -> str | int | None:
    if isinstance(cell, date):
        return cell.isoformat()
    return yuan_from_fen(cell) if column.shape == "money" and isinstance(cell, int) else cell
