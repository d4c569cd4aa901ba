"""Read tables: rows that are a pure function of events, and the one writer that stores them anywhere."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec
from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import ARRAY

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

_DIALECT: Final = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy has no type for it


def put(table: Table, **values: Any) -> Put:
    """A Put from column values by name; every column must be named."""
    return Put(table, _ordered(table, values))


def put_of(source: msgspec.Struct, table: Table, **others: Any) -> Put:
    """A Put whose columns are the source's fields of the same name; columns that are not are given."""
    names = _shape(table).names
    assert others.keys() <= _shape(table).name_set, f"{table.name} has columns {names}, not {sorted(others)}"
    return Put(table, tuple([others[name] if name in others else getattr(source, name) for name in names]))


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
    names = _shape(table).names
    # Each name is asked for below, so that as many are the same.
    assert len(values) == len(names), f"{table.name} has columns {names}, not {sorted(values)}"
    try:
        return tuple([values[name] for name in names])
    except KeyError:
        raise AssertionError(f"{table.name} has columns {names}, not {sorted(values)}") from None


class _Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What every row of a table asks of its definition again and again."""

    names: tuple[str, ...]
    name_set: frozenset[str]
    key: tuple[int, ...]
    others: tuple[int, ...]
    arrays: tuple[int, ...]
    json: tuple[int, ...]


@lru_cache(maxsize=256)
def _shape(table: Table) -> _Shape:
    columns = list(table.columns)
    names = tuple(column.name for column in columns)
    return _Shape(
        names=names,
        name_set=frozenset(names),
        key=tuple(i for i, column in enumerate(columns) if column.primary_key),
        others=tuple(i for i, column in enumerate(columns) if not column.primary_key),
        arrays=tuple(i for i, column in enumerate(columns) if isinstance(column.type, ARRAY)),
        json=tuple(i for i, column in enumerate(columns) if _sql_type(column) in ("JSON", "JSONB")),
    )


def is_guarded(table: Table) -> bool:
    """Whether the table's ``version`` column guards its rows."""
    return table.info.get("onestop") == "guarded"


def is_summed(table: Table) -> bool:
    """Whether the table's other columns are added up."""
    return table.info.get("onestop") == "summed"


def key_of(change: Change) -> tuple[Any, ...]:
    """The key values of a change's row."""
    row = change.row
    if isinstance(change, Remove):
        return row
    return tuple([row[i] for i in _shape(change.table).key])


def collapse(changes: Iterable[Change]) -> dict[Table, list[tuple[Any, ...]]]:
    """One row a key and table: of several Puts the last one, of several Adds the sum; in sorted key order.

    What is removed in the end is left out here, see ``removed``. The order is fixed so that two writers take row
    locks in the same order and cannot deadlock.
    """
    by_table: dict[Table, dict[tuple[Any, ...], tuple[Any, ...]]] = {}
    sums: dict[Table, dict[tuple[Any, ...], list[Any]]] = {}
    for change in changes:
        if isinstance(change, Add):
            _sum_up(sums.setdefault(change.table, {}), change.row, _shape(change.table))
            continue
        rows = by_table.setdefault(change.table, {})
        key = key_of(change)
        if isinstance(change, Remove):
            rows.pop(key, None)
        else:
            rows[key] = change.row
    by_table |= {table: {key: tuple(row) for key, row in rows.items()} for table, rows in sums.items()}
    return {
        table: [rows[key] for key in sorted(rows)] for table, rows in sorted(by_table.items(), key=_by_name) if rows
    }


def removed(changes: Iterable[Change]) -> dict[Table, list[tuple[Any, ...]]]:
    """The keys whose last change takes their row away, by table, in sorted order."""
    by_table: dict[Table, set[tuple[Any, ...]]] = {}
    for change in changes:
        if isinstance(change, Remove):
            by_table.setdefault(change.table, set()).add(change.row)
        elif change.table in by_table:
            by_table[change.table].discard(key_of(change))
    return {table: sorted(keys) for table, keys in sorted(by_table.items(), key=_by_name) if keys}


def _by_name(item: tuple[Table, object]) -> str:
    return item[0].name


def _sum_up(rows: dict[tuple[Any, ...], list[Any]], row: tuple[Any, ...], shape: _Shape) -> None:
    key = tuple([row[i] for i in shape.key])
    if (summed := rows.get(key)) is None:
        rows[key] = list(row)
    else:
        for i in shape.others:
            summed[i] += row[i]


@lru_cache(maxsize=1024)
def upsert(table: Table, first_parameter: int, *, guarded: bool) -> str:
    """An INSERT … ON CONFLICT over one array parameter a column, beginning at ``$first_parameter``."""
    columns = list(table.columns)
    names = ", ".join(f'"{column.name}"' for column in columns)
    values = ", ".join(f"r.c{i}{_cast(column)}" for i, column in enumerate(columns))
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    return (
        f'INSERT INTO "{table.name}" ({names}) SELECT {values} FROM {_unnested(columns, first_parameter)} '
        f"ON CONFLICT ({keys}) {_on_conflict(table, guarded=guarded)}"
    )


def _on_conflict(table: Table, *, guarded: bool) -> str:
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
    if isinstance(column.type, ARRAY) or _sql_type(column) in ("JSON", "JSONB"):
        return "text"
    return _sql_type(column)


def _cast(column: Column[Any]) -> str:
    return f"::{_sql_type(column)}" if _element_type(column) != _sql_type(column) else ""


def _sql_type(column: Column[Any]) -> str:
    return column.type.compile(dialect=_DIALECT)


def parameters(table: Table, rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    """The rows turned by columns, ready to be bound to ``upsert``."""
    shape = _shape(table)
    turned = columns_of(rows, len(shape.names))
    for i in shape.arrays:
        turned[i] = [None if value is None else _array_literal(value) for value in turned[i]]
    for i in shape.json:
        turned[i] = [None if value is None else _json_text(value) for value in turned[i]]
    return turned


def columns_of(rows: Iterable[Sequence[Any]], count: int) -> list[list[Any]]:
    """Rows turned by their ``count`` columns; without rows each column is empty."""
    return [list(values) for values in zip(*rows, strict=True)] or [[] for _ in range(count)]


def _json_text(value: Any) -> str:
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
    listed = list(changes)
    rows, keys = collapse(listed), removed(listed)
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
    listed = list(changes)
    for table, keys in removed(listed).items():
        await connection.execute(deletion(table, 1), *map(list, zip(*keys, strict=True)))
    for table, rows in collapse(listed).items():
        await connection.execute(upsert(table, 1, guarded=guarded), *parameters(table, rows))
