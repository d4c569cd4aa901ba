"""The command ``onestop trace``: a settlement's whole story, found by whatever name somebody has of it."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from kernel.values.refusals import Refused
from onestop.address import database_address
from onestop.looks import Because, By, write_down
from onestop.options import HOME, Database, Folder

_console = Console()


def trace_command(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="A settlement, stay, person, journal, or a hospital's own number of either."
        ),
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: the bill, every event, every clause.")] = False,
    page: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write it as a page to print (HTML, A4) into this file.")
    ] = None,
    by: By = "",
    because: Because = "",
    database: Database = "",
    folder: Folder = HOME,
) -> None:
    """One settlement's whole story: every fen with its clause, and the events of every service.

    Where a name stands for several settlements they are listed, and the story is told of the one that is named then.

    It reads the database directly, as its owner; who looked at which person and why is kept (`onestop looks`).
    """
    with database_address(database, folder) as url:
        try:
            asyncio.run(_tell(url, name, (by, because), page, as_json=as_json))
        except Refused as refused:
            _console.print(refused.detail, markup=False)
            raise typer.Exit(1) from refused


async def _tell(url: str, name: str, who: tuple[str, str], page: Path | None, *, as_json: bool) -> None:
    import msgspec  # noqa: PLC0415 - with what follows

    from onestop.found_by import found_by  # noqa: PLC0415 - imports every service
    from onestop.shown import shown  # noqa: PLC0415
    from onestop.trace import trace  # noqa: PLC0415
    from onestop.trace_page import page_of  # noqa: PLC0415
    from onestop.trace_printing import print_choice, print_story  # noqa: PLC0415

    found = await found_by(url, name)
    if len(found) > 1:
        await write_down(url, "trace", [one.settlement_id for one in found], who, [one.county for one in found])
        if as_json:
            typer.echo(msgspec.json.encode(found).decode())
        else:
            print_choice(_console, found)
        return
    story = await trace(url, found[0].settlement_id)
    await write_down(url, "trace", [story.settlement.person_id], who, [story.settlement.county])
    if page is not None:
        await asyncio.to_thread(page.write_text, page_of(story), encoding="utf-8")
        _console.print(f"{page}: {len(story.steps)} steps", soft_wrap=True, highlight=False)
    elif as_json:
        typer.echo(msgspec.json.encode(shown(story)).decode())
    else:
        print_story(_console, story)
