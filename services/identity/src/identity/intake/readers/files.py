"""Files as rows of cells: CSV, NDJSON and XLSX, whatever their encoding; what cannot be a file is refused whole."""

from collections.abc import Callable, Generator, Mapping
from types import MappingProxyType
from typing import BinaryIO, Final

from identity.intake.readers.layout import Layout, RawRow
from identity.intake.readers.spreadsheets import xlsx_rows
from identity.intake.readers.texts import csv_rows, ndjson_rows

CSV: Final = "text/csv"
NDJSON: Final = "application/x-ndjson"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_READERS: Final[Mapping[str, Callable[[BinaryIO, Layout], Generator[RawRow, None, None]]]] = MappingProxyType(
    {CSV: csv_rows, NDJSON: ndjson_rows, XLSX: xlsx_rows}
)
MEDIA_TYPES: Final = tuple(_READERS)


def rows_of(file: BinaryIO, media_type: str, layout: Layout) -> Generator[RawRow, None, None]:
    """The rows of a file in order; the file stays open. Raises FileRefusedError on the way."""
    file.seek(0)
    return _READERS[media_type](file, layout)
