"""Read tables: rows that are a pure function of events, and the one writer that stores them anywhere."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec
from sqlalchemy import Column, Table
from sqlalchemy.types import ARRAY

from kernel.writing.row_shapes import filling_of, shape_of, sql_type

#: ``Table(info=GUARDED)``: the column ``version`` may only grow by one; a row that moved meanwhile is a conflict.
GUARDED: Final = {"onestop": "guarded"}
#: ``Table(info=SUMMED)``: columns outside the key are amounts that are added to what is there.
SUMMED: Final = {"onestop": "summed"}


class Put(msgspec.Struct, frozen=True):
    """Store this row whole, replacing the row of the same key. ``row`` is in column order."""

    table: Table
    row: tuple[Any, ...]


class Add(msgspec.Struct, frozen=True):
    """Add these amounts to the row of the same key in a summed table. ``row`` is in column order."""

    table: Table
    row: tuple[Any, ...]


class Remove(msgspec.Struct, frozen=True):
    """Take the row of this key away, if it is there. ``row`` is the key, in column order."""

    table: Table
    row: tuple[Any, ...]


Change = Put | Add | Remove


def put(table: Table, **values: Any) -> Put:
    """A Put from column values by name; every column must be named."""
    return Put(table, _ordered(table, values))


def put_of(source: msgspec.Struct, table: Table, **others: Any) -> Put:
    """A Put whose columns are the source's fields of the same name; columns that are not are given."""
    filling = filling_of(table, tuple(others))
    return Put(table, filling.ordered((*filling.own(source), *others.values())))


def add(table: Table, **values: Any) -> Add:
    """An Add from column values by name; every column must be named."""
    assert is_summed(table), f"{table.name} is not a summed table"
    return Add(table, _ordered(table, values))


def putting(table: Table, *names: str) -> Callable[..., Put]:
    """What makes Puts from values by place, for where many are made; ``names`` are checked once, in column order."""
    _check_names(table, names)
    return lambda *row: Put(table, row)


def adding(table: Table, *names: str) -> Callable[..., Add]:
    """What makes Adds from values by place, as ``putting`` does."""
    assert is_summed(table), f"{table.name} is not a summed table"
    _check_names(table, names)
    return lambda *row: Add(table, row)


def _check_names(table: Table, names: tuple[str, ...]) -> None:
    columns = tuple(column.name for column in table.columns)
    assert names == columns, f"{table.name} has columns {columns}, not {names}"


def remove(table: Table, **key: Any) -> Remove:
    """A Remove from the key columns by name."""
    assert not table.info, f"a row of {table.name} is guarded or summed up, and never taken away"
    names = [column.name for column in table.primary_key.columns]
    assert key.keys() == set(names), f"{table.name} has the key {names}, not {sorted(key)}"
    return Remove(table, tuple([key[name] for name in names]))


def _ordered(table: Table, values: Mapping[str, Any]) -> tuple[Any, ...]:
    filling = filling_of(table, tuple(values))
    names = shape_of(table).names
    assert len(values) == len(names), f"{table.name} has columns {names}, not {sorted(values)}"
    return filling.ordered(tuple(values.values()))


def is_guarded(table: Table) -> bool:
    """Whether the table's ``version`` column guards its rows."""
    return table.info.get("onestop") == "guarded"


def is_summed(table: Table) -> bool:
    """Whether the table's other columns are added up."""
    return table.info.get("onestop") == "summed"


def key_of(change: Change) -> tuple[Any, ...]:
    """The key values of a change's row."""
    return change.row if isinstance(change, Remove) else shape_of(change.table).key(change.row)


def collapse(changes: Iterable[Change]) -> dict[Table, list[tuple[Any, ...]]]:
    """One row a key and table: of several Puts the last one, of several Adds the sum; in sorted key order.

    What is removed in the end is left out here, see ``removed``. The order is fixed so that two writers take row
    locks in the same order and cannot deadlock.
    """
    return collapsed(changes)[0]


def removed(changes: Iterable[Change]) -> dict[Table, list[tuple[Any, ...]]]:
    """The keys whose last change takes their row away, by table, in sorted order."""
    return collapsed(changes)[1]


def collapsed(changes: Iterable[Change]) -> tuple[dict[Table, list[Any]], dict[Table, list[Any]]]:
    """Both of them, see ``collapse`` and ``removed``."""
    by_table: dict[Table, dict[tuple[Any, ...], Any]] = {}
    for change in changes:
        table, row, kind = change.table, change.row, type(change)
        rows = by_table.get(table)
        if rows is None:
            rows = by_table[table] = {}
        if kind is Remove:
            rows[row] = None
            continue
        shape = shape_of(table)
        key = shape.key(row)
        if kind is Put:
            rows[key] = row
        elif (summed := rows.get(key)) is None:
            rows[key] = list(row)
        else:
            for i in shape.others:
                summed[i] += row[i]
    kept: dict[Table, list[Any]] = {}
    gone: dict[Table, list[Any]] = {}
    for table, rows in sorted(by_table.items(), key=_by_name):
        if left := [tuple(rows[key]) for key in sorted(rows) if rows[key] is not None]:
            kept[table] = left
        if away := sorted(key for key, row in rows.items() if row is None):
            gone[table] = away
    return kept, gone


def _by_name(item: tuple[Table, object]) -> str:
    return item[0].name


@lru_cache(maxsize=1024)
def upsert(table: Table, first_parameter: int, *, guarded: bool) -> str:
    """An INSERT … ON CONFLICT over one array parameter a column, beginning at ``$first_parameter``."""
    columns = list(table.columns)
    names = ", ".join(f'"{column.name}"' for column in columns)
    values = ", ".join(f"r.c{i}{_cast(column)}" for i, column in enumerate(columns))
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    return (
        f'INSERT INTO "{table.name}" ({names}) SELECT {values} FROM {_unnested(columns, first_parameter)} '
        f"ON CONFLICT ({keys}) {on_conflict(table, guarded=guarded)}"
    )


def on_conflict(table: Table, *, guarded: bool) -> str:
    """What an INSERT into the table does where the key is there already."""
    rest = [f'"{column.name}"' for column in table.columns if not column.primary_key]
    if not rest:
        return "DO NOTHING"
    if is_summed(table):
        return "DO UPDATE SET " + ", ".join(f'{name} = "{table.name}".{name} + EXCLUDED.{name}' for name in rest)
    sets = "DO UPDATE SET " + ", ".join(f"{name} = EXCLUDED.{name}" for name in rest)
    if guarded and is_guarded(table):
        sets += f' WHERE "{table.name}".version = EXCLUDED.version - 1'
    return sets


@lru_cache(maxsize=256)
def deletion(table: Table, first_parameter: int) -> str:
    """A DELETE by key over one array parameter a key column, beginning at ``$first_parameter``."""
    columns = list(table.primary_key.columns)
    same = " AND ".join(f'd."{column.name}" = r.c{i}{_cast(column)}' for i, column in enumerate(columns))
    return f'DELETE FROM "{table.name}" d USING {_unnested(columns, first_parameter)} WHERE {same}'


def _unnested(columns: Sequence[Column[Any]], first_parameter: int) -> str:
    arrays = ", ".join(f"${first_parameter + i}::{_element_type(column)}[]" for i, column in enumerate(columns))
    return f"unnest({arrays}) AS r({', '.join(f'c{i}' for i in range(len(columns)))})"


def _element_type(column: Column[Any]) -> str:
    # An array inside an array parameter would be flattened by unnest, and asyncpg wants json as text anyway.
    if isinstance(column.type, ARRAY) or sql_type(column) in ("JSON", "JSONB"):
        return "text"
    return sql_type(column)


def _cast(column: Column[Any]) -> str:
    return f"::{sql_type(column)}" if _element_type(column) != sql_type(column) else ""


def parameters(table: Table, rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    """The rows turned by columns, ready to be bound to ``upsert``."""
    shape = shape_of(table)
    turned = columns_of(rows, len(shape.names))
    for i in shape.arrays:
        turned[i] = [None if value is None else _array_literal(value) for value in turned[i]]
    for i in shape.json:
        turned[i] = [None if value is None else json_text(value) for value in turned[i]]
    return turned


def columns_of(rows: Iterable[Sequence[Any]], count: int) -> list[list[Any]]:
    """Rows turned by their ``count`` columns; without rows each column is empty."""
    return [list(values) for values in zip(*rows, strict=True)] or [[] for _ in range(count)]


def json_text(value: Any) -> str:
    """A value as a column of JSON keeps it."""
    return value if isinstance(value, str) else msgspec.json.encode(value, order="deterministic").decode()


def _array_literal(values: Sequence[Any]) -> str:
    quoted = ('"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return "{" + ",".join(quoted) + "}"


class Clauses(msgspec.Struct, frozen=True):
    """Changes as parts of a larger statement: what follows its WITH list, what it must select, and the parameters."""

    with_list: str
    checks: tuple[str, ...]
    arguments: tuple[Any, ...]


def clauses_of(changes: Iterable[Change], first_parameter: int, *, guarded: bool) -> Clauses:
    """The changes as parts of a statement whose own parameters end before ``first_parameter``."""
    rows, keys = collapsed(changes)
    with_list, checks = _clauses(tuple(rows), tuple(keys), first_parameter, guarded=guarded)
    arguments: list[Any] = []
    for table, table_rows in rows.items():
        arguments.extend(parameters(table, table_rows))
    for table_keys in keys.values():
        arguments.extend(map(list, zip(*table_keys, strict=True)))
    return Clauses(with_list, checks, tuple(arguments))


@lru_cache(maxsize=512)
def _clauses(
    tables: tuple[Table, ...], emptied: tuple[Table, ...], parameter: int, *, guarded: bool
) -> tuple[str, tuple[str, ...]]:
    parts, checks = [], []
    for i, table in enumerate(tables):
        parts.append(f", t{i} AS ({upsert(table, parameter, guarded=guarded)} RETURNING 1)")
        if guarded and is_guarded(table):
            checks.append(f"require_rows('{table.name}', (SELECT count(*) FROM t{i}), cardinality(${parameter}))")
        parameter += len(table.columns)
    for i, table in enumerate(emptied):
        parts.append(f", r{i} AS ({deletion(table, parameter)})")
        parameter += len(table.primary_key.columns)
    return "".join(parts), tuple(checks)


async def write(connection: Any, changes: Iterable[Change], *, guarded: bool = False) -> None:
    """Store changes outside a command: a consumer's rows, or a rebuild. ``connection`` is in a transaction."""
    kept, gone = collapsed(changes)
    for table, keys in gone.items():
        await connection.execute(deletion(table, 1), *map(list, zip(*keys, strict=True)))
    for table, rows in kept.items():
        await connection.execute(upsert(table, 1, guarded=guarded), *parameters(table, rows))
