"""A workbook before it is read: whole, and of a size that a bank's statement may have.

The reader of workbooks unpacks whatever there is, and takes memory for all cells between the first and the last one.
"""

import io
import re
import zipfile
import zlib
from typing import Final

from fund_ledger.bank.domain.statement import LINES_MAX
from fund_ledger.bank.reading.said import malformed

#: Of all parts unpacked; a statement of 2,000 lines has some 4 MiB.
UNPACKED_BYTES_MAX: Final = 64 * 1024 * 1024
PARTS_MAX: Final = 200
#: Of a sheet, with its headings and empty rows; columns up to ZZ.
ROWS_MAX: Final = 2 * LINES_MAX
COLUMNS_MAX: Final = 702
_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, KeyError, RuntimeError,
    OverflowError,
)  # fmt: skip
_ROW: Final = re.compile(rb"<(?:\w+:)?row\b")
_CELL: Final = re.compile(rb"<(?:\w+:)?c[\s/>]")
_PLACE: Final = re.compile(rb"""\br\s*=\s*["']([A-Za-z]*)([0-9]*)["']""")


def check_packed(content: bytes) -> None:
    """Refuse a workbook that is broken or that would unpack to more than a statement: BANK_FILE_MALFORMED."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            # Before anything is unpacked; a size that lies does not fit its check sum.
            if len(parts) > PARTS_MAX or sum(part.file_size for part in parts) > UNPACKED_BYTES_MAX:
                raise malformed("the file", "it unpacks to more than a statement of a bank has")
            names = {part.filename.lower() for part in parts}
            if "xl/workbook.xml" not in names or "content.xml" in names:
                raise malformed("the file", "it is no XLSX workbook")
            for part in parts:
                _check_sheet(packed.read(part))
    except _BROKEN as wrong:
        raise malformed("the file", f"it cannot be opened as a workbook ({type(wrong).__name__})") from None


def _check_sheet(part: bytes) -> None:
    if b"sheetData" not in part:
        return
    rows = _ROW.split(part)
    wide = any(len(_CELL.findall(row)) > COLUMNS_MAX for row in rows)
    places = _PLACE.findall(part)
    if len(rows) - 1 > ROWS_MAX or wide or any(_is_far(column, row) for column, row in places):
        detail = f"a sheet has a cell below row {ROWS_MAX} or right of column ZZ; keep the rows of the statement only"
        raise malformed("the file", detail)


def _is_far(column: bytes, row: bytes) -> bool:
    return len(column) > 2 or len(row) > 6 or int(row or b"0") > ROWS_MAX
