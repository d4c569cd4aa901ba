"""Shadow tables: copies of a service's read tables in a schema of the run, filled from events.

A table is made when an event first leaves a row in it: most of a service's tables are empty in most towns, and making
and dropping one costs the database as much as some hundred rows.
"""

import re
from collections.abc import Iterable
from typing import Final

from sqlalchemy import Table

from kernel.running.leadership import lock_number
from kernel.running.service import Service
from kernel.writing.bulk import write_many
from kernel.writing.database import SingleConnection
from kernel.writing.read_tables import Change
from onestop.replay.run import Run

_THERE_SQL: Final = "SELECT tablename FROM pg_tables WHERE schemaname = $1"


class Shadow:
    """One writer's way into the shadow tables of a service."""

    def __init__(self, connection: SingleConnection, run: Run, service: Service) -> None:
        self._connection = connection
        self._run = run
        self._service = service
        self._made: set[Table] = set()

    async def apply(self, changes: Iterable[Change]) -> None:
        """Write the rows of a page of events."""
        listed = list(changes)
        if not listed:
            return
        if lacking := {change.table for change in listed} - self._made:
            await make_tables(self._connection, self._run, self._service, lacking)
            self._made |= lacking
        async with self._connection.transaction():
            search_path = f'"{self._run.schema(self._service.schema)}", "{self._service.schema}"'
            await self._connection.execute(f"SET LOCAL search_path TO {search_path}")
            await write_many(self._connection, listed)


async def derive(connection: SingleConnection, run: Run, service: Service) -> None:
    """Fill the shadow tables that follow from other ones, once those are filled."""
    for name, sql in service.read_model.derived.items():
        asked = {name, *re.findall(r"\w+", sql)}
        tables = [table for table in service.read_model.tables if table.name in asked]
        await make_tables(connection, run, service, tables)
        async with connection.transaction():
            await connection.execute(f'SET LOCAL search_path TO "{run.schema(service.schema)}"')
            await connection.execute(sql)


async def make_schema(connection: SingleConnection, run: Run, service: Service) -> None:
    """Make the schema in which a service's tables are rebuilt."""
    await connection.execute(f'CREATE SCHEMA "{run.schema(service.schema)}"')


async def make_tables(connection: SingleConnection, run: Run, service: Service, tables: Iterable[Table]) -> None:
    """Make those of the tables that no other pass has made; they need not outlive a crash, for they are made again."""
    schema, made = run.schema(service.schema), []
    for table in sorted(tables, key=lambda one: one.name):
        keys = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
        like = f'LIKE "{service.schema}"."{table.name}" INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS'
        made.append(f'CREATE UNLOGGED TABLE IF NOT EXISTS "{schema}"."{table.name}" ({like}, PRIMARY KEY ({keys}))')
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", lock_number(schema))
        await connection.execute(";".join(made))


async def tables_there(connection: SingleConnection, run: Run, service: Service) -> frozenset[str]:
    """The names of the tables that were made."""
    return frozenset(row[0] for row in await connection.fetch(_THERE_SQL, run.schema(service.schema)))
