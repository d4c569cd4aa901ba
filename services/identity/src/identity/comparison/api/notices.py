"""Notices over HTTP: each level's coverage of the areas below it, as JSON, CSV and a page to print (003 一(二))."""

import csv
import io
from html import escape
from typing import Annotated, Final

from starlette.responses import Response

from identity.comparison.api.answers import FiguresAnswer, figures_answer
from identity.comparison.api.comparisons import AreaOfPart, comparison_of, part_of
from identity.comparison.domain.notice import Notice, notice
from identity.comparison.queries.comparison import ComparisonQueries
from kernel.http import Json, Router, Wire, allow, answer
from kernel.security import Principal, Role

Reader = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, Role.DEPARTMENT, by_division=True)]

_COLUMNS: Final = (
    ("地区", "area"),
    ("建档立卡人数", "registered"),
    ("不符合参保条件人数", "excepted"),
    ("应参保人数", "should_enrol"),
    ("已参保人数", "enrolled"),
    ("其中异地参保", "elsewhere"),
    ("未参保人数", "not_enrolled"),
    ("姓名不符待核实人数", "name_mismatch"),
    ("参保率", "coverage"),
)
_PAGE: Final = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font-family: serif; margin: 2cm }} table {{ border-collapse: collapse; width: 100% }}
td, th {{ border: 1px solid; padding: 0.2em 0.5em; text-align: right }} td:first-child {{ text-align: left }}
</style></head><body><h1>{title}</h1><p>{recipients}</p><table>{rows}</table><p>比对日期：{compared_on}</p></body></html>
"""


class NoticeAnswer(Wire, frozen=True):
    """An area's notice of a month: a row for each area directly below it, and their sum."""

    area: str
    month: str
    recipients: str
    rows: tuple[FiguresAnswer, ...]
    total: FiguresAnswer


def notices(queries: ComparisonQueries) -> Router:
    """The routes of /v1/comparisons/{comparison_id}/notice."""
    router = Router(prefix="/v1/comparisons/{comparison_id}", tags=["comparison"])

    async def asked_for(comparison_id: str, caller: Principal, area: str | None) -> tuple[Notice, str]:
        made = (await comparison_of(queries, comparison_id)).made
        return notice(made, part_of(made, caller, area)), made.compared_on.isoformat()

    @router.get("/notice")
    async def get_notice(comparison_id: str, caller: Reader, area: AreaOfPart = None) -> Json[NoticeAnswer]:
        """The region's notice by city, a city's by county, a county's by township."""
        found, _ = await asked_for(comparison_id, caller, area)
        return answer(
            NoticeAnswer(
                area=found.area,
                month=found.month,
                recipients=found.recipients,
                rows=tuple(figures_answer(row) for row in found.rows),
                total=figures_answer(found.total),
            )
        )

    @router.get("/notice-csv")
    async def get_notice_csv(comparison_id: str, caller: Reader, area: AreaOfPart = None) -> Response:
        """The same notice as a table for a spreadsheet."""
        found, _ = await asked_for(comparison_id, caller, area)
        text = io.StringIO()
        csv.writer(text).writerows(table_of(found))
        headers = {"Content-Disposition": f'attachment; filename="notice-{found.area}-{found.month}.csv"'}
        # Spreadsheet programs take UTF-8 for granted only where the file begins with its mark.
        return Response(f"\ufeff{text.getvalue()}", media_type="text/csv; charset=utf-8", headers=headers)

    @router.get("/notice-html")
    async def get_notice_html(comparison_id: str, caller: Reader, area: AreaOfPart = None) -> Response:
        """The same notice as a page to print."""
        found, compared_on = await asked_for(comparison_id, caller, area)
        head, *rows = table_of(found)
        cells = [f"<tr>{''.join(f'<th>{escape(cell)}</th>' for cell in head)}</tr>"]
        cells += [f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows]
        title = f"{found.month[:4]}年{found.month[5:]}月建档立卡贫困人口参保缴费情况通报（{found.area}）"
        page = _PAGE.format(title=title, recipients=found.recipients, rows="".join(cells), compared_on=compared_on)
        return Response(page, media_type="text/html; charset=utf-8")

    return router


def table_of(found: Notice) -> list[tuple[str, ...]]:
    """A notice as rows of text: the head, the areas below, and the sum."""
    lines = [figures_answer(row) for row in found.rows]
    total = figures_answer(found.total)
    rows = [_cells(line, line.area) for line in lines]
    return [tuple(name for name, _ in _COLUMNS), *rows, _cells(total, "合计")]


def _cells(line: FiguresAnswer, area: str) -> tuple[str, ...]:
    values = {
        "area": area,
        "registered": line.registered,
        "excepted": sum(line.exceptions.values()),
        "should_enrol": line.should_enrol,
        "enrolled": line.matched + line.elsewhere,
        "elsewhere": line.elsewhere,
        "not_enrolled": line.not_enrolled,
        "name_mismatch": line.name_mismatch,
        "coverage": f"{line.coverage_basis_points // 100}.{line.coverage_basis_points % 100:02}%",
    }
    return tuple(str(values[key]) for _, key in _COLUMNS)
