"""Many rows at once, for rebuilding: copied into a table of the session, and put from there into the read table.

Binding one array a column looks at every element (asyncpg asks of each whether it is an array again); copying does not,
and takes a third of the processor's time for rows of plain values.
"""

import itertools
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec
from sqlalchemy import Table

from kernel.writing.database import SingleConnection
from kernel.writing.read_tables import Change, collapsed, deletion, json_text, on_conflict, parameters, upsert
from kernel.writing.row_shapes import shape_of

#: Below so many rows a table of the session costs more than it saves.
_WORTH_COPYING: Final = 200
_numbers: Final = itertools.count(1)


async def write_many(connection: SingleConnection, changes: Iterable[Change]) -> None:
    """Store changes as ``write`` does. ``connection`` is an administrator's, in a transaction."""
    kept, gone = collapsed(changes)
    for table, keys in gone.items():
        await connection.execute(deletion(table, 1), *map(list, zip(*keys, strict=True)))
    for table, rows in kept.items():
        if len(rows) < _WORTH_COPYING:
            await connection.execute(upsert(table, 1, guarded=False), *parameters(table, rows))
        else:
            await _copy(connection, table, rows)


async def _copy(connection: SingleConnection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    staging = _staging(table)
    await connection.execute(staging.making)
    rows_as_texts, names = _as_texts(table, rows), shape_of(table).names
    await connection.copy_records_to_table(staging.name, records=rows_as_texts, columns=names)
    await connection.execute(staging.putting)


class _Staging(msgspec.Struct, frozen=True):
    """The table of the session through which a read table's rows go: its name, and how it is made and emptied."""

    name: str
    making: str
    putting: str


@lru_cache(maxsize=512)
def _staging(table: Table) -> _Staging:
    # Two services may have tables of one name, and a session may write for both.
    staged = f"staged_{next(_numbers)}"
    names = ", ".join(f'"{name}"' for name in shape_of(table).names)
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    return _Staging(
        staged,
        f'CREATE TEMP TABLE IF NOT EXISTS {staged} (LIKE "{table.name}") ON COMMIT DELETE ROWS',
        f'INSERT INTO "{table.name}" ({names}) SELECT {names} FROM pg_temp.{staged} ON CONFLICT ({keys}) '
        + on_conflict(table, guarded=False),
    )


def _as_texts(table: Table, rows: Sequence[tuple[Any, ...]]) -> Iterable[Sequence[Any]]:
    """The rows with what is kept as JSON as texts."""
    if not (places := shape_of(table).json):
        return rows
    texts = []
    for row in rows:
        values = list(row)
        for i in places:
            values[i] = None if values[i] is None else json_text(values[i])
        texts.append(values)
    return texts
