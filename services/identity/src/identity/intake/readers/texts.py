"""CSV and NDJSON, in UTF-8 or GB18030: the encoding is found out strictly, never guessed at half-way."""

import csv
import io
from collections.abc import Generator
from typing import Any, BinaryIO, Final

import msgspec

from identity.intake.domain import FileRefusedError
from identity.intake.readers.layout import Layout, RawRow, cells_of, columns_of
from kernel.values.refusals import Refused

_DELIMITERS: Final = (",", ";", "\t")
_LINE_MAX: Final = 100_000
#: Of so many lines in GB18030 hardly one is Chinese text in UTF-8 as well; more of them mean a mixture.
_BY_CHANCE: Final = 10_000
#: The first byte of three-byte characters in UTF-8, and of all longer ones, is not below this.
_THREE_BYTES: Final = 0xE0


def csv_rows(file: BinaryIO, layout: Layout) -> Generator[RawRow, None, None]:
    """The rows of a CSV file with a heading row; comma, semicolon or tab between the cells."""
    text, ended = _text(file)
    try:
        heading = text.readline()
        text.seek(0)
        if not heading.strip("\ufeff \r\n"):
            raise FileRefusedError("FEED_FILE_EMPTY", "the file has no heading row", 1)
        delimiter = max(_DELIMITERS, key=heading.count)
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        columns = columns_of(next(reader), layout)
        yield from _csv_rows(reader, columns, ended=ended)
    finally:
        text.detach()  # or it would close the file, which is read twice


def _csv_rows(reader: Any, columns: list[str], *, ended: bool) -> Generator[RawRow, None, None]:
    # One row is kept back, because only the last one can have been cut off.
    kept: RawRow | None = None
    number = 1
    try:
        for values in reader:
            number += 1
            if kept is not None:
                yield kept
            kept = cells_of(number, columns, values) if any(values) else None
    except csv.Error as error:
        raise FileRefusedError("FEED_FILE_TRUNCATED", f"a quoted cell never ends ({error})", number + 1) from error
    if kept is None and number == 1:
        raise FileRefusedError("FEED_FILE_EMPTY", "the file has headings, but no rows")
    if kept is not None:
        yield msgspec.structs.replace(kept, open_ended=not ended)


def ndjson_rows(file: BinaryIO, layout: Layout) -> Generator[RawRow, None, None]:
    """The rows of a file with one JSON object a line."""
    text, ended = _text(file)
    try:
        yield from _json_rows(text, layout, ended=ended)
    finally:
        text.detach()


def _json_rows(text: io.TextIOWrapper, layout: Layout, *, ended: bool) -> Generator[RawRow, None, None]:
    number = 0
    last: RawRow | None = None
    for number, line in enumerate(text, start=1):
        if last is not None:
            yield last
        last = _object(number, line.strip().lstrip("\ufeff"), layout) if line.strip() else None
    if number == 0:
        raise FileRefusedError("FEED_FILE_EMPTY", "the file has no rows")
    if last is not None:
        yield msgspec.structs.replace(last, open_ended=not ended)


def _object(number: int, line: str, layout: Layout) -> RawRow:
    try:
        found = msgspec.json.decode(line, type=dict[str, str | None])
    except msgspec.MsgspecError:
        return RawRow(number, {}, Refused("ROW_MALFORMED", "the line is not one JSON object of texts"))
    try:
        columns = columns_of(list(found), layout)
    except FileRefusedError as error:
        # In NDJSON every line names its own columns.
        return RawRow(number, {}, Refused("ROW_MALFORMED", error.problem.detail))
    return cells_of(number, columns, [value or "" for value in found.values()])


def _text(file: BinaryIO) -> tuple[io.TextIOWrapper, bool]:
    """The file as text, and whether its last line is ended."""
    encoding = encoding_of(file)
    file.seek(0, io.SEEK_END)
    if file.tell() == 0:
        raise FileRefusedError("FEED_FILE_EMPTY", "the file is empty")
    file.seek(-1, io.SEEK_END)
    ended = file.read(1) == b"\n"
    file.seek(0)
    return io.TextIOWrapper(file, encoding=encoding, newline=""), ended


def encoding_of(file: BinaryIO) -> str:
    """``utf-8-sig`` or ``gb18030``. Raises FileRefusedError FEED_ENCODING_MIXED where neither reads every line."""
    file.seek(0)
    chinese: list[int] = []
    others = first_other = 0
    for number, line in enumerate(iter(lambda: file.readline(_LINE_MAX), b""), start=1):
        if line.isascii():
            continue
        if not _reads(line, "utf-8"):
            others, first_other = others + 1, first_other or number
            if not _reads(line, "gb18030"):
                raise _mixed(number)
        elif max(line) >= _THREE_BYTES:
            # Two-byte sequences also turn up in GB18030; Chinese in UTF-8 has three bytes a character.
            chinese.append(number)
    if not others:
        return "utf-8-sig"
    if len(chinese) * _BY_CHANCE > others:
        raise _mixed(max(first_other, chinese[0]))
    return "gb18030"


def _reads(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _mixed(row: int) -> FileRefusedError:
    detail = "the file is neither UTF-8 nor GB18030 all through; save it anew in one of them"
    return FileRefusedError("FEED_ENCODING_MIXED", detail, row)
