"""The sequencer: gives every committed event a dense, permanent number in an order that never skips one."""

import asyncio
from typing import Final

from kernel.writing import failpoints
from kernel.writing.database import Pool
from kernel.writing.signals import Signal

BATCH_MAX: Final = 2000
_SOON_SECONDS: Final = 0.002
_SOON_MAX_SECONDS: Final = 0.05
#: An append of this process, or of another that says so, wakes the sequencer; this is for what nobody said.
_LOOK_AGAIN_SECONDS: Final = 1.0

# One statement is one snapshot. Events at or above the horizon (the oldest transaction still running in the
# cluster) wait; everything below it is settled and sorts after every earlier cursor (EVENT-STORE 1.3, 1.4).
_SEQUENCE_SQL: Final = """
WITH settled AS MATERIALIZED (
  SELECT pos, order_tx FROM events
  WHERE (order_tx, pos) > ($1, $2) AND order_tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
  ORDER BY order_tx, pos LIMIT $4
), numbered AS MATERIALIZED (
  SELECT pos, order_tx, $3 + row_number() OVER (ORDER BY order_tx, pos) AS gseq FROM settled
), last AS (
  SELECT pos, order_tx, gseq FROM numbered ORDER BY gseq DESC LIMIT 1
), moved AS (
  UPDATE sequencer SET order_tx = last.order_tx, pos = last.pos, gseq = last.gseq,
                       logged_at = GREATEST(sequencer.logged_at, clock_timestamp())
  FROM last WHERE sequencer.gseq = $3 RETURNING sequencer.order_tx, sequencer.pos, sequencer.gseq, sequencer.logged_at
), logged AS (
  INSERT INTO event_log (gseq, pos, logged_at) SELECT numbered.gseq, numbered.pos, moved.logged_at FROM numbered, moved
)
SELECT moved.order_tx, moved.pos, moved.gseq, EXISTS (SELECT FROM settled) AS settled,
       EXISTS (SELECT FROM events WHERE order_tx >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint) AS waiting
FROM (SELECT) one LEFT JOIN moved ON true
"""
_CURSOR_SQL: Final = "SELECT order_tx, pos, gseq FROM sequencer WHERE one = 1"
_FIRST_CURSOR_SQL: Final = """
INSERT INTO sequencer (one, order_tx, pos, gseq, logged_at) VALUES (1, 0, 0, 0, clock_timestamp())
ON CONFLICT DO NOTHING
"""
_RESTORED_SQL: Final = """
SELECT GREATEST((SELECT order_tx FROM sequencer WHERE one = 1), (SELECT max(order_tx) FROM events))
       >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
"""


class RestoredClusterError(RuntimeError):
    """The events come from another cluster, whose transaction numbers run ahead of this one's."""


class Sequencer:
    """Numbers the events of one service; run it only while elected."""

    def __init__(self, pool: Pool, appended: Signal, logged: Signal) -> None:
        self._pool = pool
        self._appended = appended
        self._logged = logged
        self._order_tx = self._pos = self._gseq = 0
        self.waiting = False

    async def run(self) -> None:
        """Number events as they come, until cancelled."""
        await self.start()
        pause = _SOON_SECONDS
        while True:
            before = self._gseq
            more = await self.step()
            if self._gseq != before:
                pause = _SOON_SECONDS
            if more:
                continue
            if self.waiting:
                # Events wait on the horizon for as long as any earlier write transaction runs.
                await asyncio.sleep(pause)
                pause = min(pause * 2, _SOON_MAX_SECONDS)
            else:
                await self._appended.wait(_LOOK_AGAIN_SECONDS)
                pause = _SOON_SECONDS

    async def start(self) -> None:
        """Read the cursor; raises RestoredClusterError after a restore into another cluster."""
        await self._pool.execute(_FIRST_CURSOR_SQL)
        if await self._pool.fetchval(_RESTORED_SQL):
            raise RestoredClusterError(
                "the events' transaction numbers are ahead of this cluster's: the data were restored from another "
                "one. Run `onestop adopt-restored` once, which checks that all events are numbered and moves the cursor"
            )
        await self._follow()

    async def step(self) -> bool:
        """Number one batch; true where there may be more at once.

        Afterwards ``waiting`` says whether events are there that cannot be numbered yet.
        """
        before = self._gseq
        row = await self._pool.fetchrow(_SEQUENCE_SQL, self._order_tx, self._pos, self._gseq, BATCH_MAX)
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


async def adopt_restored(pool: Pool) -> int:
    """Move the cursor into this cluster's transaction numbers after a restore; returns the last gseq.

    Needs the owner's rights: it is the only place that may touch a stored event, and it touches no byte of the chain.
    Raises RestoredClusterError where events are not numbered yet: then the dump was taken too early.
    """
    async with pool.acquire() as connection, connection.transaction():
        unnumbered = await connection.fetchval(
            "SELECT count(*) FROM events e WHERE NOT EXISTS (SELECT FROM event_log l WHERE l.pos = e.pos)"
        )
        if unnumbered:
            raise RestoredClusterError(
                f"{unnumbered} events have no number: their order cannot be known in this cluster. "
                "Take the dump again after the sequencer has come to an empty tail"
            )
        # Old transaction numbers would come round again as new ones; numbered events need theirs no longer.
        await connection.execute("ALTER TABLE events DISABLE TRIGGER events_are_immutable")
        await connection.execute("UPDATE events SET order_tx = 0 WHERE order_tx <> 0")
        await connection.execute("ALTER TABLE events ENABLE TRIGGER events_are_immutable")
        gseq = await connection.fetchval(
            "UPDATE sequencer SET order_tx = pg_current_xact_id()::text::bigint, "
            "pos = (SELECT COALESCE(max(pos), 0) FROM events) RETURNING gseq"
        )
    return int(gseq or 0)
