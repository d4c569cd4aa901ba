"""Files as rows of cells: CSV, NDJSON and XLSX, whatever their encoding; what cannot be a file is refused whole."""

from collections.abc import Generator, Mapping
from typing import BinaryIO, Final

import msgspec

from identity.feeds.domain.feed import FileProblem
from kernel.values.refusals import Refused

CSV: Final = "text/csv"
NDJSON: Final = "application/x-ndjson"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES: Final = (CSV, NDJSON, XLSX)


class FileRefusedError(Exception):
    """The file as a whole cannot be taken."""

    def __init__(self, code: str, detail: str, row: int | None = None) -> None:
        super().__init__(detail)
        self.problem = FileProblem(code, detail, row)


class Layout(msgspec.Struct, frozen=True):
    """The columns that a kind of file may have, each with its Chinese headings, and those that it must have."""

    columns: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    by_heading: Mapping[str, str]

    @classmethod
    def of(cls, columns: Mapping[str, tuple[str, ...]], required: tuple[str, ...]) -> "Layout":
        """A layout in which a column goes by its own name as well."""
        headings = {heading: column for column, names in columns.items() for heading in (column, *names)}
        return cls(columns, required, headings)


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


def rows_of(file: BinaryIO, media_type: str, layout: Layout) -> Generator[RawRow, None, None]:
    """The rows of a file in order; the file stays open. Raises FileRefusedError on the way."""
    from identity.intake.readers import spreadsheets, texts  # noqa: PLC0415 - they need what is above

    file.seek(0)
    if media_type == NDJSON:
        return texts.ndjson_rows(file, layout)
    if media_type == CSV:
        return texts.csv_rows(file, layout)
    assert media_type == XLSX, f"{media_type} was let in"
    return spreadsheets.xlsx_rows(file, layout)


def columns_of(headings: list[str], layout: Layout) -> list[str]:
    """The columns that a heading row names. Raises FileRefusedError for unknown, double or missing ones."""
    columns = []
    for place, heading in enumerate(headings, start=1):
        column = layout.by_heading.get(heading.strip().lstrip("\ufeff"))
        if column is None:
            known = ", ".join(f"{name} ({names[0]})" for name, names in layout.columns.items())
            # The heading is not repeated: in a file without a heading row it is a person's number or name.
            detail = f"the heading of column {place} is not known; leave the column out. Known are {known}"
            raise FileRefusedError("FEED_COLUMN_UNKNOWN", detail, 1)
        if column in columns:
            raise FileRefusedError("FEED_COLUMN_TWICE", f"the column {column} stands in the file twice", 1)
        columns.append(column)
    missing = [f"{name} ({layout.columns[name][0]})" for name in layout.required if name not in columns]
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
