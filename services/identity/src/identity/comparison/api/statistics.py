"""Statistics over HTTP: whom a department supports by township and category, month on month."""

import csv
import io
from html import escape
from typing import Annotated, Final

import msgspec
from fastapi import Query
from starlette.responses import HTMLResponse

from identity.comparison.domain.statistics import Figures, Month, month_of, sum_of, table_of
from identity.comparison.queries.statistics import StatisticsQueries
from identity.feeds.domain.remarks import DEPARTMENTS
from identity.persons.domain.categories import Department
from kernel.http import CsvText, Json, Router, Wire, allow, answer
from kernel.running.clock import Clock
from kernel.security import Principal, Role
from kernel.values.china_time import china_date
from kernel.values.division_table import named
from kernel.values.divisions import prefix_of

Reader = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, Role.DEPARTMENT, by_division=True)]
OfDepartment = Annotated[Department, Query(description="Whose people; a department asks for its own")]
OfMonth = Annotated[
    str | None, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="Such as 2026-12; this month where left out")
]
OfArea = Annotated[str | None, Query(pattern=r"^[0-9]{6}$", description="A division within the caller's own")]
_PAGE: Final = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>{title}</title><style>
@page {{ size: A4 landscape; margin: 1.5cm }}
body {{ font-family: serif; margin: 1cm }} @media print {{ body {{ margin: 0 }} }}
h1 {{ font-size: 1.3em; text-align: center }}
table {{ border-collapse: collapse; width: 100% }} thead {{ display: table-header-group }}
td, th {{ border: 1px solid; padding: 0.2em 0.5em; text-align: right }} tr {{ break-inside: avoid }}
td:nth-child(-n+4), th:nth-child(-n+4) {{ text-align: left }}
td, th {{ white-space: nowrap }} tr:last-child {{ font-weight: bold }}
</style></head><body><h1>{title}</h1><p>{note}</p><table><thead>{head}</thead>{rows}</table></body></html>
"""


class StatisticsAnswer(Wire, frozen=True, kw_only=True):
    """A month's figures as they are known now; ``before`` and ``end`` are the two days that are compared."""

    department: str
    before: str
    end: str
    lines: tuple[Figures, ...]
    total: Figures


class Asked(msgspec.Struct, frozen=True):
    """A month's lines, and what they are about."""

    department: Department
    month: Month
    lines: list[Figures]


def statistics(queries: StatisticsQueries, clock: Clock) -> Router:
    """The routes of /v1/statistics."""
    router = Router(prefix="/v1", tags=["comparison"])

    async def asked_for(caller: Principal, department: Department, month: str | None, area: str | None) -> Asked:
        if Role.DEPARTMENT in caller.roles:
            caller.must_act_for(department)
        if area is not None:
            caller.must_act_in(area)
        today = china_date(clock())
        year, number = map(int, month.split("-")) if month is not None else (today.year, today.month)
        days = month_of(year, number, today)
        within = "%" if area is None else f"{prefix_of(area)}%"
        return Asked(department, days, await queries.figures(department, caller.division_patterns, within, days))

    @router.get("/statistics")
    async def get_statistics(
        department: OfDepartment, caller: Reader, month: OfMonth = None, area: OfArea = None
    ) -> Json[StatisticsAnswer]:
        """How many people a department supports by township, category and group, against the month before."""
        asked = await asked_for(caller, department, month, area)
        return answer(
            StatisticsAnswer(
                department=asked.department,
                before=asked.month.before.isoformat(),
                end=asked.month.end.isoformat(),
                lines=tuple(asked.lines),
                total=sum_of(asked.lines),
            )
        )

    @router.get("/statistics-csv")
    async def get_statistics_csv(
        department: OfDepartment, caller: Reader, month: OfMonth = None, area: OfArea = None
    ) -> CsvText:
        """The same figures as a table for a spreadsheet."""
        asked = await asked_for(caller, department, month, area)
        text = io.StringIO()
        csv.writer(text).writerows(table_of(asked.lines))
        name = f"statistics-{asked.department}-{asked.month.end:%Y-%m}.csv"
        return CsvText(f"\ufeff{text.getvalue()}", headers={"Content-Disposition": f'attachment; filename="{name}"'})

    @router.get("/statistics-html")
    async def get_statistics_html(
        department: OfDepartment, caller: Reader, month: OfMonth = None, area: OfArea = None
    ) -> HTMLResponse:
        """The same figures as a page to print."""
        return HTMLResponse(_page(await asked_for(caller, department, month, area)))

    return router


def _page(asked: Asked) -> str:
    # A page names the county beside its code; a table for programs has the code alone.
    head, *rows = table_of([msgspec.structs.replace(line, county=named(line.county)) for line in asked.lines])
    end = asked.month.end
    return _PAGE.format(
        title=f"{DEPARTMENTS[asked.department]}救助对象统计表（{end.year}年{end.month}月）",
        note=f"上月数截至 {asked.month.before}，本月数截至 {end}；单位：人",
        head=f"<tr>{''.join(f'<th>{escape(cell)}</th>' for cell in head)}</tr>",
        rows="".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows),
    )
