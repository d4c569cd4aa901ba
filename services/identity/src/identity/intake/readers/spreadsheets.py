"""XLSX as rows of texts: the first sheet, row by row; formulas are named, never worked out."""

import zipfile
from collections.abc import Generator, Iterator
from datetime import date, datetime
from typing import Any, BinaryIO, Final
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from identity.intake.domain import FileRefusedError
from identity.intake.readers.layout import Layout, RawRow, cells_of, columns_of

#: A sheet has at most 1,048,576 rows; more unpacked bytes than this are a bomb, not a list of people.
UNPACKED_MAX: Final = 4 * 1024**3
_BROKEN: Final = (zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, OSError, EOFError)


def xlsx_rows(file: BinaryIO, layout: Layout) -> Generator[RawRow, None, None]:
    """The rows of a workbook's first sheet, whose first row has the headings."""
    book = _opened(file)
    rows = book.worksheets[0].iter_rows()
    heading = next(rows, None)
    names = [_text(cell) for cell in heading or ()]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise FileRefusedError("FEED_FILE_EMPTY", "the first sheet has no heading row", 1)
    columns = columns_of(names, layout)
    return _rows(book, rows, columns)


def _opened(file: BinaryIO) -> Any:
    try:
        with zipfile.ZipFile(file) as packed:
            if sum(part.file_size for part in packed.infolist()) > UNPACKED_MAX:
                raise FileRefusedError("FEED_FILE_BROKEN", f"the workbook unpacks to more than {UNPACKED_MAX} bytes")
        file.seek(0)
        book = openpyxl.load_workbook(file, read_only=True, data_only=False)
        if not book.worksheets:
            raise FileRefusedError("FEED_FILE_EMPTY", "the workbook has no sheet")
        # The size that a workbook claims for itself is often wrong.
        book.worksheets[0].reset_dimensions()
    except _BROKEN as error:
        raise _broken(error) from error
    return book


def _rows(book: Any, rows: Iterator[Any], columns: list[str]) -> Generator[RawRow, None, None]:
    number = 1
    try:
        for cells in rows:
            number += 1
            values = [_text(cell) for cell in cells]
            while len(values) > len(columns) and not values[-1]:
                values.pop()
            values += [""] * (len(columns) - len(values))
            if any(values):
                yield cells_of(number, columns, values)
    except _BROKEN as error:
        raise _broken(error, number + 1) from error
    finally:
        book.close()
    if number == 1:
        raise FileRefusedError("FEED_FILE_EMPTY", "the sheet has headings, but no rows")


def _text(cell: Any) -> str:
    value = cell.value
    match value:
        case None:
            return ""
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            # Numbers lose digits beyond the fifteenth: an ID number kept as a number fails its check character.
            return str(int(value))
        case _:
            return str(value)


def _broken(error: Exception, row: int | None = None) -> FileRefusedError:
    detail = f"this is not a whole XLSX workbook ({type(error).__name__}); save it again and send it whole"
    return FileRefusedError("FEED_FILE_BROKEN", detail, row)
