"""Reading ahead: while one piece of a file is written to the database, the next one is read in a thread."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


async def read_ahead(take: Callable[[], Sequence[T]]) -> AsyncGenerator[Sequence[T], None]:
    """What ``take`` gives, piece by piece until an empty one; it runs in a thread, never twice at once.

    Raises what ``take`` raises, after the pieces before. When this ends, ``take`` is not running any more: its source
    can be closed.
    """
    piece = asyncio.ensure_future(asyncio.to_thread(take))
    try:
        while found := await asyncio.shield(piece):
            piece = asyncio.ensure_future(asyncio.to_thread(take))
            yield found
    finally:
        # A thread cannot be broken off; its last result, or error, goes with whoever stopped listening.
        await asyncio.wait([piece])
        if not piece.cancelled():
            piece.exception()
