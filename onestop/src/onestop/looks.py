"""That somebody looked at a person with a command that reads the database as its owner: kept before anything is shown.

The services' doors write looks down themselves. These commands pass by the doors, so that the record is here, in a
schema of the administrator's own, beside the reconciliation's. Whoever owns the database could take a row away; the
server's log of statements (pgaudit, log_statement) is what such a person is held by.
"""

import asyncio
import getpass
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console
from rich.markup import escape

from onestop.address import database_address
from onestop.options import HOME, Database, Folder

_console: Final = Console(soft_wrap=True, highlight=False)
_MAKE_SQL: Final = """
CREATE SCHEMA IF NOT EXISTS looks;
CREATE TABLE IF NOT EXISTS looks.looks (
  look_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(),
  command text NOT NULL, subject text NOT NULL, looked_by text NOT NULL, because text NOT NULL);
CREATE INDEX IF NOT EXISTS looks_subject ON looks.looks (subject, look_id);
"""
_PUT_SQL: Final = "INSERT INTO looks.looks (command, subject, looked_by, because) VALUES ($1, $2, $3, $4)"
_LIST_SQL: Final = """
SELECT at, command, subject, looked_by, because FROM looks.looks WHERE $1 IN ('', subject)
ORDER BY look_id DESC LIMIT 1000
"""

By = Annotated[
    str, typer.Option(envvar="ONESTOP_USER", help="Who looks; it is kept. The user of this machine if not said.")
]
Because = Annotated[str, typer.Option(help="Why; it is kept.")]


class LookOfCommand(msgspec.Struct, frozen=True, kw_only=True):
    """A look: when, with which command, at what (a person, settlement or account by its id), by whom, and why."""

    at: datetime
    command: str
    subject: str
    looked_by: str
    because: str


async def write_down(url: str, command: str, subjects: Sequence[str], who: tuple[str, str]) -> None:
    """Keep a look at each subject, by whom and why; what cannot be kept must not be shown."""
    from kernel.writing.database import administering  # noqa: PLC0415

    by, because = who
    async with administering(url) as owner:
        await owner.execute(_MAKE_SQL)
        looks = [(command, subject, by or getpass.getuser(), because) for subject in subjects]
        await owner.executemany(_PUT_SQL, looks)


async def looks_of(url: str, subject: str = "") -> list[LookOfCommand]:
    """The looks at a subject, or at anybody, the newest first, at most a thousand."""
    from kernel.writing.database import administering  # noqa: PLC0415

    async with administering(url) as owner:
        await owner.execute(_MAKE_SQL)
        return [LookOfCommand(**dict(row)) for row in await owner.fetch(_LIST_SQL, subject)]


def looks_command(
    subject: Annotated[str, typer.Argument(help="A person, settlement or account by its id; all if not said.")] = "",
    database: Database = "",
    folder: Folder = HOME,
) -> None:
    """Who looked at whom with `trace` and `as-of`, when and why, the newest first."""
    with database_address(database, folder) as url:
        found = asyncio.run(looks_of(url, subject))
    for one in found:
        why = f": {one.because}" if one.because else ""
        who = f"{one.looked_by} {one.command} {one.subject}{why}"
        _console.print(escape(f"{one.at.isoformat(timespec='seconds')} {who}"))
    _console.print(f"{len(found)} looks" if found else "no looks")
