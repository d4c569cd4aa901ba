"""Files of departments after their end: kept for receipts for a while, and not beyond anybody's erasure."""

from typing import Final

from identity.intake.spool import Spool
from kernel.running.runtime import Runtime
from kernel.writing.signals import Signal, asked_to_end

_LOOK_SECONDS: Final = 3600.0
_AT_ONCE: Final = 100
_OLD_SQL: Final = """
SELECT k.spool_id FROM feed_spool_keys k JOIN feed_endings e ON e.batch_id = split_part(k.spool_id, '/', 1)
WHERE e.ended_at < now() - make_interval(days => $1) LIMIT $2
"""
# Nobody can tell whom a sealed file names, so each one of before an erasure goes with it.
_ERASED_SQL: Final = """
SELECT k.spool_id FROM feed_spool_keys k JOIN feed_endings e ON e.batch_id = split_part(k.spool_id, '/', 1)
WHERE e.ended_at <= (SELECT max(decided_at) FROM erasures WHERE state = 'CONFIRMED') LIMIT $1
"""


class KeptFiles:
    """Throws files away that no receipt needs any more."""

    def __init__(self, runtime: Runtime, spool: Spool, days: int) -> None:
        self._runtime = runtime
        self._spool = spool
        self._days = days
        self._never = Signal()

    async def sweep_now_and_then(self) -> None:
        """Throw away what is old, until cancelled."""
        while not asked_to_end():
            await self._drop(_OLD_SQL, self._days)
            await self._never.wait(_LOOK_SECONDS)

    async def forget(self) -> None:
        """Throw away every file that ended before the last erasure: it may name who was erased."""
        await self._drop(_ERASED_SQL)

    async def _drop(self, sql: str, *asked: int) -> None:
        while found := await self._runtime.store.pool.fetch(sql, *asked, _AT_ONCE):
            for row in found:
                await self._spool.drop(row["spool_id"])
