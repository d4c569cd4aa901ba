"""How far a rebuild has come: kept beside the copies, so that one that was broken off goes on where it was."""

import hashlib
from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

import msgspec

from kernel.messaging.event_log.port import PARTITIONS
from kernel.running.service import Service
from kernel.writing.database import SingleConnection

_MAKE_SQL: Final = 'CREATE TABLE "{schema}".progress (one int PRIMARY KEY CHECK (one = 1), said json NOT NULL)'
_THERE_SQL: Final = "SELECT to_regclass($1) IS NOT NULL"
_READ_SQL: Final = 'SELECT said FROM "{schema}".progress'
_KEEP_SQL: Final = """
INSERT INTO "{schema}".progress VALUES (1, $1::text::json) ON CONFLICT (one) DO UPDATE SET said = EXCLUDED.said
"""


class HeardSoFar(msgspec.Struct, frozen=True):
    """How far a publisher's log was walked for what one consumer keeps: its number, and the counts by partition."""

    gseq: int = 0
    counts: tuple[int, ...] = (0,) * PARTITIONS


class RebuildProgress(msgspec.Struct, frozen=True, kw_only=True):
    """Which tables are built by which program, up to which number, and how far what is heard was walked."""

    tables: tuple[str, ...]
    program: str
    gseq: int = 0
    heard: dict[str, HeardSoFar] = {}


def program_of(service: Service) -> str:
    """A digest of the program that projects: a rebuild that another one began is begun anew."""
    digest = hashlib.sha256()
    for package in (service.schema, "kernel", "contracts"):
        for name, content in _sources(files(package), package):
            digest.update(name.encode() + b"\0" + content)
    return digest.hexdigest()


async def done_before(
    connection: SingleConnection, schema: str, tables: Sequence[str], program: str
) -> RebuildProgress | None:
    """What was done of just these tables by just this program before."""
    if await connection.fetchval(_THERE_SQL, f'"{schema}".progress'):
        said = await connection.fetchval(_READ_SQL.format(schema=schema))
        found = None if said is None else msgspec.json.decode(said, type=RebuildProgress)
        if found is not None and (found.tables, found.program) == (tuple(tables), program):
            return found
    return None


async def begin_anew(connection: SingleConnection, schema: str) -> None:
    """An empty schema for the copies."""
    await connection.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE; CREATE SCHEMA "{schema}"')
    await connection.execute(_MAKE_SQL.format(schema=schema))


async def keep(connection: SingleConnection, schema: str, progress: RebuildProgress) -> None:
    """Write down how far it has come, in the transaction that came so far."""
    await connection.execute(_KEEP_SQL.format(schema=schema), msgspec.json.encode(progress).decode())


def _sources(folder: Traversable, name: str) -> list[tuple[str, bytes]]:
    found = []
    for each in sorted(folder.iterdir(), key=lambda one: one.name):
        if each.is_dir() and not each.name.startswith("__"):
            found += _sources(each, f"{name}/{each.name}")
        elif each.name.endswith(".py"):
            found.append((f"{name}/{each.name}", each.read_bytes()))
    return found
