"""Waiting for a condition with a deadline, so that no test ever sleeps for luck."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

T = TypeVar("T")

#: The first pause between two looks, and the longest: who looks a hundred times a second keeps the others from working.
_PAUSE_SECONDS: Final = 0.005
_PAUSE_SECONDS_MAX: Final = 0.08


async def eventually(condition: Callable[[], Awaitable[T]], *, within_seconds: float = 15.0) -> T:
    """Ask until ``condition`` returns something true, and return it; fails after ``within_seconds``."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_seconds
    pause = _PAUSE_SECONDS
    while True:
        found = await condition()
        if found:
            return found
        if loop.time() > deadline:
            raise AssertionError(f"still {found!r} after {within_seconds} seconds")
        await asyncio.sleep(pause)
        pause = min(2 * pause, _PAUSE_SECONDS_MAX)
