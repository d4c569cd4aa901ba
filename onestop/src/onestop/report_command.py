"""``onestop report``: a report of a place and period as a workbook, with names where the caller may see them."""

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.markup import escape

from onestop.doors import Door, DoorOption, RefusedAtTheDoorError, Token, doors

_console: Final = Console(soft_wrap=True, stderr=True)


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

    Names are asked of identity with the caller's own token, which operations passes on, and stand in the file alone.
    """
    from onestop.services import SERVICES  # noqa: PLC0415 - it takes every service

    if not token:
        raise typer.BadParameter("give a token, or set ONESTOP_TOKEN", param_hint="--token")
    addresses = doors(door or (), {name: one.port for name, one in SERVICES.items()})
    operations = Door(addresses["operations"], token)
    try:
        _write(operations, (report, area, period), to, names=names)
    except RefusedAtTheDoorError as refused:
        _console.print(f"[red]refused[/red] {escape(str(refused))}")
        raise typer.Exit(1) from refused
    finally:
        operations.close()


def _write(operations: Door, asked: tuple[str, str, str], to: Path, *, names: bool) -> None:
    from onestop.reporting import made_and_read  # noqa: PLC0415 - it takes operations
    from operations.reports.api.workbook import write_workbook  # noqa: PLC0415 - xlsxwriter is slow to import

    made = made_and_read(operations, asked, names=names)
    half = to.with_name(f"{to.name}.part")
    with half.open("wb") as file:
        write_workbook(made.sheet, file, version=made.version)
    half.replace(to)
    _console.print(f"{to}: {len(made.sheet.rows)} lines, version {made.version}{made.late}")
