"""The command ``onestop doctor``; what it looks with is imported when it looks, because it takes every service."""

import asyncio
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console

from onestop.address import database_address
from onestop.doors import DoorOption
from onestop.doors import doors as addresses_of
from onestop.options import HOME, Broker, Database, Folder, TopicPrefix

console: Final = Console()


def doctor(
    only: Annotated[list[str] | None, typer.Option(help="Look at this alone; say it again for more.")] = None,
    door: DoorOption = None,
    kafka_bootstrap: Broker = "",
    topic_prefix: TopicPrefix = "",
    *,
    doors: Annotated[bool, typer.Option(help="Speak to the services, too.")] = True,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    database: Database = "",
    folder: Folder = HOME,
) -> None:
    """Say in plain words what is wrong with the platform and what to do; exit 1 at a fault. It changes nothing."""
    from onestop.doctor.examination import examine  # noqa: PLC0415
    from onestop.doctor.examined import Examined  # noqa: PLC0415
    from onestop.doctor.printing import print_verdicts  # noqa: PLC0415
    from onestop.doctor.register import chosen  # noqa: PLC0415
    from onestop.services import SERVICES  # noqa: PLC0415

    try:
        checks = chosen(only or ())
        addresses = (
            addresses_of(door or (), {name: service.port for name, service in SERVICES.items()}) if doors else {}
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    with database_address(database, folder) as url:
        examined = Examined(
            database_url=url,
            services=SERVICES,
            doors=addresses,
            kafka_bootstrap=kafka_bootstrap or None,
            topic_prefix=topic_prefix,
        )
        verdicts = asyncio.run(examine(examined, checks))
    if json:
        typer.echo(msgspec.json.encode(verdicts))
    else:
        print_verdicts(console, verdicts)
    raise typer.Exit(1 if any(verdict.bad for verdict in verdicts) else 0)
