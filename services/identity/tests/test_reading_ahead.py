"""A file is read one piece ahead, in order, and never on after nobody listens."""

import threading
from collections.abc import Sequence
from contextlib import aclosing

import pytest

from identity.intake.readers.ahead import read_ahead


class Source:
    """Pieces that are handed out by a thread; notices when two threads take at once."""

    def __init__(self, *pieces: Sequence[int] | Exception) -> None:
        self._pieces = list(pieces)
        self._busy = threading.Lock()
        self.taken = 0

    def take(self) -> Sequence[int]:
        assert self._busy.acquire(blocking=False), "two threads read the file at once"
        try:
            self.taken += 1
            piece = self._pieces.pop(0)
            if isinstance(piece, Exception):
                raise piece
            return piece
        finally:
            self._busy.release()

    @property
    def is_read(self) -> bool:
        return self._busy.locked()


async def test_pieces_come_in_order_until_an_empty_one() -> None:
    source = Source([1, 2], [3], [])
    assert [piece async for piece in read_ahead(source.take)] == [[1, 2], [3]]
    assert source.taken == 3


async def listen(source: Source, seen: list[Sequence[int]], *, stop_at: int = 99) -> None:
    async with aclosing(read_ahead(source.take)) as pieces:
        async for piece in pieces:
            seen.append(piece)
            if len(seen) == stop_at:
                raise RuntimeError("the database is away")


async def test_an_error_comes_after_the_pieces_before_it() -> None:
    seen: list[Sequence[int]] = []
    with pytest.raises(ValueError, match="broken"):
        await listen(Source([1], [2], ValueError("broken")), seen)
    assert seen == [[1], [2]]


async def test_whoever_stops_listening_leaves_nobody_reading() -> None:
    source = Source([1], [2], [3], [])
    with pytest.raises(RuntimeError, match="database"):
        await listen(source, [], stop_at=1)
    assert not source.is_read
    assert source.taken == 2
