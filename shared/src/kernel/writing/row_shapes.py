"""The shapes of rows: what every row of a table asks of its definition again and again, worked out once."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any, Final

import msgspec
from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import ARRAY

_DIALECT: Final = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy has no type for it


class Filling(msgspec.Struct, frozen=True):
    """How a row is put together: the source's own fields, and after them what is given, brought in column order."""

    own: Callable[[Any], tuple[Any, ...]]
    ordered: Callable[[tuple[Any, ...]], tuple[Any, ...]]


@lru_cache(maxsize=1024)
def filling_of(table: Table, given: tuple[str, ...]) -> Filling:
    """How rows of a table are put together whose columns ``given`` are told apart; asserts that it has them."""
    names = shape_of(table).names
    assert set(given) <= set(names), f"{table.name} has columns {names}, not {sorted(given)}"
    own = [name for name in names if name not in given]
    places = {name: i for i, name in enumerate((*own, *given))}
    return Filling(_several(attrgetter, own), _several(itemgetter, [places[name] for name in names]))


def _several(getter: Callable[..., Callable[[Any], Any]], wanted: Sequence[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """A getter that gives a tuple, also of one or of none."""
    if not wanted:
        return lambda _source: ()
    get = getter(*wanted)
    return get if len(wanted) > 1 else lambda source: (get(source),)


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What every row of a table asks of its definition again and again."""

    names: tuple[str, ...]
    #: Gives a row's key.
    key: Callable[[Any], tuple[Any, ...]]
    others: tuple[int, ...]
    arrays: tuple[int, ...]
    json: tuple[int, ...]


@lru_cache(maxsize=256)
def shape_of(table: Table) -> Shape:
    """A table's shape, worked out once."""
    columns = list(table.columns)
    names = tuple(column.name for column in columns)
    return Shape(
        names=names,
        key=_several(itemgetter, [i for i, column in enumerate(columns) if column.primary_key]),
        others=tuple(i for i, column in enumerate(columns) if not column.primary_key),
        arrays=tuple(i for i, column in enumerate(columns) if isinstance(column.type, ARRAY)),
        json=tuple(i for i, column in enumerate(columns) if sql_type(column) in ("JSON", "JSONB")),
    )


def sql_type(column: Column[Any]) -> str:
    """A column's type as PostgreSQL says it."""
    return column.type.compile(dialect=_DIALECT)
