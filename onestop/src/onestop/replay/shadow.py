"""Shadow tables: empty copies of a service's read tables in a schema of the run, filled from events."""

from collections.abc import Iterable

from kernel.running.service import Service
from kernel.writing.database import SingleConnection
from kernel.writing.read_tables import Change, write
from onestop.replay.run import Run


class Shadow:
    """One writer's way into the shadow tables of a service."""

    def __init__(self, connection: SingleConnection, run: Run, service: Service) -> None:
        self._connection = connection
        self.schema = run.schema(service.schema)
        self._live = service.schema

    async def apply(self, changes: Iterable[Change]) -> None:
        """Write the rows of a page of events."""
        listed = list(changes)
        if listed:
            async with self._connection.transaction():
                await self._connection.execute(f'SET LOCAL search_path TO "{self.schema}", "{self._live}"')
                await write(self._connection, listed)


async def derive(connection: SingleConnection, run: Run, service: Service) -> None:
    """Fill the shadow tables that follow from other ones, once those are filled."""
    for sql in service.read_model.derived.values():
        async with connection.transaction():
            await connection.execute(f'SET LOCAL search_path TO "{run.schema(service.schema)}"')
            await connection.execute(sql)


async def make_tables(connection: SingleConnection, run: Run, service: Service) -> None:
    """Make the empty tables of a service; they need not outlive a crash, for they are made again anyway."""
    schema = run.schema(service.schema)
    made = [f'CREATE SCHEMA "{schema}"']
    for table in service.read_model.tables:
        keys = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
        like = f'LIKE "{service.schema}"."{table.name}" INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS'
        made.append(f'CREATE UNLOGGED TABLE "{schema}"."{table.name}" ({like}, PRIMARY KEY ({keys}))')
    await connection.execute(";".join(made))
