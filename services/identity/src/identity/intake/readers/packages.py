"""Packed workbooks before they are read: whole, of a size that a list may have, and with which rows hidden.

Every part is unpacked once and thrown away, because the reader of workbooks trusts sizes and does not look at check
sums of what it stops reading half-way.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

import msgspec

from identity.intake.domain import FileRefusedError, file_refused
from identity.intake.readers.kinds import broken
from identity.intake.readers.limits import MEBIBYTE, Limits

_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, KeyError, RuntimeError,
    OverflowError,
)  # fmt: skip
_PIECE: Final = MEBIBYTE
#: Between two pieces so much is looked at twice, so that no tag is cut in two.
_OVERLAP: Final = 512
_SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_ROW_TAG: Final = re.compile(rb"<(?:\w+:)?row\b([^>]{0,400}\bhidden=[^>]{0,400})>")
_ROW_NUMBER: Final = re.compile(rb"""\br=["'](\d+)["']""")
_HIDDEN: Final = re.compile(rb"""\bhidden=["'](?:1|true)["']""")
_FAR_DOWN: Final = re.compile(rb"""\br=["'][A-Z]{0,3}(\d{7,})["']""")
_FAR_RIGHT: Final = re.compile(rb"""<(?:\w+:)?c\b[^>/]{0,200}\br=["'][A-Z]{3,}\d+["'][^>/]{0,200}>""")
#: Whatever those two find holds one of these, which are found twice as fast: they begin with letters, not a boundary.
_PERHAPS_FAR: Final = re.compile(rb"""r=["'](?:[A-Z]{0,3}\d{7}|[A-Z]{3})""")
_LONG_BYTES: Final = 4 * 32_768
_LONG: Final = re.compile(rb"[^<]{%d}" % _LONG_BYTES)
_NO_VALUE: Final = re.compile(rb"</(?:\w+:)?f>(?:<(?:\w+:)?v/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>")
_ODS_HIDDEN: Final = re.compile(rb'<table:table-row\b[^>]*visibility="(?:collapse|filter)"')


class PackedSheet(msgspec.Struct):
    """What only the plain XML of a sheet says."""

    part: str
    hidden_rows: list[int] = msgspec.field(default_factory=list)
    formulas_without_value: int = 0


def look_into(file: BinaryIO, limits: Limits) -> list[PackedSheet]:
    """The sheets of a packed workbook in the order of their parts' names, once it is known to be whole and in bounds.

    Raises FileRefusedError FEED_FILE_BROKEN, FEED_FILE_TOO_HEAVY.
    """
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as packed:
            parts = [part for part in packed.infolist() if not part.is_dir()]
            _check_sizes(parts, limits)
            found = [_looked_at(packed, part, limits) for part in parts]
    except FileRefusedError:
        raise
    except _BROKEN as error:
        raise broken(type(error).__name__) from error
    return [sheet for sheet in found if sheet is not None]


def _check_sizes(parts: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(parts) > limits.parts:
        raise too_heavy(f"{len(parts)} 个部件", f"{len(parts)} parts")
    for part in parts:
        strings = "sharedstrings" in part.filename.lower()
        if part.file_size > (limits.strings_bytes if strings else limits.part_bytes):
            raise too_heavy(f"一个部件展开后有 {part.file_size} 字节", f"a part of {part.file_size} bytes unpacked")
        packed = max(part.compress_size, 1)
        if part.file_size > limits.ratio_from_bytes and part.file_size > packed * limits.ratio:
            raise too_heavy(
                f"一个部件展开后是压缩时的 {part.file_size // packed} 倍",
                f"a part unpacks to {part.file_size // packed} times its size",
            )
    total = sum(part.file_size for part in parts)
    if total > limits.unpacked_bytes:
        raise too_heavy(f"展开后共 {total} 字节", f"{total} bytes unpacked")


def _looked_at(packed: zipfile.ZipFile, part: zipfile.ZipInfo, limits: Limits) -> PackedSheet | None:
    name = part.filename.replace("\\", "/").lstrip("/")
    sheet = PackedSheet(name) if _SHEET.fullmatch(name) or name == "content.xml" else None
    for seen, window in _windows(packed, part):
        if _has_long(window):
            raise too_heavy("有单元格的文字过长", "a cell with a text that is too long")
        if sheet is not None:
            _check_corners(window, limits)
            _look(window, seen, sheet)
    return sheet


def _windows(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[tuple[int, bytes]]:
    """A part piece by piece, each behind the end of the piece before, whose length comes first.

    Reading to the end checks the check sum.
    """
    with packed.open(part) as content:
        before = b""
        while piece := content.read(_PIECE):
            yield len(before), before + piece
            before = piece[-_OVERLAP:]


def _has_long(window: bytes) -> bool:
    """Whether so many bytes stand between two tags; most windows are known not to without a look at each byte.

    Such a run covers one of the blocks of half its length whole, wherever it begins.
    """
    block = _LONG_BYTES // 2
    blocks = range(0, len(window), block)
    return any(window.find(b"<", at, at + block) < 0 for at in blocks) and _LONG.search(window) is not None


def _check_corners(window: bytes, limits: Limits) -> None:
    if _PERHAPS_FAR.search(window) is None:
        return
    for number in _FAR_DOWN.findall(window):
        if len(number) > 7 or int(number) > limits.rows:
            raise too_heavy(f"有第 {limits.rows} 行以下的单元格", f"a cell below row {limits.rows}")
    if _FAR_RIGHT.search(window):
        raise too_heavy(f"超过 {limits.columns} 列", f"more than {limits.columns} columns")


def _look(window: bytes, seen: int, sheet: PackedSheet) -> None:
    """Notice what is hidden or without a value, but for what ended in the first ``seen`` bytes."""
    for tag in _ROW_TAG.finditer(window):
        number = _ROW_NUMBER.search(tag[1])
        if tag.end() > seen and number and _HIDDEN.search(tag[1]):
            sheet.hidden_rows.append(int(number[1]))
    sheet.hidden_rows += [0 for tag in _ODS_HIDDEN.finditer(window) if tag.end() > seen]
    sheet.formulas_without_value += sum(tag.end() > seen for tag in _NO_VALUE.finditer(window))


def too_heavy(chinese: str, english: str) -> FileRefusedError:
    """The refusal of a file that would take more than a list of people does."""
    return file_refused(
        "FEED_FILE_TOO_HEAVY",
        f"文件过大：{chinese}；请只保留名单的行和列，复制到新的工作簿再报送",
        f"the file is too large inside: {english}; copy the rows and columns of the list into a new workbook",
    )
