"""The command ``onestop recover``: services of a lost database, written back from Kafka alone."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.progress import Progress

from kernel.messaging.event_log import TransportAwayError
from kernel.messaging.survey import SurveyError
from kernel.security.signing_keys import SigningKeyError
from onestop.address import database_address
from onestop.believed import publisher_keys
from onestop.options import HOME, Broker, Database, Folder, TopicPrefix
from onestop.recover.errors import RecoverError
from onestop.transport import transport_of

if TYPE_CHECKING:
    from onestop.recover.recover import Recovered

_console: Final = Console(soft_wrap=True, highlight=False)


def recover_command(
    services: Annotated[
        list[str] | None, typer.Argument(help="Services, such as fund-ledger; all without one.")
    ] = None,
    *,
    apart: Annotated[
        bool, typer.Option("--apart", help="Whom they hear keep their stores in other databases: believe their topics.")
    ] = False,
    kafka_bootstrap: Broker = "",
    topic_prefix: TopicPrefix = "",
    database: Database = "",
    folder: Folder = HOME,
) -> None:
    """Write services back from the topics of their logs, into an empty and migrated database. Stop every service first.

    Broken off, it goes on where it was. Nobody answers from the database before `onestop restore` has adopted it.
    """
    from onestop.restore.database import RestoreError  # noqa: PLC0415 - imports every service
    from onestop.services import SERVICES  # noqa: PLC0415 - the same

    names = services or list(SERVICES)
    if unknown := [name for name in names if name not in SERVICES]:
        raise typer.BadParameter(f"there is no service {unknown[0]}; there are {', '.join(SERVICES)}")
    try:
        with database_address(database, folder) as url:
            recovered = _recovered(url, names, (kafka_bootstrap, topic_prefix), folder, apart=apart)
    except (RecoverError, RestoreError, SurveyError, SigningKeyError, TransportAwayError) as error:
        _console.print(f"[red]not recovered[/red]: {error}")
        raise typer.Exit(2) from error
    for one in recovered:
        _say(one)
    _console.print(
        "not in this database: stored answers to used keys, parked messages of who acts on them; see docs/runbooks"
    )
    _console.print("now put back what no event has, then adopt the database: `onestop restore`")


def _recovered(
    url: str, names: list[str], transport: tuple[str, str], folder: Path, *, apart: bool
) -> "list[Recovered]":
    from onestop.recover.recover import recover  # noqa: PLC0415 - imports every service

    keys = publisher_keys(folder)

    async def go() -> "list[Recovered]":
        with Progress(console=_console, transient=True) as bar:
            tasks = {name: bar.add_task(name, total=None) for name in names}
            async with transport_of(url, *transport) as log:
                return await recover(
                    url,
                    names,
                    log,
                    keys,
                    lambda name: lambda done, total: bar.update(tasks[name], completed=done, total=total),
                    apart=apart,
                )

    return asyncio.run(go())


def _say(one: "Recovered") -> None:
    signed = "" if one.is_signed else "; nobody has signed them"
    _console.print(f"{one.name}: {one.events} events, {one.written} of them written now{signed}")
    for standing in one.standings:
        _console.print(f"  {standing.consumer} goes on behind {sum(standing.behind)} messages of {standing.topic}")
    if one.beyond:
        _console.print(
            f"  [yellow]{one.beyond} messages are public and their events are not on the log's topic[/yellow]"
        )
    if one.parked:
        _console.print(f"  [yellow]{one.parked} messages left no row and are parked[/yellow]: `onestop parked list`")
    for table in one.lacking:
        _console.print(f"  {table.table} follows from no event: {table.rows} rows here")
