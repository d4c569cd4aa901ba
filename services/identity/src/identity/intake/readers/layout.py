"""Layouts: the columns that a kind of file may have, and rows of cells by column; how a row's cells are read."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import msgspec
from typing_extensions import override

from identity.intake.domain import FileRefusedError
from identity.intake.readers.cells import Cell, Reader
from kernel.values.refusals import Refused


class Column(msgspec.Struct, frozen=True):
    """A column of a kind of file: its name, the Chinese headings that are understood for it, how a cell is read."""

    name: str
    headings: tuple[str, ...]
    read: Reader
    required: bool = False

    @override
    def __str__(self) -> str:
        return f"{self.name} ({self.headings[0]})"


class Layout:
    """The columns that a kind of file may have; a column goes by its own name as well as by its headings."""

    def __init__(self, *columns: Column, required: Iterable[str] = ()) -> None:
        self.columns: Mapping[str, Column] = {column.name: column for column in columns}
        self.required = tuple(dict.fromkeys([*(column.name for column in columns if column.required), *required]))
        self.by_heading: Mapping[str, str] = {
            heading: column.name for column in columns for heading in (column.name, *column.headings)
        }

    def requiring(self, *names: str) -> "Layout":
        """The same for files that must have more columns."""
        return Layout(*self.columns.values(), required=names)

    def reader(self, cells: Mapping[str, str], today: date) -> Callable[[str], Any]:
        """Reads a row's cells by the names of their columns, None where one is empty.

        What it gives raises Refused: CELL_MISSING where a cell must not be empty, or what the column's reader says.
        """

        def read(name: str) -> Any:
            column, text = self.columns[name], cells.get(name)
            if text is not None:
                return column.read(Cell(name, text, today))
            if column.required:
                raise Refused("CELL_MISSING", f"{column} is empty")
            return None

        return read


class RawRow(msgspec.Struct, frozen=True):
    """A row by columns, empty cells left out; or why its cells cannot be read. Rows count from 1, headings too."""

    number: int
    cells: Mapping[str, str]
    refused: Refused | None = None
    #: The file ends without ending this row, so that a fault in it means that the file was cut off.
    open_ended: bool = False


def check_whole(row: RawRow, refused: Refused) -> None:
    """Raise FileRefusedError FEED_FILE_TRUNCATED where a faulty row is one that the file breaks off in."""
    if row.open_ended:
        detail = f"the last row breaks off ({refused.detail}); send the whole file"
        raise FileRefusedError("FEED_FILE_TRUNCATED", detail, row.number)


def columns_of(headings: list[str], layout: Layout) -> list[str]:
    """The columns that a heading row names. Raises FileRefusedError for unknown, double or missing ones."""
    columns = []
    for place, heading in enumerate(headings, start=1):
        column = layout.by_heading.get(heading.strip().lstrip("\ufeff"))
        if column is None:
            known = ", ".join(map(str, layout.columns.values()))
            # The heading is not repeated: in a file without a heading row it is a person's number or name.
            detail = f"the heading of column {place} is not known; leave the column out. Known are {known}"
            raise FileRefusedError("FEED_COLUMN_UNKNOWN", detail, 1)
        if column in columns:
            raise FileRefusedError("FEED_COLUMN_TWICE", f"the column {column} stands in the file twice", 1)
        columns.append(column)
    missing = [str(layout.columns[name]) for name in layout.required if name not in columns]
    if missing:
        raise FileRefusedError("FEED_COLUMN_MISSING", f"the file lacks the column {', '.join(missing)}", 1)
    return columns


def cells_of(number: int, columns: list[str], values: list[str]) -> RawRow:
    """A row from its values; a formula or another number of cells is the row's own reason."""
    if len(values) != len(columns):
        detail = f"the row has {len(values)} cells, but there are {len(columns)} columns"
        return RawRow(number, {}, Refused("ROW_CELL_COUNT", detail))
    cells = {column: text for column, value in zip(columns, values, strict=True) if (text := value.strip())}
    for column, text in cells.items():
        if text[0] == "=":
            return RawRow(number, {}, Refused("ROW_FORMULA", f"{column} is a formula; write its value"))
        if not text.isprintable():
            return RawRow(number, {}, Refused("ROW_UNPRINTABLE", f"{column} holds control characters"))
    return RawRow(number, cells)
