"""A report as a sheet: its head, its columns, its lines and their sum, whatever it is written down as."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar

import msgspec

from kernel.values.division_table import divisions_of

RowT = TypeVar("RowT")
#: Amounts are whole fen; a percent is a text with two decimals.
Cell = str | int | date | None
Shape = Literal["text", "count", "money", "percent", "day"]
#: Who signs a report (制表人、复核人、负责人), and for whom the seal is.
SIGNATURES: Final = ("单位负责人：", "复核人：", "制表人：", "制表日期：", "（公章）")


class Column(msgspec.Struct, frozen=True):
    """A column of a sheet; ``summed`` ones stand in the last line."""

    title: str
    shape: Shape = "text"
    summed: bool = False


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A report. ``notes`` say what a reader must know: until when it is due, what is left out."""

    report: str
    title: str
    area: str
    unit: str
    period: str
    ended_on: date
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    sums: tuple[Cell, ...]
    clause: str
    notes: tuple[str, ...] = ()


#: Columns, rows and sums.
Filled: TypeAlias = tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...], tuple[Cell, ...]]


class Of(Generic[RowT]):
    """A column with where its cells come from."""

    def __init__(
        self, title: str, cell: Callable[[RowT], Cell], shape: Shape = "text", *, summed: bool = False
    ) -> None:
        self.column = Column(title, shape, summed)
        self.cell = cell


def filled(columns: Sequence[Of[Any]], lines: Sequence[Any], *, numbered: bool = True) -> Filled:
    """Columns, rows and sums of lines; each row begins with its number (序号) where they are ``numbered``."""
    heads = tuple(one.column for one in columns)
    rows = tuple(tuple(one.cell(line) for one in columns) for line in lines)
    if numbered:
        heads = (Column("序号", "count"), *heads)
        rows = tuple((number, *row) for number, row in enumerate(rows, 1))
    return heads, rows, summed(heads, rows)


def summed(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> tuple[Cell, ...]:
    """The last line: sums of the columns that have one, and 合计 in the first."""
    sums: list[Cell] = [
        sum(cell for row in rows if isinstance(cell := row[place], int)) if column.summed else None
        for place, column in enumerate(columns)
    ]
    return ("合计", *sums[1:])


def place_name(code: str, year: int) -> str:
    """What a division was called in a year; its code where the table has no name."""
    return next((place.name for place in reversed(divisions_of(code)) if place.stood_in(year)), code)
