"""The command ``onestop positions``: where every consumer stands on its topic, and that it stands where it should."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from kernel.messaging.placing import Place
from onestop.address import database_address
from onestop.options import HOME, Broker, Database, Folder, TopicPrefix
from onestop.transport import transport_of

_SENT_SQL: Final = "SELECT pseqs FROM relay WHERE topic = $1"
_console: Final = Console(soft_wrap=True, highlight=False)


def positions(
    service: Annotated[str, typer.Argument(help="Consumers of this service alone, such as fund-ledger.")] = "",
    *,
    find: Annotated[
        bool, typer.Option("--find", help="Set consumers right whose place leads nowhere, each by its number.")
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="Show those that stand right, too.")] = False,
    kafka_bootstrap: Broker = "",
    topic_prefix: TopicPrefix = "",
    database: Database = "",
    folder: Folder = HOME,
) -> None:
    """Where consumers go on reading; exit 1 while one of them could not: after a topic was made anew or cut short.

    Only the place on the topic is ever set, never how far a consumer has come: nothing is passed over, nothing works
    twice. The services may run meanwhile. Reads every topic from one end to the other.
    """
    if not kafka_bootstrap:
        raise typer.BadParameter("say which broker; on the embedded transport a message's place is its number")
    with database_address(database, folder) as url:
        found = asyncio.run(_places(url, service, (kafka_bootstrap, topic_prefix), find=find))
    wrong = [place for place in found if not place.leads_on]
    if shown := (found if every else wrong):
        _console.print(_table(shown))
    for topic in sorted({place.topic for place in wrong}):
        lacking = [place.missing for place in wrong if place.topic == topic and place.missing is not None]
        if lacking:
            _console.print(f"topic {topic} lacks messages: `onestop republish {topic} --from {min(lacking)}` first")
    if wrong and not find:
        _console.print("`onestop positions --find` sets them right")
    _console.print(f"{len(found)} places, {len(wrong)} of them wrong")
    raise typer.Exit(1 if wrong else 0)


def _table(places: list[Place]) -> Table:
    table = Table("consumer", "topic", "partition", "consumed up to", "goes on at offset", "right", "lacks")
    for place in places:
        table.add_row(
            place.consumer,
            place.topic,
            str(place.partition),
            str(place.last_pseq),
            str(place.next_offset),
            "yes" if place.oldest <= place.next_offset <= place.right_offset else str(place.right_offset),
            "" if place.missing is None else str(place.missing),
        )
    return table


async def _places(url: str, name: str, transport: tuple[str, str], *, find: bool) -> list[Place]:
    return [place async for place in _each(url, name, transport, find=find)]


async def _each(url: str, name: str, transport: tuple[str, str], *, find: bool) -> AsyncIterator[Place]:
    from kernel.messaging.placing import places, set_right  # noqa: PLC0415
    from kernel.writing.database import administering  # noqa: PLC0415
    from onestop.services import SERVICES, TOPICS  # noqa: PLC0415 - it takes every service

    if name and name not in SERVICES:
        raise typer.BadParameter(f"{name!r} is none of {', '.join(SERVICES)}", param_hint="SERVICE")
    sent = await _sent(url)
    async with transport_of(url, *transport) as log:
        for service in (service for known, service in SERVICES.items() if name in ("", known)):
            async with administering(url, search_path=service.schema) as connection:
                for topic in TOPICS:
                    found = await places(connection, log, topic, sent[topic])
                    if find and await set_right(connection, (place for place in found if not place.leads_on)):
                        found = await places(connection, log, topic, sent[topic])
                    for place in found:
                        yield place


async def _sent(url: str) -> dict[str, list[int]]:
    """How many messages of each partition every publisher has sent."""
    from kernel.messaging.event_log.port import PARTITIONS  # noqa: PLC0415
    from kernel.writing.database import administering  # noqa: PLC0415
    from onestop.services import SERVICES  # noqa: PLC0415 - it takes every service

    sent = {}
    for service in SERVICES.values():
        async with administering(url, search_path=service.schema) as connection:
            pseqs = await connection.fetchval(_SENT_SQL, service.parts.topic)
        sent[service.parts.topic] = msgspec.json.decode(pseqs or "null", type=list[int] | None) or [0] * PARTITIONS
    return sent
