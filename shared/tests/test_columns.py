"""A column keeps a field as its annotation says."""

from datetime import date, datetime
from enum import StrEnum

import msgspec
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from kernel.writing.columns import columns_of


class Colour(StrEnum):
    RED = "RED"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    thing_id: str
    year: int
    colour: Colour | None = None
    on: date
    at: datetime
    good: bool
    count: int = 0
    amount_fen: int
    funds: tuple[str, ...] = ()
    counts: dict[str, int] | None
    left: tuple[Colour, ...] = ()

    @property
    def no_field(self) -> int:
        return 1


def test_a_column_has_the_type_that_the_annotation_says() -> None:
    columns = {c.name: c for c in columns_of(Kept, "thing_id", "year", leaving=("left",), year=SmallInteger)}
    types = {
        "thing_id": Text,
        "year": SmallInteger,
        "colour": Text,
        "on": Date,
        "at": DateTime,
        "good": Boolean,
        "count": Integer,
        "amount_fen": BigInteger,
        "funds": ARRAY,
        "counts": JSONB,
    }
    assert {name: type(column.type) for name, column in columns.items()} == types
    assert [name for name, column in columns.items() if column.primary_key] == ["thing_id", "year"]
    assert [name for name, column in columns.items() if column.nullable] == ["colour", "counts"]
    assert columns["at"].type.timezone is True  # type: ignore[attr-defined]
