"""Options that several commands share."""

from pathlib import Path
from typing import Annotated, Final

import typer

HOME: Final = Path(".onestop")
POLICIES: Final = Path("policies")

Folder = Annotated[Path, typer.Option(help="Where the embedded run keeps its data and keys.")]
Database = Annotated[
    str,
    typer.Option(envvar="ONESTOP_ADMIN_DATABASE_URL", help="Address of the database; without it, the embedded one."),
]
Broker = Annotated[
    str, typer.Option(envvar="ONESTOP_KAFKA_BOOTSTRAP", help="The broker, where the platform runs on Kafka.")
]
TopicPrefix = Annotated[str, typer.Option(help="Stands before every topic's name on the broker.")]
