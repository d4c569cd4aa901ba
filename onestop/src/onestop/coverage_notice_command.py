"""``onestop coverage-notice``: Guangxi's monthly notice of enrolment, with rosters for whoever may see them."""

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.markup import escape

from onestop.doors import Door, DoorOption, RefusedAtTheDoorError, Token, doors

_console: Final = Console(soft_wrap=True, stderr=True)
#: The pages of the workbook, and which report each is.
_NOTICE: Final = {"通报": "coverage-notice"}
_ROSTERS: Final = {"未参保花名册": "coverage-roster", "不符合参保条件台账": "coverage-exceptions"}


def coverage_notice_command(
    area: Annotated[str, typer.Argument(help="Six-digit code of the county, city or region that gives the notice.")],
    month: Annotated[str, typer.Argument(help="The month whose comparison it tells of: 2019-08.")],
    to: Annotated[Path, typer.Option(help="The workbook to write.")],
    token: Token = "",
    door: DoorOption = None,
    *,
    names: Annotated[
        bool, typer.Option(help="A county's rosters, household by household; identity writes each look down.")
    ] = False,
) -> None:
    """The month's notice of who of the registered poor is enrolled (003 一(二)), place by place, as a workbook.

    With names: who is still to be enrolled and who need not be, by household, as the caller's own token may see them.
    Each page is a report of operations (`coverage-notice`, `coverage-roster`, `coverage-exceptions`), made with it.
    """
    from onestop.reporting import made_and_read  # noqa: PLC0415 - it takes operations
    from onestop.services import SERVICES  # noqa: PLC0415 - it takes every service
    from operations.reports.api.workbook import write_pack  # noqa: PLC0415 - xlsxwriter is slow to import

    if not token:
        raise typer.BadParameter("give a token, or set ONESTOP_TOKEN", param_hint="--token")
    addresses = doors(door or (), {name: one.port for name, one in SERVICES.items()})
    operations, wanted = Door(addresses["operations"], token), _NOTICE | (_ROSTERS if names else {})
    try:
        made = {name: made_and_read(operations, (report, area, month), names=names) for name, report in wanted.items()}
    except RefusedAtTheDoorError as refused:
        _console.print(f"[red]refused[/red] {escape(str(refused))}")
        raise typer.Exit(1) from refused
    finally:
        operations.close()
    half = to.with_name(f"{to.name}.part")
    with half.open("wb") as file:
        write_pack([(name, one.sheet, one.version) for name, one in made.items()], file)
    half.replace(to)
    said = ", ".join(f"{name} {len(one.sheet.rows)}" for name, one in made.items())
    _console.print(f"{to}: {said} lines{made['通报'].late}")
