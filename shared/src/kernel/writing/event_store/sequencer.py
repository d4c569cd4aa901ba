"""The sequencer: gives every committed event a dense, permanent number in an order that never skips one."""

import asyncio
from typing import Final

from kernel.writing import failpoints
from kernel.writing.database import Pool
from kernel.writing.event_store.horizon import settled_place
from kernel.writing.event_store.leaves import leaf_sql
from kernel.writing.event_store.restored import require_adopted
from kernel.writing.progress import UNHEARD, Progress
from kernel.writing.signals import Signal

BATCH_MAX: Final = 2000
#: After a batch the next one is numbered so much later at the earliest: what comes meanwhile shares its statement, its
#: sending and its consumers' transactions. The first event after a pause does not wait.
GATHER_SECONDS: Final = 0.04
_SOON_SECONDS: Final = 0.002
_SOON_MAX_SECONDS: Final = 0.05
#: Events that wait for longer, after so much patience, may wait for a transaction that has nothing to do with them.
_PATIENCE_SECONDS: Final = 0.01
#: An append of this process, or of another that says so, wakes the sequencer; this is for what nobody said.
_LOOK_AGAIN_SECONDS: Final = 1.0

# One statement is one snapshot. Events behind the horizon are settled and sort after every earlier cursor, the others
# wait (EVENT-STORE 1.3, 1.4). Usually the horizon is the oldest transaction that still runs in the cluster.
_RUNNING_LONGEST: Final = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
_BEHIND: Final = f"order_tx < {_RUNNING_LONGEST}", f"order_tx >= {_RUNNING_LONGEST}"
#: Where that is somebody else's, ``settled_place`` has found a place further on.
_UPTO: Final = "(order_tx, pos) <= ($5, $6)", "(order_tx, pos) > ($5, $6)"


# Each entry gets its hash in the log's tree here, where whoever wrote the event does not wait for it. What was archived
# has its number, and is not looked through.
def _sequence_sql(settled: str, waiting: str) -> str:
    return f"""
WITH settled AS MATERIALIZED (
  SELECT pos, order_tx, recorded_at, chain FROM ONLY events
  WHERE (order_tx, pos) > ($1, $2) AND {settled} ORDER BY order_tx, pos LIMIT $4
), numbered AS MATERIALIZED (
  SELECT pos, order_tx, recorded_at, chain, $3 + row_number() OVER (ORDER BY order_tx, pos) AS gseq FROM settled
), last AS (
  SELECT pos, order_tx, gseq FROM numbered ORDER BY gseq DESC LIMIT 1
), moved AS (
  UPDATE sequencer SET order_tx = last.order_tx, pos = last.pos, gseq = last.gseq,
                       logged_at = GREATEST(sequencer.logged_at, clock_timestamp())
  FROM last WHERE sequencer.gseq = $3 RETURNING sequencer.order_tx, sequencer.pos, sequencer.gseq, sequencer.logged_at
), logged AS (
  INSERT INTO event_log (gseq, pos, logged_at, leaf)
  SELECT numbered.gseq, numbered.pos, moved.logged_at, {leaf_sql("moved", "numbered")} FROM numbered, moved
)
SELECT moved.order_tx, moved.pos, moved.gseq, EXISTS (SELECT FROM settled) AS settled,
       EXISTS (SELECT FROM ONLY events WHERE (order_tx, pos) > ($1, $2) AND {waiting}) AS waiting
FROM (SELECT) one LEFT JOIN moved ON true
"""


_SEQUENCE_SQL: Final = _sequence_sql(*_BEHIND)
_SEQUENCE_UPTO_SQL: Final = _sequence_sql(*_UPTO)
_CURSOR_SQL: Final = "SELECT order_tx, pos, gseq FROM sequencer WHERE one = 1"
_FIRST_CURSOR_SQL: Final = """
INSERT INTO sequencer (one, order_tx, pos, gseq, logged_at) VALUES (1, 0, 0, 0, clock_timestamp())
ON CONFLICT DO NOTHING
"""


class Sequencer:
    """Numbers the events of one service; run it only while elected."""

    def __init__(self, pool: Pool, appended: Signal, logged: Signal, progress: Progress = UNHEARD) -> None:
        self._pool = pool
        self._appended = appended
        self._logged = logged
        self._progress = progress
        self._order_tx = self._pos = self._gseq = 0
        self._stepping_over = False
        self.waiting = False

    async def run(self) -> None:
        """Number events as they come, until cancelled."""
        await self.start()
        clock, pause, not_before = asyncio.get_running_loop().time, _SOON_SECONDS, 0.0
        while True:
            await asyncio.sleep(max(0.0, not_before - clock()))
            before = self._gseq
            more = await self.step()
            self._progress.works()
            if self._gseq != before:
                pause, not_before = _SOON_SECONDS, 0.0 if more else clock() + GATHER_SECONDS
            if more:
                continue
            if self.waiting:
                # Most transactions end at once; only one that does not is worth the look at whose it is.
                self._stepping_over = self._stepping_over or pause > _PATIENCE_SECONDS
                await asyncio.sleep(pause)
                pause = min(pause * 2, _SOON_MAX_SECONDS)
            else:
                await self._appended.wait(_LOOK_AGAIN_SECONDS)
                pause = _SOON_SECONDS

    async def start(self) -> None:
        """Read the cursor; raises RestoredClusterError after a restore that nobody has adopted."""
        await self._pool.execute(_FIRST_CURSOR_SQL)
        await require_adopted(self._pool)
        await self._follow()

    async def step(self) -> bool:
        """Number one batch; true where there may be more at once.

        Afterwards ``waiting`` says whether events are there that cannot be numbered yet.
        """
        before = self._gseq
        more = await self._number(_SEQUENCE_SQL)
        if self._gseq != before:
            self._stepping_over = False
        elif self.waiting and self._stepping_over:
            more = await self.step_over()
        return more

    async def step_over(self) -> bool:
        """Number one batch of what waits only for transactions that do not write this service's events."""
        place = await settled_place(self._pool)
        return await self._number(_SEQUENCE_UPTO_SQL, place.order_tx, place.pos)

    async def _number(self, sql: str, *place: int) -> bool:
        before = self._gseq
        row = await self._pool.fetchrow(sql, self._order_tx, self._pos, self._gseq, BATCH_MAX, *place)
        assert row is not None
        self.waiting = row["waiting"]
        if row["gseq"] is None:
            if row["settled"]:
                await self._follow()
            return bool(row["settled"])
        self._order_tx, self._pos, self._gseq = row["order_tx"], row["pos"], row["gseq"]
        failpoints.reach("sequencer.after_commit")
        self._logged.set()
        return self._gseq - before == BATCH_MAX

    async def _follow(self) -> None:
        """Go on from the stored cursor, which another sequencer may have moved before we were elected."""
        row = await self._pool.fetchrow(_CURSOR_SQL)
        assert row is not None, "the sequencer's row was removed"
        self._order_tx, self._pos, self._gseq = row["order_tx"], row["pos"], row["gseq"]
