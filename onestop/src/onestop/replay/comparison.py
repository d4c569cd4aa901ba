"""Live tables and rebuilt ones compared: by digests first, and row by row only where those differ."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from typing import Final, TypeAlias

import msgspec
from sqlalchemy import Table

from kernel.running.service import Service
from kernel.writing.database import SingleConnection, administering
from kernel.writing.snapshots import FOR_AS_LONG_AS_IT_TAKES, snapshot
from onestop.replay.difference import Difference
from onestop.replay.makers import Makers, Place
from onestop.replay.run import Run
from onestop.replay.shadow import tables_there

_DIGEST_SQL: Final = """
SELECT {place} AS place, count(*) AS rows, COALESCE(bit_xor(hashtextextended(t::text, 0)), 0) AS digest
FROM "{schema}"."{table}" t
"""
# One order for both, which does not depend on the database's language.
_ROWS_SQL: Final = 'SELECT {key} COLLATE "C" AS key, t::text AS row, {columns} FROM {schema}."{table}" t ORDER BY 1'
_PAGE: Final = 2000


class TableDigest(msgspec.Struct, frozen=True):
    """How many rows a table has, and a digest of all of them that does not depend on their order."""

    rows: int
    digest: int


#: What no event left a row in is not made at all.
_EMPTY: Final = TableDigest(0, 0)


class RowDifference(msgspec.Struct, frozen=True):
    """The first row of a table that differs: its place, and both rows as texts."""

    place: Place
    where: str
    live: str
    replayed: str

    def said(self, makers: Makers) -> Difference:
        """The difference with what made the row."""
        made_by = makers.get(self.place, "no event of any log")
        return Difference(self.where, self.live, self.replayed, made_by)


class Compared(msgspec.Struct, frozen=True):
    """What the comparison of one service's tables came to."""

    tables: int
    rows: int
    differences: tuple[RowDifference, ...]


#: What live tables come to, by schema and name.
LiveDigests: TypeAlias = dict[tuple[str, str], TableDigest]


async def live_digests(run: Run, chosen: Iterable[tuple[Service, Collection[str]]]) -> LiveDigests:
    """The digests of the live tables of these names: they wait for no pass, so they are taken beside them."""
    found: LiveDigests = {}
    async with snapshot(run.admin_url, "public", run.picture) as live:
        for service, names in chosen:
            tables = _tables(service, names)
            of_each = await digests(live, service.schema, tables)
            found |= {(service.schema, table.name): one for table, one in zip(tables, of_each, strict=True)}
    return found


async def compare(run: Run, service: Service, names: Collection[str], of_live: LiveDigests) -> Compared:
    """Compare a service's tables of these names; the first difference of each is kept."""
    schema, rows, differences = run.schema(service.schema), 0, []
    async with (
        snapshot(run.admin_url, service.schema, run.picture) as live,
        administering(run.admin_url, **FOR_AS_LONG_AS_IT_TAKES) as shadow,
        shadow.transaction(readonly=True),
    ):
        tables, there = _tables(service, names), await tables_there(shadow, run, service)
        made = [table for table in tables if table.name in there]
        of_shadow = dict(zip(made, await digests(shadow, schema, made), strict=True))
        for table in tables:
            ours = of_live[service.schema, table.name]
            rows += ours.rows
            if ours != of_shadow.get(table, _EMPTY):
                rebuilt = _rows(shadow, schema, table) if table in of_shadow else _none()
                found = await _first(_rows(live, service.schema, table), rebuilt)
                where = f"{service.schema}.{table.name} {' '.join(found[0])}"
                place = Place(service.schema, table.name, found[0])
                differences.append(RowDifference(place, where, *found[1:]))
    return Compared(len(tables), rows, tuple(differences))


def _tables(service: Service, names: Collection[str]) -> list[Table]:
    return [one for one in service.read_model.tables if one.name in names]


async def digests(connection: SingleConnection, schema: str, tables: Sequence[Table]) -> list[TableDigest]:
    """The digests of a schema's tables, in their order: all in one statement, for most tables are small."""
    if not tables:
        return []
    each = (_DIGEST_SQL.format(place=i, schema=schema, table=table.name) for i, table in enumerate(tables))
    # Large tables are read side by side, and the first to end comes first.
    rows = await connection.fetch(" UNION ALL ".join(each) + " ORDER BY place")
    return [TableDigest(row["rows"], row["digest"]) for row in rows]


class _Row(msgspec.Struct, frozen=True):
    """A row as it is compared: what it is ordered by, its whole text, and its key column by column."""

    order: str
    text: str
    key: tuple[str, ...]


async def _rows(connection: SingleConnection, schema: str, table: Table) -> AsyncIterator[_Row]:
    columns = [f'"{column.name}"' for column in table.primary_key.columns]
    key = " || ' ' || ".join(f"{column}::text" for column in columns)
    sql = _ROWS_SQL.format(schema=f'"{schema}"', table=table.name, key=f"({key})", columns=", ".join(columns))
    async for row in connection.cursor(sql, prefetch=_PAGE):
        yield _Row(row["key"], row["row"], tuple(str(value) for value in row[2:]))


async def _none() -> AsyncIterator[_Row]:
    nothing: tuple[_Row, ...] = ()
    for row in nothing:
        yield row


async def _first(live: AsyncIterator[_Row], replayed: AsyncIterator[_Row]) -> tuple[tuple[str, ...], str, str]:
    """The first key whose rows differ, with both rows; both come in the order of their keys."""
    while True:
        ours, theirs = await anext(live, None), await anext(replayed, None)
        if ours == theirs:
            assert ours is not None, "the digests of a table differ, but no row does"
            continue
        if theirs is None or (ours is not None and ours.order.encode() < theirs.order.encode()):
            assert ours is not None, "one of two different rows is there"
            return ours.key, ours.text, "no such row"
        if ours is None or theirs.order.encode() < ours.order.encode():
            return theirs.key, "no such row", theirs.text
        return ours.key, ours.text, theirs.text
