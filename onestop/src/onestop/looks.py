"""That somebody looked at a person with a command that reads the database as its owner: kept before anything is shown.

The services' doors write looks down themselves. These commands pass by the doors, so that the record is here, in a
schema of the administrator's own, beside the reconciliation's. The desk's role may add rows and take none away
(docs/decisions/0068). Whoever owns the database could; the server's log of statements (pgaudit, log_statement) is what
such a person is held by.
"""

import asyncio
import getpass
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer
from rich.console import Console
from rich.markup import escape

from onestop.address import database_address
from onestop.options import HOME, Database, Folder

if TYPE_CHECKING:
    from kernel.writing.database import SingleConnection

_console: Final = Console(soft_wrap=True, highlight=False)
MAKE_SQL: Final = """
CREATE SCHEMA IF NOT EXISTS looks;
CREATE TABLE IF NOT EXISTS looks.looks (
  look_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(),
  command text NOT NULL, subject text NOT NULL, looked_by text NOT NULL, because text NOT NULL);
ALTER TABLE looks.looks ADD COLUMN IF NOT EXISTS division text NOT NULL DEFAULT '';
CREATE INDEX IF NOT EXISTS looks_subject ON looks.looks (subject, look_id);
"""
# Asked first, because the desk's role may make nothing.
_MADE_SQL: Final = """
SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('looks.looks') AND attname = 'division')
"""
_PUT_SQL: Final = """
INSERT INTO looks.looks (command, subject, looked_by, because, division) VALUES ($1, $2, $3, $4, $5)
"""
_LIST_SQL: Final = """
SELECT look_id, at, command, subject, looked_by, because, division FROM looks.looks
WHERE ($1 = '' OR subject = $1) AND division LIKE ANY($2::text[]) AND look_id < $3 ORDER BY look_id DESC LIMIT $4
"""
#: Before which look the newest page begins.
NEWEST: Final = 2**62

By = Annotated[
    str, typer.Option(envvar="ONESTOP_USER", help="Who looks; it is kept. The user of this machine if not said.")
]
Because = Annotated[str, typer.Option(help="Why; it is kept.")]


class LookOfCommand(msgspec.Struct, frozen=True, kw_only=True):
    """A look: when, with which command, at what (a person, settlement or account by its id), by whom, and why.

    ``division`` is the county of whom it was at; empty where it belongs to none, and of looks from before it was kept.
    """

    look_id: int
    at: datetime
    command: str
    subject: str
    looked_by: str
    because: str
    division: str


async def write_down(
    url: str, command: str, subjects: Sequence[str], who: tuple[str, str], divisions: Sequence[str] = ()
) -> None:
    """Keep a look at each subject, by whom and why; what cannot be kept must not be shown.

    ``divisions`` are the counties of the subjects, in their order; none where they belong to none.
    """
    from kernel.writing.database import administering  # noqa: PLC0415

    by, because = who
    counties = divisions or [""] * len(subjects)
    async with administering(url) as session:
        await _make(session)
        looks = [
            (command, subject, by or getpass.getuser(), because, county)
            for subject, county in zip(subjects, counties, strict=True)
        ]
        await session.executemany(_PUT_SQL, looks)


async def looks_of(
    url: str, subject: str = "", *, patterns: Sequence[str] = ("%",), before: int = NEWEST, limit: int = 1000
) -> list[LookOfCommand]:
    """The looks at a subject, or at anybody, the newest first, in divisions that are like the patterns."""
    from kernel.writing.database import administering  # noqa: PLC0415

    async with administering(url) as session:
        await _make(session)
        rows = await session.fetch(_LIST_SQL, subject, list(patterns), before, limit)
        return [LookOfCommand(**dict(row)) for row in rows]


async def _make(session: "SingleConnection") -> None:
    if not await session.fetchval(_MADE_SQL):
        await session.execute(MAKE_SQL)


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
