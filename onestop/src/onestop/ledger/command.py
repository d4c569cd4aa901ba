"""The commands ``onestop ledger export`` and ``onestop ledger audit``."""

import asyncio
import sys
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

from kernel.values.refusals import Refused
from onestop.address import database_address
from onestop.ledger.books import Span
from onestop.ledger.export import Format
from onestop.options import HOME, Database, Folder

if TYPE_CHECKING:
    from onestop.ledger.ground import Ground

app: Final = typer.Typer(no_args_is_help=True, help="The fund ledger for auditors.")
_console: Final = Console(soft_wrap=True, stderr=True)

County = Annotated[str, typer.Option(help="Six-digit code of the county.")]


@app.command("export")
def export_command(
    county: County,
    year: Annotated[int, typer.Option(min=2010, max=2100, help="The year whose books are written.")],
    form: Annotated[Format, typer.Option("--format", help="The program that is to prove them.")],
    to: Annotated[Path | None, typer.Option(help="The file to write; the screen if there is none.")] = None,
    database: Database = "",
    folder: Folder = HOME,
) -> None:
    """A county's books of a year as text for beancount or hledger, with a balance of every moved account each month."""
    from onestop.ledger.export import export  # noqa: PLC0415

    span = Span(county, date(year, 1, 1), date(year, 12, 31))
    with database_address(database, folder) as url, nullcontext(sys.stdout) if to is None else to.open("w") as file:
        count = asyncio.run(export(url, span, form, file))
    _console.print(f"{count} journals of {county} in {year}")


@app.command("audit")
def audit_command(
    county: County,
    year: Annotated[int, typer.Option(min=2010, max=2100, help="The year whose journals are walked through.")],
    settlement: Annotated[str, typer.Option(help="Print this settlement's part of it, too.")] = "",
    database: Database = "",
    folder: Folder = HOME,
) -> None:
    """Every fen of a county's journals back to its settlement, clause and line of the law; exit 1 at a difference."""
    from onestop.ledger.audit import audit  # noqa: PLC0415

    span = Span(county, date(year, 1, 1), date(year, 12, 31))
    with database_address(database, folder) as url:
        try:
            told = asyncio.run(audit(url, span, lambda ground: _print(ground, settlement)))
        except Refused as refused:
            typer.echo(f"{refused.code}: {refused.detail}")
            raise typer.Exit(2) from refused
    typer.echo(f"{told.parts} parts of {told.journals} journals, {told.differences} without their ground")
    raise typer.Exit(1 if told.differences else 0)


def _print(ground: "Ground", settlement: str) -> None:
    if not ground.holds or (settlement and ground.settlement_id == settlement):
        typer.echo(str(ground))
