"""Rows of a file packed piece by piece, as they go from the process that reads it to the one that asked."""

import struct
from collections.abc import Generator, Iterable, Iterator
from typing import Any, BinaryIO, Final, Generic, Protocol, TypeAlias, TypeVar

import msgspec

from identity.intake.domain import FileRefusedError, Unread, file_refused
from identity.intake.readers.cells import number_in
from identity.intake.readers.files import rows_of
from identity.intake.readers.forms import Form
from identity.intake.readers.kinds import broken
from identity.intake.readers.layout import RawRow
from identity.intake.readers.limits import Limits
from identity.intake.readers.tables import Telling
from kernel.values.refusals import Refused

RowT = TypeVar("RowT")
AT_ONCE: Final = 2_000
#: Before each row: its number, and how many bytes it takes.
HEAD: Final = struct.Struct("<II")
_ROUNDED_MIN: Final = 5
_ROUNDED_SHARE: Final = 5

#: A row's number, and what it came to.
Read: TypeAlias = tuple[int, RowT | Unread]


class Walk(Protocol):
    """One walk through a file, in the process that reads it; ``telling`` is whole at its end."""

    telling: Telling

    def __init__(self, file: BinaryIO, media_type: str, form: Form[Any], limits: Limits) -> None: ...

    def pieces(self) -> Generator[bytes, None, None]:
        """The packed rows, some thousand at once. Raises FileRefusedError on the way."""


class Packing(Generic[RowT]):
    """One walk through a file; every row of cells becomes a row that is right, or the reason why it is not."""

    def __init__(self, file: BinaryIO, media_type: str, form: Form[RowT], limits: Limits) -> None:
        self._form = form
        self.telling = Telling()
        self._rows = rows_of(file, media_type, form.layout, self.telling, limits)
        self._count = self._ending_in_noughts = 0

    def pieces(self) -> Generator[bytes, None, None]:
        """The packed rows, some thousand at once. Raises FileRefusedError on the way."""
        return packed_pieces(self.rows())

    def rows(self) -> Iterator[Read[RowT]]:
        """The rows one by one. Raises FileRefusedError on the way."""
        number = 0
        try:
            for raw in self._rows:
                number = raw.number
                yield number, self._row(raw)
        except (UnicodeError, RecursionError) as error:
            raise broken(type(error).__name__, number + 1 if number else None) from error
        self._check_not_rounded()

    def _row(self, raw: RawRow) -> RowT | Unread:
        self._count += 1
        self._ending_in_noughts += raw.cells.get("id_number", "")[-3:] == "000"
        try:
            if raw.refused is not None:
                raise raw.refused
            return self._form.read(raw.cells)
        except Refused as refused:
            return Unread(refused.code, refused.detail, number_in(raw.cells, today=self._form.today))

    def _check_not_rounded(self) -> None:
        """Refuse a text that was saved from a workbook which had rounded the numbers: FEED_NUMBERS_ROUNDED.

        One number in a thousand ends in three noughts; where one in five does, they were kept as numbers.
        """
        found = self._ending_in_noughts
        if found >= _ROUNDED_MIN and found * _ROUNDED_SHARE > self._count:
            raise file_refused(
                "FEED_NUMBERS_ROUNDED",
                f"有 {found} 个身份证号以 000 结尾，是表格把号码存成数字后丢失了后三位；请把该列设为文本格式，"
                "重新填写完整号码后再报送",
                f"{found} ID numbers end in 000: a workbook kept them as numbers and lost their last digits; format "
                "the column as text and write the numbers anew",
            )


def packed_pieces(rows: Iterable[tuple[int, Any]]) -> Generator[bytes, None, None]:
    """Numbered rows packed, some thousand at once."""
    encoder = msgspec.msgpack.Encoder()
    piece = bytearray()
    left = AT_ONCE
    for number, row in rows:
        packed = encoder.encode(row)
        piece += HEAD.pack(number, len(packed)) + packed
        left -= 1
        if not left:
            yield bytes(piece)
            piece.clear()
            left = AT_ONCE
    if piece:
        yield bytes(piece)


def unpacked(piece: bytes) -> Iterator[tuple[int, bytes]]:
    """The rows of a piece, each still packed, by their numbers."""
    at = 0
    while at < len(piece):
        number, size = HEAD.unpack_from(piece, at)
        at += HEAD.size
        yield number, piece[at : at + size]
        at += size


def refused_whole(error: FileRefusedError) -> bytes:
    """Why a file is refused, packed."""
    return msgspec.msgpack.encode(error.problem)
