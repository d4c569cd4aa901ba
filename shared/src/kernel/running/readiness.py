"""Readiness: a service is ready when it can serve commands, that is, when its database answers and takes writes."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from kernel.writing.database import Pool

#: Anybody may ask, and each look is a write: who asks sooner is told the same again.
_FRESH_SECONDS: Final = 0.5

# A record of the write-ahead log and its commit are a write like any other, and leave no row behind: they fail on a
# standby, and wait where commits wait (a disk that hangs, a synchronous standby that is away).
_READ_ONLY_SQL: Final = "SELECT current_setting('transaction_read_only') = 'on' OR pg_is_in_recovery()"
_WRITE_SQL: Final = "SELECT pg_logical_emit_message(true, 'onestop', '')"


class Readiness:
    """Tries the database for whoever asks whether the service is ready."""

    def __init__(self, pool: Callable[[], Pool], clock: Callable[[], float] = time.monotonic) -> None:
        self._pool = pool
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._tried_at = float("-inf")
        self._verdict: str | None = None

    async def check(self) -> str | None:
        """What keeps commands from being served; raises the database's error where it does not answer."""
        async with self._one_at_a_time:
            if self._clock() - self._tried_at >= _FRESH_SECONDS:
                self._verdict = await self._try()
                self._tried_at = self._clock()
            return self._verdict

    async def _try(self) -> str | None:
        async with self._pool().acquire() as connection:
            if await connection.fetchval(_READ_ONLY_SQL):
                return "the database only reads: it is a standby, or set to read only"
            await connection.execute(_WRITE_SQL)
        return None
