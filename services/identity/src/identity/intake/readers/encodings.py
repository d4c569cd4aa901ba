"""Texts: their encoding is found out strictly, never guessed at half-way, and their lines end however they do."""

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO, Final

from identity.intake.domain import FileRefusedError, file_refused
from identity.intake.readers.limits import MEBIBYTE, Limits
from identity.intake.readers.packages import too_heavy

_PIECE: Final = MEBIBYTE
_SAMPLE: Final = 4096
#: Of so many lines in GB18030 hardly one is Chinese text in UTF-8 as well; more of them mean a mixture.
_BY_CHANCE: Final = 10_000
#: The first byte of three-byte characters in UTF-8, and of all longer ones, is not below this.
_THREE_BYTES: Final = 0xE0
_WIDE_BOMS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def encoding_of(file: BinaryIO, limits: Limits) -> str:
    """``utf-8-sig``, ``gb18030`` or one of UTF-16.

    Raises FileRefusedError FEED_ENCODING_MIXED where none reads every line, FEED_FILE_TOO_HEAVY for endless lines.
    """
    file.seek(0)
    sample = file.read(_SAMPLE)
    if sample.startswith(_WIDE_BOMS):
        return "utf-16"
    if (wide := _without_bom(sample)) is not None:
        return wide
    return _of_lines(file, limits)


def lines_of(file: BinaryIO, encoding: str, limits: Limits) -> Iterator[str]:
    """The lines of a text without their ends, which may be of any kind."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline=None)
    try:
        while line := text.readline(limits.line_bytes):
            if len(line) >= limits.line_bytes:
                raise endless()
            # Programs of old end a text with ^Z, and others fill its last block up with zeros.
            yield line.rstrip("\n\x1a\0").lstrip("\ufeff")
    except UnicodeError as error:
        raise _mixed(None) from error
    finally:
        text.detach()  # or it would close the file, which is read twice


def ends_its_last_line(file: BinaryIO, encoding: str) -> bool:
    """Whether the last line has an end, so that it cannot have been cut off."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(size - 4, 0))
    end = file.read()
    if encoding.startswith("utf-16"):
        return end.endswith((b"\n\x00", b"\r\x00", b"\x00\n", b"\x00\r"))
    return end.endswith((b"\n", b"\r"))


def endless() -> FileRefusedError:
    """The refusal of a line, or a quoted cell, that does not end."""
    return too_heavy("有一行过长", "a line without end")


def _without_bom(sample: bytes) -> str | None:
    # Digits and commas of a list have a zero byte in UTF-16, on one side; no other text has any.
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 8 < len(sample) or min(even, odd) * 8 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _of_lines(file: BinaryIO, limits: Limits) -> str:
    chinese: list[int] = []
    others = first_other = 0
    for number, line in enumerate(_byte_lines(file, limits), start=1):
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


def _byte_lines(file: BinaryIO, limits: Limits) -> Iterator[bytes]:
    file.seek(0)
    kept = b""
    while piece := file.read(_PIECE):
        if piece.endswith(b"\r"):
            piece += file.read(1)
        lines = (kept + piece).splitlines()
        kept = b"" if piece.endswith((b"\n", b"\r")) else lines.pop()
        if len(kept) > limits.line_bytes:
            raise endless()
        yield from lines
    if kept:
        yield kept


def _reads(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _mixed(row: int | None) -> FileRefusedError:
    return file_refused(
        "FEED_ENCODING_MIXED",
        "文件的编码前后不一致，既不全是 UTF-8，也不全是 GB18030 或 UTF-16；请用同一种编码另存再报送",
        "the file is neither UTF-8 nor GB18030 nor UTF-16 all through; save it anew in one of them",
        row,
    )
