"""Locks by name within one process: contenders for the same person queue up instead of colliding."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class KeyedLocks:
    """A lock for each key in use; a key that nobody holds costs nothing."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[None]:
        """Hold the key's lock for the block."""
        # Alive for as long as somebody holds it or waits for it.
        lock = self._locks.setdefault(key, asyncio.Lock())
        async with lock:
            yield
