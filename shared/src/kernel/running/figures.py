"""Figures: how far a service's events have come, and what waits, read from its own tables when somebody asks."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

import msgspec

from kernel.messaging.event_log.port import log_topic_of
from kernel.writing.database import Pool
from kernel.writing.passing import passes_by_itself

#: Whoever asks more often is told the same again: the door of metrics is open, and a look costs two statements.
_FRESH_SECONDS: Final = 1.0
_PATIENCE_SECONDS: Final = 2.0
#: Events beyond this many are not counted one by one.
_COUNTED_MAX: Final = 100_000

_WAITING_SQL: Final = """
WITH numbered AS (SELECT order_tx, pos, gseq FROM sequencer WHERE one = 1),
     sent AS (SELECT COALESCE(max(gseq), 0) AS gseq FROM relay WHERE topic = $1),
     kept AS (SELECT COALESCE(max(gseq), 0) AS gseq FROM relay WHERE topic = $3)
SELECT
  (SELECT count(*) FROM (
     SELECT FROM ONLY events e, numbered n WHERE (e.order_tx, e.pos) > (n.order_tx, n.pos) LIMIT $2
   ) AS tail) AS unnumbered,
  (SELECT extract(epoch FROM clock_timestamp() - e.recorded_at)::float8 FROM ONLY events e, numbered n
   WHERE (e.order_tx, e.pos) > (n.order_tx, n.pos) ORDER BY e.order_tx, e.pos LIMIT 1) AS unnumbered_seconds,
  (SELECT numbered.gseq - sent.gseq FROM numbered, sent) AS unsent,
  (SELECT extract(epoch FROM clock_timestamp() - e.recorded_at)::float8
   FROM sent JOIN event_log l ON l.gseq = sent.gseq + 1 JOIN events e ON e.pos = l.pos) AS unsent_seconds,
  (SELECT numbered.gseq - kept.gseq FROM numbered, kept) AS unkept,
  (SELECT extract(epoch FROM clock_timestamp() - e.recorded_at)::float8
   FROM kept JOIN event_log l ON l.gseq = kept.gseq + 1 JOIN events e ON e.pos = l.pos) AS unkept_seconds,
  pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon,
  pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next_transaction
"""
_PARKED_SQL: Final = """
SELECT consumer, topic, count(*) AS messages, count(DISTINCT key) AS keys,
       extract(epoch FROM clock_timestamp() - min(parked_at))::float8 AS seconds
FROM inbox_parked GROUP BY consumer, topic
"""


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Events that wait for a number, and numbered ones that wait to be sent: how many, and the oldest one's age.

    ``unkept`` ones wait for the topic of the service's log, which means nothing where no log is kept.
    ``horizon`` is the oldest transaction of the cluster that still writes, ``next_transaction`` the next one to begin.
    """

    unnumbered: int
    unnumbered_seconds: float
    unsent: int
    unsent_seconds: float
    unkept: int
    unkept_seconds: float
    horizon: int
    next_transaction: int


class ParkedFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What one consumer has parked: messages, of how many keys, and for how long the oldest has lain there."""

    consumer: str
    topic: str
    messages: int
    keys: int
    seconds: float


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """One look."""

    waiting: Waiting
    parked: tuple[ParkedFigures, ...]
    horizon_seconds: float


class Looking:
    """Looks at one service's tables, not more often than makes sense, and never longer than a scrape waits."""

    def __init__(self, topic: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._topic = topic
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._looked_at = float("-inf")
        self._horizon, self._horizon_since = 0, 0.0
        #: The last look; None where the database did not answer.
        self.last: Figures | None = None

    async def look(self, pool: Pool) -> None:
        """Look again, unless it was done a moment ago; what goes wrong on the way is told by ``last``."""
        async with self._one_at_a_time:
            if self._clock() - self._looked_at < _FRESH_SECONDS:
                return
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    self.last = await self._figures(pool)
            except Exception as error:
                if not passes_by_itself(error):
                    raise
                self.last = None
            finally:
                self._looked_at = self._clock()

    async def _figures(self, pool: Pool) -> Figures:
        row = await pool.fetchrow(_WAITING_SQL, self._topic, _COUNTED_MAX, log_topic_of(self._topic))
        assert row is not None, "a question without a table gives a row"
        waiting = Waiting(**{name: value or 0 for name, value in row.items()})
        parked = tuple(ParkedFigures(**dict(found)) for found in await pool.fetch(_PARKED_SQL))
        return Figures(waiting=waiting, parked=parked, horizon_seconds=self._horizon_age(waiting))

    def _horizon_age(self, waiting: Waiting) -> float:
        """For how long, at least, the oldest transaction that still writes has done so; as far as looks can tell."""
        if waiting.horizon == waiting.next_transaction:  # nobody writes at all
            self._horizon = 0
            return 0.0
        if waiting.horizon != self._horizon:
            self._horizon, self._horizon_since = waiting.horizon, self._clock()
        return self._clock() - self._horizon_since
