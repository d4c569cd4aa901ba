"""Notices over HTTP: each level's coverage of the areas below it, as JSON, CSV and a page to print (003 一(二))."""

import csv
import io
from collections.abc import Callable, Mapping
from html import escape
from types import MappingProxyType
from typing import Annotated, Final

import msgspec
from starlette.responses import HTMLResponse

from identity.comparison.api.answers import FiguresAnswer, figures_answer
from identity.comparison.api.comparisons import AreaOfPart, comparison_of, part_of
from identity.comparison.domain.notice import Notice, notice
from identity.comparison.queries.comparison import ComparisonQueries
from kernel.http import CsvText, Json, Router, Wire, allow, answer
from kernel.security import Principal, Role
from kernel.values.division_table import named

Reader = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, Role.DEPARTMENT, by_division=True)]

_COLUMNS: Final[Mapping[str, Callable[[FiguresAnswer], object]]] = MappingProxyType(
    {
        "地区": lambda line: line.area,
        "建档立卡人数": lambda line: line.registered,
        "不符合参保条件人数": lambda line: sum(line.exceptions.values()),
        "应参保人数": lambda line: line.should_enrol,
        "已参保人数": lambda line: line.matched + line.elsewhere,
        "其中异地参保": lambda line: line.elsewhere,
        "未参保人数": lambda line: line.not_enrolled,
        "姓名不符待核实人数": lambda line: line.name_mismatch,
        "参保率": lambda line: f"{line.coverage_basis_points // 100}.{line.coverage_basis_points % 100:02}%",
    }
)
_PAGE: Final = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>{title}</title><style>
@page {{ size: A4 landscape; margin: 1.5cm }}
body {{ font-family: serif; margin: 1cm }} @media print {{ body {{ margin: 0 }} }}
h1 {{ font-size: 1.3em; text-align: center }} table {{ border-collapse: collapse; width: 100% }}
td, th {{ border: 1px solid; padding: 0.2em 0.5em; text-align: right }} thead {{ display: table-header-group }}
td:first-child, th:first-child {{ text-align: left; white-space: nowrap }} tr {{ break-inside: avoid }}
</style></head><body><h1>{title}</h1><p>{recipients}</p><table><thead>{head}</thead>{rows}</table>
<p>比对日期：{compared_on}</p></body></html>
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
    async def get_notice_csv(comparison_id: str, caller: Reader, area: AreaOfPart = None) -> CsvText:
        """The same notice as a table for a spreadsheet."""
        found, _ = await asked_for(comparison_id, caller, area)
        text = io.StringIO()
        csv.writer(text).writerows(table_of(found))
        headers = {"Content-Disposition": f'attachment; filename="notice-{found.area}-{found.month}.csv"'}
        # Spreadsheet programs take UTF-8 for granted only where the file begins with its mark.
        return CsvText(f"\ufeff{text.getvalue()}", headers=headers)

    @router.get("/notice-html")
    async def get_notice_html(comparison_id: str, caller: Reader, area: AreaOfPart = None) -> HTMLResponse:
        """The same notice as a page to print."""
        found, compared_on = await asked_for(comparison_id, caller, area)
        head, *rows = table_of(found)
        # A page names the area beside its code; a table for programs has the code alone.
        cells = [(named(row[0]), *row[1:]) for row in rows]
        page = _PAGE.format(
            title=f"{found.month[:4]}年{found.month[5:]}月建档立卡贫困人口参保缴费情况通报（{named(found.area)}）",
            recipients=found.recipients,
            head=f"<tr>{''.join(f'<th>{escape(cell)}</th>' for cell in head)}</tr>",
            rows="".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in cells),
            compared_on=compared_on,
        )
        return HTMLResponse(page)

    return router


def table_of(found: Notice) -> list[tuple[str, ...]]:
    """A notice as rows of text: the head, the areas below, and the sum."""
    total = msgspec.structs.replace(figures_answer(found.total), area="合计")
    lines = (*map(figures_answer, found.rows), total)
    return [tuple(_COLUMNS), *(tuple(str(cell(line)) for cell in _COLUMNS.values()) for line in lines)]
