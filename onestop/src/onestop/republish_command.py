"""The command ``onestop republish``: messages that the transport has lost are sent again from their publisher's log."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from kernel.messaging.event_log.port import PARTITIONS, log_topic_of
from kernel.values.refusals import Refused
from onestop.address import database_address
from onestop.options import HOME, Broker, Database, Folder, TopicPrefix
from onestop.transport import transport_of

console: Final = Console()


def republish(
    service: Annotated[str, typer.Argument(help="The publisher, such as settlement.")],
    first: Annotated[int, typer.Option("--from", min=1, help="The first number to send again, in each partition.")],
    topic: Annotated[
        str, typer.Option(help="Its public topic, unless it is that of its log, such as settlement.log.")
    ] = "",
    partition: Annotated[
        int | None, typer.Option(min=0, max=PARTITIONS - 1, help="Of this partition alone; else of all.")
    ] = None,
    kafka_bootstrap: Broker = "",
    topic_prefix: TopicPrefix = "",
    database: Database = "",
    folder: Folder = HOME,
) -> None:
    """Send a service's messages again, under their old numbers, as far as they were sent before.

    Consumers drop what they have: sending too much costs time and nothing else. The services may run meanwhile.
    """
    with database_address(database, folder) as url, Progress(console=console, transient=True) as progress:
        task = progress.add_task(f"sending {service} again", total=None)
        try:
            done = asyncio.run(
                _republish(
                    url,
                    service,
                    topic,
                    (first, partition),
                    transport=(kafka_bootstrap, topic_prefix),
                    keys=folder / "keys",
                    advance=lambda count: progress.advance(task, count),
                )
            )
        except Refused as refused:
            console.print(f"[red]{refused.code}[/red] {escape(refused.detail)}", soft_wrap=True)
            raise typer.Exit(1) from refused
    for at, count in sorted(done.items()):
        console.print(f"partition {at}: {count} messages sent again")
    console.print(f"{sum(done.values())} messages sent again")


async def _republish(
    url: str,
    name: str,
    topic: str,
    wanted: tuple[int, int | None],
    *,
    transport: tuple[str, str],
    keys: Path,
    advance: Callable[[int], None],
) -> dict[int, int]:
    from kernel.messaging.log_telling import LogTelling  # noqa: PLC0415
    from kernel.messaging.publisher_keys import signing_key  # noqa: PLC0415
    from kernel.messaging.republishing import Republishing, Wanted  # noqa: PLC0415
    from kernel.messaging.telling import Teller, Telling  # noqa: PLC0415
    from kernel.writing.database import administering  # noqa: PLC0415
    from onestop.services import SERVICES  # noqa: PLC0415 - it takes every service

    service = SERVICES.get(name)
    if service is None:
        raise typer.BadParameter(f"{name!r} is none of {', '.join(SERVICES)}", param_hint="SERVICE")
    parts = service.parts
    kept = log_topic_of(parts.topic)
    if topic not in ("", parts.topic, kept):
        raise typer.BadParameter(f"{name} publishes on {parts.topic} and {kept}, not on {topic}", param_hint="--topic")
    async with administering(url, search_path=service.schema) as source, transport_of(url, *transport) as log:
        publisher = await log.publisher()
        try:
            key = signing_key(os.environ, keys, parts.topic)
            public = Telling(parts.publishes, parts.publish, key)
            telling: Teller[Any] = LogTelling(kept, key) if topic == kept else public
            again = Republishing(source, parts.registry, telling)
            return await again.send(publisher, Wanted(*wanted), advance)
        finally:
            await publisher.close()
