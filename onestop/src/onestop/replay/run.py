"""One run of a verification: a picture of the database that lasts as long as it must, and schemas of its own."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import msgspec

from kernel.running.leadership import lock_number
from kernel.writing.database import SingleConnection, administering
from kernel.writing.snapshots import FOR_AS_LONG_AS_IT_TAKES, export, snapshot
from onestop.replay.from_topics import Topics
from onestop.replay.otherwise import Otherwise, all_taken_otherwise
from onestop.services import SERVICES

#: For what is written into a run's schemas: nobody misses it after a crash, so no commit waits for the disk.
FOR_THE_RUN: Final = {**FOR_AS_LONG_AS_IT_TAKES, "synchronous_commit": "off"}
_OLD_SQL: Final = r"SELECT nspname FROM pg_namespace WHERE nspname ~ '^shadow_' ORDER BY nspname"
_TABLES_SQL: Final = """
CREATE SCHEMA {schema};
CREATE UNLOGGED TABLE {schema}.notes (kind text, key text, value text NOT NULL, PRIMARY KEY (kind, key));
CREATE UNLOGGED TABLE {schema}.told (cause text NOT NULL, what text NOT NULL, settlement_id text, owed boolean);
CREATE INDEX ON {schema}.told (settlement_id) WHERE owed;
CREATE UNLOGGED TABLE {schema}.begun (pass text PRIMARY KEY, done bigint NOT NULL, total bigint NOT NULL);
CREATE UNLOGGED TABLE {schema}.booked (cause text NOT NULL, what text NOT NULL);
"""
_BEGUN_SQL: Final = "INSERT INTO {schema}.begun VALUES ($1, 0, 0)"
_COME_SQL: Final = "UPDATE {schema}.begun SET done = $2, total = $3 WHERE pass = $1"


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A run's name, under which all of its schemas stand, and the picture that all of its readers see."""

    admin_url: str
    name: str
    picture: str
    #: What each service has taken otherwise than it was published, by its schema: every pass asks for it.
    otherwise: Mapping[str, Otherwise]
    #: Where the logs are read; without it in the stores.
    topics: Topics | None = None

    def schema(self, service_schema: str) -> str:
        """The schema of a service's rebuilt tables."""
        return f"{self.name}_{service_schema}"


@asynccontextmanager
async def verification_run(admin_url: str, topics: Topics | None = None) -> AsyncIterator[Run]:
    """Begin a run; its schemas are dropped at its end, and those of a run that was killed by the next one.

    The run holds a lock while it lives, so that two at once leave each other's schemas alone.
    """
    name = f"shadow_{secrets.token_hex(4)}"
    async with administering(admin_url, **FOR_THE_RUN) as owner:
        await owner.execute("SELECT pg_advisory_lock($1)", lock_number(name))
        await _drop_left_behind(owner)
        await owner.execute(_TABLES_SQL.format(schema=name))
        try:
            async with snapshot(admin_url, "public") as picture:
                yield Run(
                    admin_url=admin_url,
                    name=name,
                    picture=await export(picture),
                    otherwise=await all_taken_otherwise(picture, SERVICES.values()),
                    topics=topics,
                )
        finally:
            await _drop(owner, name)


async def begin_once(writer: SingleConnection, run: Run, name: str) -> None:
    """Say that a log's pass has begun; fails where it has before: an engine may try again what a lost worker did."""
    await writer.execute(_BEGUN_SQL.format(schema=run.name), name)


async def come_to(writer: SingleConnection, run: Run, name: str, done: int, total: int) -> None:
    """Say how many of its events a log's pass has replayed."""
    await writer.execute(_COME_SQL.format(schema=run.name), name, done, total)


async def _drop_left_behind(owner: SingleConnection) -> None:
    for (schema,) in await owner.fetch(_OLD_SQL):
        run = "_".join(schema.split("_")[:2])
        if await owner.fetchval("SELECT pg_try_advisory_lock($1)", lock_number(run)):
            await owner.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
            await owner.execute("SELECT pg_advisory_unlock($1)", lock_number(run))


async def _drop(owner: SingleConnection, name: str) -> None:
    for (schema,) in await owner.fetch(_OLD_SQL):
        if schema == name or schema.startswith(f"{name}_"):
            await owner.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
