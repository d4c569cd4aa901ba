"""Columns of read tables that keep what a struct says, field by field."""

import types
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

_SQL_TYPES: Final[dict[type, Any]] = {
    bool: Boolean,
    int: Integer,
    datetime: DateTime(timezone=True),
    date: Date,
    str: Text,
    bytes: LargeBinary,
    UUID: Uuid,
    tuple: ARRAY(Text),
    dict: JSONB,
    msgspec.Struct: JSONB,
}


def columns_of(
    kind: type[msgspec.Struct], /, *key: str, leaving: tuple[str, ...] = (), **said: Any
) -> Iterator[Column[Any]]:
    """A column for each field but those in ``leaving``, of the type that its annotation says; ``key`` is the table's.

    An amount in fen is a BigInteger, what may be None is nullable. ``said`` are other types, by the field's name.
    """
    for name, annotation in get_type_hints(kind).items():
        if name in kind.__struct_fields__ and name not in leaving:
            sql_type = said.get(name) or (BigInteger if name.endswith("_fen") else _sql_type(annotation))
            optional = types.NoneType in get_args(annotation)
            yield Column(name, sql_type, primary_key=name in key, nullable=optional, autoincrement=False)


def _sql_type(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, types.UnionType):
        (annotation,) = (one for one in get_args(annotation) if one is not types.NoneType)
    plain = get_origin(annotation) or annotation
    return next(sql_type for python_type, sql_type in _SQL_TYPES.items() if issubclass(plain, python_type))
