"""CSV and NDJSON as rows of texts, whatever their encoding, delimiter, line ends and quotes."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO, Final

import msgspec

from identity.intake.domain import file_refused
from identity.intake.readers.encodings import encoding_of, ends_its_last_line, lines_of
from identity.intake.readers.limits import Limits

_DELIMITERS: Final = (",", ";", "\t")
#: A quoted cell with line ends in it, such as an address, has no more lines than this.
_CELL_LINES_MAX: Final = 8
_ID_NUMBER: Final = re.compile(r"\d{15}")
_QUOTE: Final = '"'


class Stray(str):
    """A cell with a quotation mark where none belongs: what was meant is for its sender to say."""

    __slots__ = ()


class Text(msgspec.Struct, frozen=True):
    """The rows of a text, numbered from 1, and whether its last line is ended."""

    rows: Iterator[tuple[int, Sequence[str]]]
    is_ended: bool


def csv_text(file: BinaryIO, limits: Limits, headings_in: Callable[[Sequence[str]], int]) -> Text:
    """A text of cells; ``headings_in`` says how many cells of a row are known headings, which tells the delimiter."""
    encoding = encoding_of(file, limits)
    is_ended = ends_its_last_line(file, encoding)
    first = list(islice(lines_of(file, encoding, limits), limits.heading_rows))
    if not any(line.strip() for line in first):
        raise file_refused("FEED_FILE_EMPTY", "文件里没有表头", "the file has no heading row", 1)
    delimiter = _delimiter(first, headings_in)
    return Text(_rows(lines_of(file, encoding, limits), delimiter, is_ended=is_ended), is_ended)


def json_lines(file: BinaryIO, limits: Limits) -> tuple[Iterator[str], bool]:
    """The lines of a text with one JSON object a line, and whether the last one is ended."""
    encoding = encoding_of(file, limits)
    is_ended = ends_its_last_line(file, encoding)
    return lines_of(file, encoding, limits), is_ended


def _delimiter(lines: Sequence[str], headings_in: Callable[[Sequence[str]], int]) -> str:
    if lines[0].lower().startswith("sep=") and len(lines[0].rstrip()) <= len("sep=,"):
        return lines[0][4:5] or "\t"
    text = "\n".join(lines)

    def known(delimiter: str) -> tuple[int, int]:
        # Headings may have line ends in quotes, so the first lines are read as rows.
        rows = _rows(iter(lines), delimiter, is_ended=True)
        return max((headings_in(cells) for _, cells in rows), default=0), text.count(delimiter)

    return max(_DELIMITERS, key=known)


def _rows(lines: Iterator[str], delimiter: str, *, is_ended: bool) -> Iterator[tuple[int, Sequence[str]]]:
    waiting: list[str] = []
    number = 0
    while True:
        line = waiting.pop(0) if waiting else next(lines, None)
        if line is None:
            return
        number += 1
        if number == 1 and line.lower().startswith("sep="):
            continue
        if _QUOTE not in line:
            yield number, line.split(delimiter)
            continue
        waiting += islice(lines, _CELL_LINES_MAX - 1 - len(waiting))
        cells, taken = _quoted([line, *waiting], delimiter)
        if cells is None and taken and not is_ended and len(waiting) < _CELL_LINES_MAX - 1:
            raise file_refused(
                "FEED_FILE_TRUNCATED",
                "最后一行的引号没有结束，文件可能被截断；请重新导出完整的文件",
                "a quoted cell never ends, so the file may be cut off; send the whole file",
                number,
            )
        if cells is None:
            cells, taken = [_unquoted(cell) for cell in line.split(delimiter)], 0
        del waiting[:taken]
        yield number, cells


def _quoted(lines: Sequence[str], delimiter: str) -> tuple[list[str] | None, int]:
    """The cells of a line with quoted ones, and how many of the following lines belong to it.

    None with 0 for quotation marks where none belong, None with all lines for a quoted cell that never ends.
    """
    for taken in range(len(lines)):
        try:
            text = "\n".join(lines[: taken + 1])
            rows = list(csv.reader([text], delimiter=delimiter, strict=True, skipinitialspace=delimiter != "\t"))
        except csv.Error as error:
            if "unexpected end of data" not in str(error):
                return None, 0
            continue
        if taken and any("\n" in cell and delimiter in cell and _ID_NUMBER.search(cell) for cell in rows[0]):
            # Two people's rows between two stray quotes are no cell.
            return None, 0
        return rows[0], taken
    return None, len(lines)


def _unquoted(cell: str) -> str:
    if len(cell) > 1 and cell[0] == cell[-1] == _QUOTE and _QUOTE not in cell[1:-1]:
        return cell[1:-1]
    return Stray(cell) if cell.startswith(_QUOTE) else cell
