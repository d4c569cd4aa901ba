"""The lease: how long a leader may be silent before another instance takes its place, whatever its session still holds.

A frozen process keeps its session, and a host whose network is gone keeps it until somebody notices: the session's lock
alone would wait for either. So the leader also says every two seconds that it lives. Time is the database's own, so no
instance's clock counts.
"""

from datetime import datetime
from typing import Final

import msgspec

from kernel.messaging.relay import DeposedError
from kernel.running.clock import Clock
from kernel.writing.database import SingleConnection

LEASE_SECONDS: Final = 8.0
_PATIENCE_SECONDS: Final = 3.0

# Lock and lease are had in one statement, so that nobody sees the one without the other.
_STAND_SQL: Final = """
WITH lock AS MATERIALIZED (SELECT pg_try_advisory_lock($1) AS got),
taken AS (
  INSERT INTO leadership (one, term, backend, renewed_at)
  SELECT 1, 1, pg_backend_pid(), clock_timestamp() FROM lock WHERE got
  ON CONFLICT (one) DO UPDATE
  SET term = leadership.term + 1, backend = excluded.backend, renewed_at = excluded.renewed_at
  RETURNING term
)
SELECT (SELECT term FROM taken) AS term, clock_timestamp() AS now,
       EXISTS (SELECT FROM leadership WHERE renewed_at < clock_timestamp() - make_interval(secs => $2)) AS silent
"""
_RENEW_SQL: Final = "UPDATE leadership SET renewed_at = clock_timestamp() WHERE term = $1 RETURNING clock_timestamp()"

# Only the session that took the lease that ran out, and only while it has the lock: process numbers come round again.
_REPLACE_SQL: Final = """
SELECT l.pid, pg_terminate_backend(l.pid, 2000) AS ended FROM leadership h JOIN pg_locks l ON l.pid = h.backend
WHERE h.renewed_at < clock_timestamp() - make_interval(secs => $2)
  AND l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.classid = ($1::bigint >> 32)::oid AND l.objid = ($1::bigint & 4294967295)::oid
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class Standing(msgspec.Struct, frozen=True):
    """The answer to an instance that stands for election: the ``term`` that it won, or whether the leader is silent."""

    term: int | None
    silent: bool


class Lease:
    """One service's lease, as one instance sees it."""

    def __init__(self, lock: int, clock: Clock, seconds: float = LEASE_SECONDS) -> None:
        self._lock = lock
        self._clock = clock
        self.seconds = seconds
        self.renew_seconds = seconds / 4
        #: How far this machine's clock is ahead of the database's, in seconds, when they were last compared.
        self.clock_skew_seconds = 0.0

    async def stand(self, connection: SingleConnection) -> Standing:
        """Take the lock and the lease if they are to be had."""
        asked = self._clock()
        row = await connection.fetchrow(_STAND_SQL, self._lock, self.seconds, timeout=_PATIENCE_SECONDS)
        assert row is not None
        self._compare(asked, row["now"])
        return Standing(row["term"], row["silent"])

    async def renew(self, connection: SingleConnection, term: int) -> None:
        """Say that the leader of a term lives; raises DeposedError where a later term has begun."""
        asked = self._clock()
        now = await connection.fetchval(_RENEW_SQL, term, timeout=_PATIENCE_SECONDS)
        if now is None:
            raise DeposedError(f"term {term} is over: another instance leads")
        self._compare(asked, now)

    async def replace(self, connection: SingleConnection) -> bool:
        """End the session of a leader whose lease has run out, and with it its lock; whether there was one."""
        return bool(await connection.fetch(_REPLACE_SQL, self._lock, self.seconds, timeout=_PATIENCE_SECONDS))

    def _compare(self, asked: datetime, now: datetime) -> None:
        between = asked + (self._clock() - asked) / 2
        self.clock_skew_seconds = (between - now).total_seconds()
