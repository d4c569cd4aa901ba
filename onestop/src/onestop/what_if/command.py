"""The command ``onestop what-if``: what a period would have cost under another law."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused
from onestop.address import database_address
from onestop.options import HOME, Database, Folder

if TYPE_CHECKING:
    from onestop.what_if.question import Question

_console: Final = Console(soft_wrap=True, highlight=False)

Processes = Annotated[int | None, typer.Option(min=1, help="How many at once; as many as processors if not given.")]


def what_if_command(
    since: Annotated[date, typer.Option("--from", parser=date.fromisoformat, metavar="YYYY-MM-DD", help="First day.")],
    until: Annotated[date, typer.Option("--to", parser=date.fromisoformat, metavar="YYYY-MM-DD", help="Last day.")],
    pack: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Another pack for the same place.")
    ] = None,
    reading: Annotated[
        list[str] | None, typer.Option(help="Another reading of the law, such as E2=per_stay; say it again for more.")
    ] = None,
    configure: Annotated[
        list[str] | None, typer.Option(help="A figure that the other law leaves open, such as joint_cap_yuan=70000.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the rows: .json, .xlsx or .parquet.")] = None,
    processes: Processes = None,
    *,
    leave_out: Annotated[
        bool, typer.Option("--leave-out-refused", help="Leave out what the other law refuses, and say how many.")
    ] = False,
    database: Database = "",
    folder: Folder = HOME,
) -> None:
    """Decide a period's settlements again under another pack or other readings: by fund, group, hospital and month.

    Days are those of the discharge. Yearly limits are counted on as they would have stood; nothing is stored.
    """
    from onestop.what_if.question import Question  # noqa: PLC0415 - imports settlement

    if pack is None and not reading and not configure:
        raise typer.BadParameter("say under which other law: --pack, --reading or --configure")
    with _refusals():
        question = Question(
            since=since,
            until=until,
            pack_text=None if pack is None else _text(pack),
            readings=_named(reading, "--reading"),
            configured=_named(configure, "--configure"),
            leave_out=leave_out,
        )
        with database_address(database, folder) as url:
            _answer(url, question, processes, out)


@contextmanager
def _refusals() -> Iterator[None]:
    """What cannot be answered is said in one line."""
    from law.packs import PackError  # noqa: PLC0415
    from onestop.what_if.writing import NoWriterError  # noqa: PLC0415

    try:
        yield
    except Refused as refused:
        _console.print(f"[red]{refused.code}[/red] {escape(refused.detail)}")
        raise typer.Exit(1) from refused
    except (PackError, NoWriterError) as error:
        _console.print(f"[red]no answer[/red] {escape(str(error))}")
        raise typer.Exit(1) from error


def _answer(url: str, question: "Question", processes: int | None, out: Path | None) -> None:
    from onestop.what_if.run import what_if  # noqa: PLC0415
    from onestop.what_if.writing import check_form, write  # noqa: PLC0415

    if out is not None:
        check_form(out)
    started = time.perf_counter()
    answer = asyncio.run(what_if(url, question, processes))
    if out is not None:
        write(answer, out)
    _print(answer.rows)
    for one in answer.refused:
        _console.print(f"[yellow]left out[/yellow] {one.settlements}: {one.code} {escape(one.detail)}")
    seconds = time.perf_counter() - started
    _console.print(f"{answer.settlements} settlements decided again in {seconds:.1f} s, {answer.changed} otherwise")


def _print(rows: object) -> None:
    from onestop.what_if.sums import totals  # noqa: PLC0415

    table = Table("payer", "paid", "would pay", "difference")
    for payer, (before, otherwise) in sorted(totals(rows).items()):  # type: ignore[arg-type]
        table.add_row(payer, *(yuan_from_fen(fen) for fen in (before, otherwise, otherwise - before)))
    _console.print(table)


def _text(pack: Path) -> str:
    from law.packs import read_pack  # noqa: PLC0415

    return read_pack(pack).text


def _named(options: list[str] | None, hint: str) -> dict[str, str]:
    found = {}
    for option in options or ():
        name, equals, value = option.partition("=")
        if not (name and equals and value):
            raise typer.BadParameter(f"{option!r} is not NAME=VALUE", param_hint=hint)
        found[name] = value
    return found
