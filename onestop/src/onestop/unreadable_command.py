"""The command ``onestop unreadable``: whose keys were not in the dump of keys, after a recovery from topics."""

import asyncio
from typing import Final

import typer
from rich.console import Console

from onestop.address import database_address
from onestop.options import HOME, Database, Folder

_console: Final = Console(soft_wrap=True, highlight=False)


def unreadable_command(database: Database = "", folder: Folder = HOME) -> None:
    """List persons whose key or number is not in the database, by who registered them; exit 1 where there are any."""
    from onestop.unreadable import unreadable  # noqa: PLC0415 - imports every service

    with database_address(database, folder) as url:
        found = asyncio.run(unreadable(url))
    for one in found:
        lacks = " and ".join(name for name, gone in (("key", one.without_key), ("number", one.without_number)) if gone)
        _console.print(f"{one.person_id} registered by {one.registered_by}: no {lacks}")
    _console.print(f"{len(found)} persons cannot be read or found" if found else "everybody can be read")
    raise typer.Exit(1 if found else 0)
