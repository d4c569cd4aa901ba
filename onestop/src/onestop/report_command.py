"""``onestop report``: a report of a place and period as a workbook, with names where the caller may see them."""

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console
from rich.markup import escape

from onestop.doors import Door, DoorOption, RefusedAtTheDoorError, Token, doors

if TYPE_CHECKING:
    from operations.reports.domain.sheet import Cell, Sheet

_console: Final = Console(soft_wrap=True, stderr=True)
_PAGE: Final = 500
_WHY: Final = "AUDIT"
#: What is put in behind the person's id, and where identity's answer has it.
_PERSONAL: Final = {"姓名": "name", "身份证号码": "id_number"}


def report_command(
    report: Annotated[str, typer.Argument(help="Which report, such as ledger-backstop or summary.")],
    area: Annotated[str, typer.Argument(help="Six-digit code of the county, or of the city or province of a notice.")],
    period: Annotated[str, typer.Argument(help="A month, quarter, half or year that has ended: 2019-08, 2019-Q3.")],
    to: Annotated[Path, typer.Option(help="The workbook to write.")],
    token: Token = "",
    door: DoorOption = None,
    *,
    names: Annotated[bool, typer.Option(help="Put names and ID numbers in; identity writes each look down.")] = False,
) -> None:
    """Make a report and write it as a workbook, to be printed, signed and sealed.

    Names are asked of identity with the caller's own token, one person after the other, and stand in the file alone.
    """
    from onestop.services import SERVICES  # noqa: PLC0415 - it takes every service

    if not token:
        raise typer.BadParameter("give a token, or set ONESTOP_TOKEN", param_hint="--token")
    addresses = doors(door or (), {name: one.port for name, one in SERVICES.items()})
    operations, identity = Door(addresses["operations"], token), Door(addresses["identity"], token)
    try:
        _write(operations, identity if names else None, (report, area, period), to)
    except RefusedAtTheDoorError as refused:
        _console.print(f"[red]refused[/red] {escape(str(refused))}")
        raise typer.Exit(1) from refused
    finally:
        operations.close()
        identity.close()


def _write(operations: Door, identity: Door | None, asked: tuple[str, str, str], to: Path) -> None:
    from operations.reports.api.workbook import write_workbook  # noqa: PLC0415 - xlsxwriter is slow to import

    report, area, period = asked
    stands = operations.post("/v1/reports", {"report": report, "area": area, "period": period})
    sheet = _sheet(operations, asked)
    if identity is not None:
        sheet = _with_names(sheet, identity)
    half = to.with_name(f"{to.name}.part")
    with half.open("wb") as file:
        write_workbook(sheet, file, version=stands["version"])
    half.replace(to)
    late = "" if stands["in_time"] else f", late: it was due on {stands['due_on']}"
    _console.print(f"{to}: {len(sheet.rows)} lines, version {stands['version']}{late}")


def _sheet(operations: Door, asked: tuple[str, str, str]) -> "Sheet":
    """The whole report, page by page."""
    from operations.periods.domain import period  # noqa: PLC0415
    from operations.reports.domain.sheet import Column, Sheet  # noqa: PLC0415

    path = "/v1/reports/" + "/".join(asked)
    page = operations.get(path, limit=_PAGE)
    head, items = page, list(page["items"])
    while after := page.get("next"):
        page = operations.get(path, limit=_PAGE, after=after)
        items += page["items"]
    columns = tuple(Column(each["title"], each["shape"]) for each in head["columns"])
    return Sheet(
        **{name: head[name] for name in ("report", "title", "area", "unit", "period", "clause")},
        ended_on=period(asked[2]).last,
        columns=columns,
        rows=tuple(_cells(item, columns) for item in items),
        sums=_cells(head["sums"], columns),
        notes=tuple(head["notes"]),
    )


def _cells(item: Iterable[Any], columns: Iterable[Any]) -> tuple["Cell", ...]:
    from kernel.values.money import fen_from_yuan  # noqa: PLC0415

    readers: dict[str, Callable[[str], int | date]] = {"money": fen_from_yuan, "day": date.fromisoformat}

    def read(cell: Any, column: Any) -> "Cell":
        reader = readers.get(column.shape)
        return cell if reader is None or not isinstance(cell, str) else reader(cell)

    return tuple(read(cell, column) for cell, column in zip(item, columns, strict=False))


def _with_names(sheet: "Sheet", identity: Door) -> "Sheet":
    """The sheet with names and ID numbers behind the persons' ids; as it is where it is about nobody."""
    import msgspec  # noqa: PLC0415

    from operations.reports.domain.ledgers import PERSON_TITLE  # noqa: PLC0415
    from operations.reports.domain.sheet import Column  # noqa: PLC0415

    titles = [column.title for column in sheet.columns]
    if PERSON_TITLE not in titles:
        return sheet
    place = titles.index(PERSON_TITLE) + 1
    ids = sorted({str(row[place - 1]) for row in sheet.rows})
    known = {person: identity.get(f"/v1/persons/{person}", reason=_WHY) for person in ids}

    def behind(row: tuple["Cell", ...], cells: Iterable["Cell"]) -> tuple["Cell", ...]:
        return (*row[:place], *cells, *row[place:])

    def personal(row: tuple["Cell", ...]) -> list["Cell"]:
        return [known[str(row[place - 1])].get(field) for field in _PERSONAL.values()]

    return msgspec.structs.replace(
        sheet,
        columns=(*sheet.columns[:place], *map(Column, _PERSONAL), *sheet.columns[place:]),
        rows=tuple(behind(row, personal(row)) for row in sheet.rows),
        sums=behind(sheet.sums, [None] * len(_PERSONAL)) if sheet.sums else (),
    )
