"""Reading a file: each row is read once, staged for comparing, and kept for when it is applied."""

import struct
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, closing
from datetime import date
from functools import partial
from itertools import islice
from typing import BinaryIO, Final, Generic, TypeAlias, TypeVar, Union

import msgspec

from identity.intake.domain import FileRefusedError, Unread
from identity.intake.readers.ahead import read_ahead
from identity.intake.readers.cells import number_in
from identity.intake.readers.files import rows_of
from identity.intake.readers.layout import Layout, RawRow, check_whole
from kernel.values.refusals import Refused

RowT = TypeVar("RowT")
StagedT = TypeVar("StagedT")
_AT_ONCE: Final = 5_000
_HEAD: Final = struct.Struct("<II")

#: A row's number, and what it came to.
Read: TypeAlias = tuple[int, RowT | Unread]


class Reading(Generic[RowT]):
    """One walk through a file; the rows that were read are kept in a file of this process without a name.

    ``read`` makes a row of cells, or raises Refused.
    """

    def __init__(
        self,
        kind: type[RowT],
        file: BinaryIO,
        media_type: str,
        layout: Layout,
        *,
        today: date,
        read: Callable[[Mapping[str, str]], RowT],
    ) -> None:
        self._rows_of_file = partial(rows_of, file, media_type, layout)
        self._today = today
        self._read = read
        self._kept = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder: msgspec.msgpack.Decoder[RowT | Unread] = msgspec.msgpack.Decoder(Union[kind, Unread])  # noqa: UP007
        self._first_unread: tuple[int, Unread] | None = None
        self._any_good = False

    def close(self) -> None:
        """Throw the rows away."""
        self._kept.close()

    async def pieces(
        self, stage: Callable[[int, RowT | Unread], StagedT]
    ) -> AsyncGenerator[Sequence[tuple[int, StagedT]], None]:
        """All rows by number as ``stage`` has them, piece by piece; a thread reads ahead.

        Raises FileRefusedError on the way, where the file as a whole cannot be taken.
        """
        with closing(self._rows_of_file()) as rows:
            async with aclosing(read_ahead(lambda: self._some(rows, stage))) as pieces:
                async for piece in pieces:
                    yield piece
        self._kept.seek(0)

    async def again(self) -> None:
        """Keep the rows of a file that was staged before a person, or another start, came between."""
        async with aclosing(self.pieces(lambda _number, _row: None)) as pieces:
            async for _ in pieces:
                pass

    def check_any_good(self) -> None:
        """Raise FileRefusedError FEED_NO_ROW_READ where every row is faulty: such a list would name nobody."""
        if not self._any_good and self._first_unread is not None:
            number, row = self._first_unread
            detail = f"no row can be read; the first says: {row.detail} ({row.code})"
            raise FileRefusedError("FEED_NO_ROW_READ", detail, number)

    def good(self, wanted: Sequence[int]) -> dict[int, RowT]:
        """The rows of these numbers, which rise from call to call; none of them is an unread one."""
        numbers = set(wanted)
        taken = islice(self._taken(numbers.__contains__), len(numbers))
        return {number: row for number, row in taken if not isinstance(row, Unread)}

    def after(self, done: int, rows_max: int) -> list[Read[RowT]]:
        """The next rows, but for those up to number ``done``."""
        return list(islice(self._taken(lambda number: number > done), rows_max))

    def _taken(self, wanted: Callable[[int], bool]) -> Iterator[Read[RowT]]:
        while head := self._kept.read(_HEAD.size):
            number, size = _HEAD.unpack(head)
            if wanted(number):
                yield number, self._decoder.decode(self._kept.read(size))
            else:
                self._kept.seek(size, 1)

    def _some(
        self, rows: Iterator[RawRow], stage: Callable[[int, RowT | Unread], StagedT]
    ) -> list[tuple[int, StagedT]]:
        staged: list[tuple[int, StagedT]] = []
        try:
            for raw in islice(rows, _AT_ONCE):
                row = self._row(raw)
                packed = self._encoder.encode(row)
                self._kept.write(_HEAD.pack(raw.number, len(packed)) + packed)
                staged.append((raw.number, stage(raw.number, row)))
        except (UnicodeError, RecursionError) as error:
            detail = f"the file cannot be read on ({type(error).__name__}); save it anew and send it whole"
            raise FileRefusedError("FEED_FILE_BROKEN", detail, staged[-1][0] + 1 if staged else None) from error
        return staged

    def _row(self, raw: RawRow) -> RowT | Unread:
        try:
            if raw.refused is not None:
                raise raw.refused
            row = self._read(raw.cells)
        except Refused as refused:
            check_whole(raw, refused)
            unread = Unread(refused.code, refused.detail, number_in(raw.cells, today=self._today))
            self._first_unread = self._first_unread or (raw.number, unread)
            return unread
        self._any_good = True
        return row
