"""Live tables and rebuilt ones compared: by digests first, and row by row only where those differ."""

from collections.abc import AsyncIterator, Sequence
from typing import Final

import msgspec
from sqlalchemy import Table

from kernel.running.service import Service
from kernel.writing.database import SingleConnection, administering
from kernel.writing.snapshots import FOR_AS_LONG_AS_IT_TAKES, snapshot
from onestop.replay.difference import Difference
from onestop.replay.run import Run

_DIGEST_SQL: Final = """
SELECT {place} AS place, count(*) AS rows, COALESCE(bit_xor(hashtextextended(t::text, 0)), 0) AS digest
FROM "{schema}"."{table}" t
"""
# One order for both, which does not depend on the database's language.
_ROWS_SQL: Final = 'SELECT {key} COLLATE "C" AS key, t::text AS row FROM {schema}."{table}" t ORDER BY 1'
_PAGE: Final = 2000


class TableDigest(msgspec.Struct, frozen=True):
    """How many rows a table has, and a digest of all of them that does not depend on their order."""

    rows: int
    digest: int


class Compared(msgspec.Struct, frozen=True):
    """What the comparison of one service's tables came to."""

    tables: int
    rows: int
    differences: tuple[Difference, ...]


async def compare(run: Run, service: Service) -> Compared:
    """Compare every table of a service; the first difference of each is kept."""
    schema, rows, differences = run.schema(service.schema), 0, []
    async with (
        snapshot(run.admin_url, service.schema, run.picture) as live,
        administering(run.admin_url, **FOR_AS_LONG_AS_IT_TAKES) as shadow,
        shadow.transaction(readonly=True),
    ):
        tables = service.read_model.tables
        of_live = await digests(live, service.schema, tables)
        of_shadow = await digests(shadow, schema, tables)
        for table, ours, theirs in zip(tables, of_live, of_shadow, strict=True):
            rows += ours.rows
            if ours != theirs:
                found = await _first(_rows(live, service.schema, table), _rows(shadow, schema, table))
                differences.append(Difference(f"{service.schema}.{table.name} {found[0]}", *found[1:]))
    return Compared(len(service.read_model.tables), rows, tuple(differences))


async def digests(connection: SingleConnection, schema: str, tables: Sequence[Table]) -> list[TableDigest]:
    """The digests of a schema's tables, in their order: all in one statement, for most tables are small."""
    each = (_DIGEST_SQL.format(place=i, schema=schema, table=table.name) for i, table in enumerate(tables))
    # Large tables are read side by side, and the first to end comes first.
    rows = await connection.fetch(" UNION ALL ".join(each) + " ORDER BY place")
    return [TableDigest(row["rows"], row["digest"]) for row in rows]


async def _rows(connection: SingleConnection, schema: str, table: Table) -> AsyncIterator[tuple[str, str]]:
    key = " || ' ' || ".join(f'"{column.name}"::text' for column in table.primary_key.columns)
    sql = _ROWS_SQL.format(schema=f'"{schema}"', table=table.name, key=f"({key})")
    async for row in connection.cursor(sql, prefetch=_PAGE):
        yield row["key"], row["row"]


async def _first(
    live: AsyncIterator[tuple[str, str]], replayed: AsyncIterator[tuple[str, str]]
) -> tuple[str, str, str]:
    """The first key whose rows differ, with both rows; both come in the order of their keys."""
    while True:
        ours, theirs = await anext(live, None), await anext(replayed, None)
        if ours == theirs:
            assert ours is not None, "the digests of a table differ, but no row does"
            continue
        if theirs is None or (ours is not None and ours[0].encode() < theirs[0].encode()):
            assert ours is not None, "one of two different rows is there"
            return *ours, "no such row"
        if ours is None or theirs[0].encode() < ours[0].encode():
            return theirs[0], "no such row", theirs[1]
        return *ours, theirs[1]
