"""The command ``onestop tidy``: once, or every day beside the platform."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Annotated, Final

import typer
from rich.console import Console

from kernel.writing.passing import passes_by_itself
from onestop.address import database_address
from onestop.options import HOME, Database, Folder

_console: Final = Console(soft_wrap=True)


def tidy_command(
    database: Database = "",
    folder: Folder = HOME,
    days: Annotated[
        int, typer.Option(help="How long a repeated command finds its first answer.", envvar="ONESTOP_ANSWERS_DAYS")
    ] = 90,
    every: Annotated[int, typer.Option(min=0, help="Seconds between one and the next; 0 does it once.")] = 0,
) -> None:
    """End what grows: answers older than the days they are kept, messages of the embedded transport that all have."""
    from onestop.tidying.answers import TooShortError  # noqa: PLC0415
    from onestop.tidying.tidy import tidy  # noqa: PLC0415

    with database_address(database, folder) as url:
        while True:
            try:
                done = asyncio.run(tidy(url, datetime.now(UTC).date(), days))
            except TooShortError as error:
                _console.print(str(error))
                raise typer.Exit(2) from error
            except Exception as error:
                if not every or not passes_by_itself(error):
                    raise
                _console.print(f"[yellow]not tidied[/yellow] {error}")
            else:
                for name, answers in done.answers.items():
                    for part in answers.dropped:
                        _console.print(f"{name}: the answers in {part} are over and gone")
                for name in done.busy:
                    _console.print(f"[yellow]{name}[/yellow] was too busy; it is tidied the next time")
                desk = f", and {done.what_ifs} what-ifs of the desk" if done.what_ifs else ""
                _console.print(f"{done.messages} messages that every consumer has are gone{desk}")
            if not every:
                return
            time.sleep(every)
