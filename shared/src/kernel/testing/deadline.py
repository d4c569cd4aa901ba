"""Waiting for a condition with a deadline, so that no test ever sleeps for luck."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(condition: Callable[[], Awaitable[T]], *, within_seconds: float = 15.0) -> T:
    """Ask until ``condition`` returns something true, and return it; fails after ``within_seconds``."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_seconds
    while True:
        found = await condition()
        if found:
            return found
        if loop.time() > deadline:
            raise AssertionError(f"still {found!r} after {within_seconds} seconds")
        await asyncio.sleep(0.01)
