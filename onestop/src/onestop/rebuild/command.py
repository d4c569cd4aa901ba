"""The command ``onestop rebuild``: a projection anew from events, exchanged for the live one while all goes on."""

import asyncio
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import Progress

from onestop.address import database_address
from onestop.options import HOME, Database, Folder

_console: Final = Console(soft_wrap=True, highlight=False)


def rebuild_command(
    service: Annotated[str, typer.Argument(help="A service, such as fund-ledger.")],
    projections: Annotated[list[str] | None, typer.Argument(help="Its read tables; all of them without one.")] = None,
    database: Database = "",
    folder: Folder = HOME,
) -> None:
    """Build projections anew beside the live ones, and put them in their place in one step.

    The services go on: for some hundredths of a second at the end nobody writes. Broken off, it goes on where it was.
    """
    from kernel.writing.event_store.archived import ArchivedError  # noqa: PLC0415
    from onestop.rebuild.rebuild import RebuildError, rebuild  # noqa: PLC0415 - imports every service
    from onestop.services import SERVICES  # noqa: PLC0415

    if service not in SERVICES:
        raise typer.BadParameter(f"there is no service {service}; there are {', '.join(SERVICES)}")
    try:
        with database_address(database, folder) as url, Progress(console=_console, transient=True) as bar:
            task = bar.add_task(service, total=None)

            def advance(done: int, total: int) -> None:
                bar.update(task, completed=done, total=total)

            rebuilt = asyncio.run(rebuild(url, service, projections or [], advance))
    except (RebuildError, ArchivedError) as error:
        _console.print(f"[red]nothing was exchanged[/red]: {error}")
        raise typer.Exit(2) from error
    held = f"writers were held up for {rebuilt.held_seconds * 1000:.0f} ms"
    _console.print(f"rebuilt from {rebuilt.events} events; {held}")
