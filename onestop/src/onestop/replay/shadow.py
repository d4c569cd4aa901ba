"""The shadow schema: empty copies of a service's read tables, filled from events and compared with the live ones."""

from collections.abc import Iterable, Sequence
from typing import Final, Self

import msgspec
from sqlalchemy import Table

from kernel.writing.database import SingleConnection
from kernel.writing.read_tables import Change, write

_DIGEST_SQL: Final = """
SELECT count(*) AS rows, COALESCE(bit_xor(hashtextextended(t::text, 0)), 0) AS digest FROM {schema}."{table}" t
"""
_ROWS_SQL: Final = 'SELECT {keys} AS key, t::text AS row FROM {schema}."{table}" t ORDER BY {keys}'


class TableDigest(msgspec.Struct, frozen=True):
    """How many rows a table has, and a digest of all of them that does not depend on their order."""

    rows: int
    digest: int


class Difference(msgspec.Struct, frozen=True):
    """The first place where live and replayed do not agree."""

    where: str
    live: str
    replayed: str


class Shadow:
    """A schema of its own beside the live one; dropped when the comparison is done."""

    def __init__(self, connection: SingleConnection, schema: str, tables: Sequence[Table]) -> None:
        self._connection = connection
        self._live = schema
        self.schema = f"shadow_{schema}"
        self.tables = tables

    async def __aenter__(self) -> Self:
        # The empty tables need not outlive a crash: they are made again anyway.
        await self._drop()
        await self._connection.execute(f'CREATE SCHEMA "{self.schema}"')
        for table in self.tables:
            await self._connection.execute(
                f'CREATE UNLOGGED TABLE "{self.schema}"."{table.name}" '
                f'(LIKE "{self._live}"."{table.name}" INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS)'
            )
            keys = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
            await self._connection.execute(f'ALTER TABLE "{self.schema}"."{table.name}" ADD PRIMARY KEY ({keys})')
        await self._connection.execute(f'SET search_path TO "{self.schema}", "{self._live}"')
        return self

    async def __aexit__(self, *_raised: object) -> None:
        await self._drop()

    async def apply(self, changes: Iterable[Change]) -> None:
        """Write the rows of a page of events."""
        async with self._connection.transaction():
            await write(self._connection, changes)

    async def _drop(self) -> None:
        await self._connection.execute(f'DROP SCHEMA IF EXISTS "{self.schema}" CASCADE')

    async def first_difference(self, live: SingleConnection, table: Table) -> Difference:
        """The first row by key that differs; costs a walk through the table, so only after digests differ."""
        ours = await _rows(live, self._live, table)
        theirs = await _rows(self._connection, self.schema, table)
        for key in sorted(ours.keys() | theirs.keys()):
            if ours.get(key) != theirs.get(key):
                where = f"{self._live}.{table.name} {key}"
                return Difference(where, ours.get(key, "no such row"), theirs.get(key, "no such row"))
        raise AssertionError(f"the digests of {table.name} differ, but no row does")


async def digest(connection: SingleConnection, schema: str, table: Table) -> TableDigest:
    """The digest of a table in a schema."""
    row = await connection.fetchrow(_DIGEST_SQL.format(schema=f'"{schema}"', table=table.name))
    assert row is not None
    return TableDigest(**dict(row))


async def _rows(connection: SingleConnection, schema: str, table: Table) -> dict[str, str]:
    keys = " || ' ' || ".join(f'"{column.name}"::text' for column in table.primary_key.columns)
    rows = await connection.fetch(_ROWS_SQL.format(schema=f'"{schema}"', table=table.name, keys=f"({keys})"))
    return {row["key"]: row["row"] for row in rows}
