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
