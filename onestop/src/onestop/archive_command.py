"""The commands ``onestop archive …``: streams that ended long ago are put away, detached, and brought back."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, TypeVar

import asyncpg
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from kernel.messaging.event_log.port import log_topic_of
from kernel.values.refusals import Refused
from kernel.writing.database import SingleConnection, administering
from kernel.writing.event_store.archives import Archive, archives, bring_back, detach, put_away
from onestop.address import database_address
from onestop.options import HOME, Database, Folder
from onestop.services import SERVICES

app: Final = typer.Typer(no_args_is_help=True, help="Events of old years: put away, detach, bring back.")
#: A stream must have rested for so long; whoever repeats a command or follows a topic is far beyond it by then.
RESTED_DAYS_MIN: Final = 365
_console: Final = Console(soft_wrap=True, highlight=False)

ResultT = TypeVar("ResultT")

Service = Annotated[str, typer.Argument(help="A service, such as settlement.")]
Name = Annotated[str, typer.Argument(help="The archive, as the list shows it.")]


@app.command("list")
def list_archives(database: Database = "", folder: Folder = HOME) -> None:
    """Which archives there are, how large, and which of them are away."""
    with database_address(database, folder) as url:
        found = [(name, one) for name in SERVICES for one in _in_service(url, name, archives)]
    table = Table("service", "archive", "streams", "events", "is")
    for name, one in found:
        table.add_row(name, one.name, str(one.streams), str(one.events), _is(one))
    if found:
        _console.print(table)
    _console.print(f"{len(found)} archives" if found else "nothing was put away yet")


@app.command("put-away")
def put_away_command(
    before: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Streams without an event since this day.")],
    service: Annotated[str, typer.Argument(help="One service; else all.")] = "",
    *,
    without_logs: Annotated[
        bool, typer.Option("--without-logs", help="ONESTOP_LOG_TOPIC is off for good: wait for no topic of a log.")
    ] = False,
    database: Database = "",
    folder: Folder = HOME,
) -> None:
    """Move whole streams of things that ended and have rested for a year or more; they stay readable and may go on.

    The services may run: for some hundredths of a second at a time nobody appends. Broken off, it goes on where it was.
    """
    latest = datetime.now(UTC).date() - timedelta(days=RESTED_DAYS_MIN)
    if before.date() > latest:
        raise typer.BadParameter(f"streams must have rested for {RESTED_DAYS_MIN} days: {latest} at the latest")
    moment = before.replace(tzinfo=UTC)
    with database_address(database, folder) as url:
        for name in [service] if service else list(SERVICES):
            _say(name, _put_away(url, name, moment, without_logs=without_logs))


@app.command("detach")
def detach_command(service: Service, name: Name, database: Database = "", folder: Folder = HOME) -> None:
    """Take an archive out of the question: what needs its streams is refused until it is back; its table may go."""
    with database_address(database, folder) as url:
        _say(service, _in_service(url, service, lambda connection: detach(connection, name)))
    table = f'"{SERVICES[service].schema}".{name}'
    _console.print(f"keep it: pg_dump --format=custom --table='{table}' --file={name}.dump, then DROP TABLE {table}")


@app.command("bring-back")
def bring_back_command(service: Service, name: Name, database: Database = "", folder: Folder = HOME) -> None:
    """Attach an archive again, once its table is in the database and proven to be what was detached."""
    with database_address(database, folder) as url:
        _say(service, _in_service(url, service, lambda connection: bring_back(connection, name)))


def _put_away(url: str, name: str, before: datetime, *, without_logs: bool) -> Archive:
    with Progress(console=_console, transient=True) as bar:
        task = bar.add_task(name, total=None)

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        async def put(connection: SingleConnection) -> Archive:
            service = SERVICES[name]
            unfilled = [log_topic_of(service.parts.topic)] if without_logs else []
            return await put_away(connection, before, service.ends, advance, unfilled=unfilled)

        return _in_service(url, name, put)


def _in_service(url: str, name: str, work: Callable[[SingleConnection], Awaitable[ResultT]]) -> ResultT:
    if name not in SERVICES:
        raise typer.BadParameter(f"no service {name!r}; there are {', '.join(SERVICES)}")

    async def inside() -> ResultT:
        async with administering(url, search_path=SERVICES[name].schema) as connection:
            return await work(connection)

    try:
        return asyncio.run(inside())
    except Refused as refused:
        _console.print(f"[red]{refused.code}[/red] {name}: {refused.detail}")
        raise typer.Exit(1) from refused
    except asyncpg.LockNotAvailableError as busy:
        _console.print(f"[yellow]{name}[/yellow] was too busy; run it again, it goes on where it was")
        raise typer.Exit(1) from busy


def _say(service: str, one: Archive) -> None:
    _console.print(f"{service}: {one.name} has {one.events} events in {one.streams} streams and is {_is(one)}")


def _is(one: Archive) -> str:
    if one.detached_at is None:
        return "attached"
    return f"detached since {one.detached_at:%F}" + ("" if one.present else ", and its table is not in the database")
