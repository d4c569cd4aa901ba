"""Reading a file: each row is read once, staged for comparing, and kept for when it is applied."""

import tempfile
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from itertools import islice
from typing import BinaryIO, Generic, TypeVar, Union

import msgspec

from identity.intake.domain import Told, Unread, file_refused, in_chinese
from identity.intake.readers.ahead import read_ahead
from identity.intake.readers.forms import FormMaker
from identity.intake.readers.limits import LIMITS, Limits
from identity.intake.readers.packing import HEAD, Read, unpacked
from identity.intake.readers.process import ReadingProcess

RowT = TypeVar("RowT")
StagedT = TypeVar("StagedT")


class Reading(Generic[RowT]):
    """One walk through a file in a process of its own; the rows are kept in a file of this process without a name."""

    def __init__(
        self,
        kind: type[RowT],
        file: BinaryIO,
        media_type: str,
        make_form: FormMaker[RowT],
        *,
        limits: Limits = LIMITS,
    ) -> None:
        self._process = ReadingProcess(file, media_type, make_form, limits)
        self._kept = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._decoder: msgspec.msgpack.Decoder[RowT | Unread] = msgspec.msgpack.Decoder(Union[kind, Unread])  # noqa: UP007
        self._first_unread: tuple[int, Unread] | None = None
        self._any_good = False

    @property
    def told(self) -> Told:
        """What there is to tell of the file, once it was read to its end."""
        return self._process.told

    def close(self) -> None:
        """Throw the rows away, and end whoever still reads."""
        self._process.close()
        self._kept.close()

    async def pieces(
        self, stage: Callable[[int, RowT | Unread], StagedT]
    ) -> AsyncGenerator[Sequence[tuple[int, StagedT]], None]:
        """All rows by number as ``stage`` has them, piece by piece; a thread takes them ahead.

        Raises FileRefusedError on the way, where the file as a whole cannot be taken.
        """
        async with aclosing(read_ahead(lambda: self._some(stage))) as pieces:
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
            chinese, english = in_chinese(row.detail) or row.code, f"{row.detail.rpartition(' / ')[2]} ({row.code})"
            raise file_refused(
                "FEED_NO_ROW_READ",
                f"没有一行可以读取；第一行的原因是：{chinese}",
                f"no row can be read; the first says: {english}",
                number,
            )

    def good(self, wanted: Sequence[int]) -> dict[int, RowT]:
        """The rows of these numbers, which rise from call to call; none of them is an unread one."""
        numbers = set(wanted)
        taken = islice(self._taken(numbers.__contains__), len(numbers))
        return {number: row for number, row in taken if not isinstance(row, Unread)}

    def after(self, done: int, rows_max: int) -> list[Read[RowT]]:
        """The next rows, but for those up to number ``done``."""
        return list(islice(self._taken(lambda number: number > done), rows_max))

    def _taken(self, wanted: Callable[[int], bool]) -> Iterator[Read[RowT]]:
        while head := self._kept.read(HEAD.size):
            number, size = HEAD.unpack(head)
            if wanted(number):
                yield number, self._decoder.decode(self._kept.read(size))
            else:
                self._kept.seek(size, 1)

    def _some(self, stage: Callable[[int, RowT | Unread], StagedT]) -> list[tuple[int, StagedT]]:
        piece = self._process.piece()
        self._kept.write(piece)
        return [(number, stage(number, self._row(number, packed))) for number, packed in unpacked(piece)]

    def _row(self, number: int, packed: bytes) -> RowT | Unread:
        row = self._decoder.decode(packed)
        if isinstance(row, Unread):
            self._first_unread = self._first_unread or (number, row)
        else:
            self._any_good = True
        return row
