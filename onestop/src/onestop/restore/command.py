"""The commands for the day after: ``restore``, ``fill-topics`` and ``lost``; docs/runbooks says when to use which."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, Final, TypeVar

import typer
from rich.console import Console

from kernel.messaging.event_log import EventLog
from kernel.messaging.event_log.kafka import KafkaEventLog
from kernel.security.signing_keys import SigningKey
from onestop.address import database_address
from onestop.options import HOME, Broker, Database, Folder, TopicPrefix
from onestop.transport import transport_of

_console: Final = Console(soft_wrap=True, highlight=False)
_SURE: Final = (
    "From now on this database is the platform's. What was answered after the dump was taken and before the loss is "
    "not in it. Go on?"
)
ResultT = TypeVar("ResultT")


def restore_command(
    kafka_bootstrap: Broker = "",
    topic_prefix: TopicPrefix = "",
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    database: Database = "",
    folder: Folder = HOME,
) -> None:
    """After a database was restored: adopt it, and keep what the topics have beyond it. Stop every service first."""
    from onestop.restore.database import restore  # noqa: PLC0415 - imports every service
    from onestop.unreadable import unreadable  # noqa: PLC0415 - the same

    if not yes:
        typer.confirm(_SURE, abort=True)
    with database_address(database, folder) as url:
        restored = _run(url, kafka_bootstrap, topic_prefix, restore)
        unread = len(asyncio.run(unreadable(url)))
    for service in restored:
        adopted, lost = service.adopted, len(service.beyond.lost)
        numbered = f", {adopted.numbered_now} of them numbered just now" if adopted.numbered_now else ""
        _console.print(f"{service.name}: {adopted.gseq} events{numbered}; timeline {adopted.timeline} begins")
        if lost:
            _console.print(f"[yellow]{lost} messages of {service.name} are on the topic and not in the store[/yellow]")
        if beyond := len(service.log_beyond.lost):
            _console.print(f"  {beyond} events are on the topic of its log and not in the store")
    if any(service.beyond.lost for service in restored):
        _console.print("`onestop lost` lists them: have each done again, or tell whom it concerns, then close it")
    if unread:
        _console.print(f"[yellow]{unread} persons cannot be read or found by number[/yellow]: `onestop unreadable`")
    _console.print("adopted; start the services")


def fill_topics_command(
    kafka_bootstrap: Broker = "", topic_prefix: TopicPrefix = "", database: Database = "", folder: Folder = HOME
) -> None:
    """After the broker's disk was lost: send again from the stores what the topics lack. Stop every service first.

    Where messages are signed, the services' keys lie in the folder keys below --folder, one file for each.
    """
    from kernel.messaging.publisher_keys import signing_key  # noqa: PLC0415
    from onestop.restore.topics import fill_topics  # noqa: PLC0415 - imports every service

    if not kafka_bootstrap:
        raise typer.BadParameter("say which broker; the embedded transport lies in the database and lacks nothing")

    def key_of(topic: str) -> SigningKey | None:
        return signing_key({}, folder / "keys", topic)  # each service has its own: no variable could name all four

    with database_address(database, folder) as url:
        for filled in _run(url, kafka_bootstrap, topic_prefix, partial(fill_topics, keys=key_of)):
            _console.print(f"{filled.topic}: {filled.messages} messages sent again")


def lost_command(
    close: Annotated[str, typer.Option(help="Id of the message that somebody has seen to.")] = "",
    by: Annotated[str, typer.Option(help="Who has seen to it.")] = "",
    because: Annotated[str, typer.Option(help="What was done, as the books should say it.")] = "",
    *,
    every: Annotated[bool, typer.Option("--all", help="Closed ones, too.")] = False,
    database: Database = "",
    folder: Folder = HOME,
) -> None:
    """What was said to the world and is not in the restored store; exit 1 while some of it is open."""
    from onestop.restore import lost  # noqa: PLC0415 - imports every service

    if close and not (by and because):
        raise typer.BadParameter("say --by and --because: who has seen to the message, and what was done")
    with database_address(database, folder) as url:
        if close and not asyncio.run(lost.close(url, close, by, because)):
            _console.print(f"no open message has the id {close}")
            raise typer.Exit(2)
        found = asyncio.run(lost.lost_messages(url, also_closed=every))
    for message in found:
        place = f"{message.topic} partition {message.partition} message {message.pseq}"
        _console.print(f"{message.event_id} {message.type} of {message.key} ({place})")
        _console.print(f"  {message.body}", markup=False)
        if message.closed_at is not None:
            _console.print(f"  closed by {message.closed_by}: {message.closed_because}", markup=False)
    still_open = sum(message.closed_at is None for message in found)
    _console.print(f"{still_open} open")
    raise typer.Exit(1 if still_open else 0)


def _run(
    url: str, bootstrap: str, prefix: str, work: Callable[[str, EventLog], Awaitable[list[ResultT]]]
) -> list[ResultT]:
    from onestop.restore.database import RestoreError  # noqa: PLC0415 - imports every service

    async def go() -> list[ResultT]:
        async with _log_of(url, bootstrap, prefix) as log:
            return await work(url, log)

    try:
        return asyncio.run(go())
    except RestoreError as error:
        _console.print(f"[red]nothing was done[/red]: {error}")
        raise typer.Exit(1) from error


@asynccontextmanager
async def _log_of(url: str, bootstrap: str, prefix: str) -> AsyncIterator[EventLog]:
    from onestop.services import ALL_TOPICS  # noqa: PLC0415 - imports every service

    async with transport_of(url, bootstrap, prefix) as log:
        if isinstance(log, KafkaEventLog):
            await log.create_topics(ALL_TOPICS)
        yield log
