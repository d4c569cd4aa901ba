"""Groups in flight: while the database writes one group of lines, the next one is prepared."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Self


class InFlight:
    """Up to ``at_once`` groups of one batch at a time, for ``async with``: at its end all of them are over.

    A group that names somebody of a group before it waits for that one, so that rows about one person count in their
    order. What a group raises comes out of ``begin`` or at the end; the others are then stopped.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._groups: deque[tuple[asyncio.Task[None], frozenset[str]]] = deque()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_raised: Any) -> None:
        try:
            while kind is None and self._groups:
                await self._end_of_first()
        finally:
            left = [task for task, _ in self._groups]
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def begin(self, people: frozenset[str], work: Callable[[], Awaitable[None]]) -> None:
        """Begin a group about these people, as soon as it may."""
        while len(self._groups) >= self._at_once or any(not people.isdisjoint(held) for _, held in self._groups):
            await self._end_of_first()

        async def worked() -> None:
            await work()

        self._groups.append((asyncio.create_task(worked()), people))

    async def _end_of_first(self) -> None:
        await self._groups[0][0]
        self._groups.popleft()
