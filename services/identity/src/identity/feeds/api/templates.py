"""Templates over HTTP: an empty list of a department's columns, to be filled in."""

from collections.abc import AsyncIterator

from identity.feeds.api.callers import Reader, own_or_any
from identity.feeds.domain.template import headings_for, notes_for
from identity.intake.returning.templates import empty_csv, empty_workbook
from kernel.http import CsvText, Router, Workbook


def templates() -> Router:
    """The routes of /v1/feeds/{department}/template."""
    router = Router(prefix="/v1/feeds", tags=["feeds"])

    @router.get("/{department}/template.xlsx")
    async def template_xlsx(department: str, caller: Reader) -> Workbook:
        """An empty workbook with the department's columns, and what may be written in them."""
        own = own_or_any(caller, department)
        content = empty_workbook("名单", headings_for(own), notes_for(own))

        async def whole() -> AsyncIterator[bytes]:
            yield content

        return Workbook(whole(), headers=_named(own, "xlsx"))

    @router.get("/{department}/template.csv")
    async def template_csv(department: str, caller: Reader) -> CsvText:
        """The department's columns as headings of a CSV file."""
        own = own_or_any(caller, department)
        return CsvText(empty_csv(headings_for(own)), headers=_named(own, "csv"))

    return router


def _named(department: str, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="template-{department}.{ending}"'}
