"""The embedded transport: published messages in one PostgreSQL table, offset = pseq - 1."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from kernel.messaging.event_log.handing import Readers
from kernel.messaging.event_log.notices import CHANNEL, Notices
from kernel.messaging.event_log.port import Message, Outgoing, Publisher, Reader
from kernel.writing.database import Pool, SingleConnection
from kernel.writing.progress import UNHEARD, Progress
from kernel.writing.read_tables import columns_of

BATCH_MAX: Final = 500
#: Whoever publishes says so; this is for what nobody said.
_LOOK_AGAIN_SECONDS: Final = 5.0

# Only an elected relay writes a topic, so within a partition offsets become visible in order. What is published again
# is there already; a number that another message has taken is not passed over.
_PUBLISH_SQL: Final = """
WITH put AS (
  INSERT INTO bus.messages (topic, partition, "offset", key, headers, body)
  SELECT * FROM unnest($1::text[], $2::smallint[], $3::bigint[], $4::text[], $5::text[]::json[], $6::bytea[])
  ON CONFLICT DO NOTHING RETURNING 1
)
SELECT (SELECT count(*) FROM put) AS stored,
       (SELECT count(pg_notify($7, $8 || ' ' || topic)) FROM (SELECT DISTINCT unnest($1::text[]) AS topic) t)
"""
_TAKEN_SQL: Final = """
SELECT m.topic, m.partition, m."offset" + 1 AS pseq, m.headers->>'ce_id' AS event_id
FROM unnest($1::text[], $2::smallint[], $3::bigint[], $4::text[], $5::text[]::json[], $6::bytea[])
     AS p(topic, partition, "offset", key, headers, body)
JOIN bus.messages m ON (m.topic, m.partition, m."offset") = (p.topic, p.partition, p."offset")
WHERE (m.key, m.body) <> (p.key, p.body) OR m.headers->>'ce_id' IS DISTINCT FROM p.headers->>'ce_id'
   OR m.headers->>'ce_previous' IS DISTINCT FROM p.headers->>'ce_previous'
LIMIT 1
"""
_READ_SQL: Final = """
SELECT m.partition, m."offset", m.key, m.headers, m.body
FROM unnest($2::smallint[], $3::bigint[]) AS p(partition, next_offset)
CROSS JOIN LATERAL (
  SELECT * FROM bus.messages b WHERE topic = $1 AND b.partition = p.partition AND "offset" >= p.next_offset
  ORDER BY "offset" LIMIT $4
) AS m ORDER BY m.partition, m."offset"
"""
_ENDS_SQL: Final = 'SELECT partition, max("offset") + 1 AS next FROM bus.messages WHERE topic = $1 GROUP BY partition'
_BEGINS_SQL: Final = 'SELECT partition, min("offset") AS oldest FROM bus.messages WHERE topic = $1 GROUP BY partition'


_BEYOND_SQL: Final = """
SELECT m.partition, m."offset", m.key, m.headers, m.body
FROM unnest($2::smallint[], $3::bigint[]) AS p(partition, pseq)
CROSS JOIN LATERAL (
  SELECT * FROM messages WHERE topic = $1 AND messages.partition = p.partition AND "offset" >= p.pseq
  ORDER BY "offset" DESC LIMIT $4
) AS m ORDER BY m.partition, m."offset"
"""
_BEYOND_MAX: Final = 2_000


class NumberTakenError(Exception):
    """A message under this number lies on the bus already, and this service did not write it."""


class EmbeddedEventLog:
    """Both ends of the embedded transport. ``session`` begins one to listen on, where the pool's may change hands."""

    def __init__(self, pool: Pool, session: Callable[[], Awaitable[SingleConnection]] | None = None) -> None:
        self._pool = pool
        self._readers = Readers()
        self._notices = Notices(pool, self._readers, session)

    async def publisher(self) -> Publisher:
        """A publisher; it shares the pool."""
        return _EmbeddedPublisher(self._pool, self._readers, self._notices.origin)

    async def reader(self, topic: str, positions: Mapping[int, int]) -> Reader:
        """A reader, which a message wakes, whichever process has published it."""
        self._notices.begin()
        return _EmbeddedReader(self._pool, topic, dict(positions), self._readers, self._notices)

    async def beyond(self, topic: str, pseqs: Sequence[int]) -> dict[int, list[Message]]:
        """The newest messages that are numbered above ``pseqs``."""
        rows = await self._pool.fetch(_BEYOND_SQL, topic, list(range(len(pseqs))), list(pseqs), _BEYOND_MAX)
        return _by_partition(topic, rows)

    def member(self, service: str, topic: str, progress: Progress = UNHEARD) -> None:
        """There are no groups: one elected instance reads a topic."""

    async def ready(self) -> None:
        """Raises when PostgreSQL cannot be reached."""
        await self._pool.fetchval("SELECT 1")


class _EmbeddedPublisher:
    def __init__(self, pool: Pool, readers: Readers, origin: str) -> None:
        self._pool = pool
        self._readers = readers
        self._origin = origin

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        rows = [
            (m.topic, m.partition, m.pseq - 1, m.key, msgspec.json.encode(dict(m.headers)).decode(), m.body)
            for m in messages
        ]
        columns = columns_of(rows, 6)
        if await self._pool.fetchval(_PUBLISH_SQL, *columns, CHANNEL, self._origin) < len(rows):
            taken = await self._pool.fetchrow(_TAKEN_SQL, *columns)
            if taken is not None:
                raise NumberTakenError(
                    f"topic {taken['topic']} partition {taken['partition']} holds another message {taken['pseq']} "
                    f"(id {taken['event_id']}) that this service did not write; an administrator must look at who "
                    "wrote it, and remove it. Nothing goes out behind it until then"
                )
        for topic in {m.topic for m in messages if self._readers.read(m.topic)}:
            self._readers.hand(topic, [_handed(m) for m in messages if m.topic == topic])

    async def close(self) -> None:
        """The pool belongs to the transport."""


class _EmbeddedReader:
    def __init__(self, pool: Pool, topic: str, positions: dict[int, int], readers: Readers, notices: Notices) -> None:
        self._pool = pool
        self._topic = topic
        self._positions = positions
        self._readers = readers
        self._notices = notices
        self._handed = readers.join(topic)
        self._looked_at = 0.0

    async def read(self, timeout_seconds: float) -> dict[int, list[Message]]:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_seconds
        while True:
            if self._handed.behind or loop.time() - self._looked_at > _LOOK_AGAIN_SECONDS:
                self._looked_at = loop.time()
                self._handed.behind = False  # what is published from now on is handed, or said
                found = await self._look()
                self._handed.behind |= any(len(messages) == BATCH_MAX for messages in found.values())
            else:
                found = self._handed.take(self._positions)
            left = deadline - loop.time()
            if found or left <= 0:
                return found
            if not self._handed.behind:
                await self._handed.wait(left)

    async def _look(self) -> dict[int, list[Message]]:
        rows = await self._pool.fetch(
            _READ_SQL, self._topic, list(self._positions), list(self._positions.values()), BATCH_MAX
        )
        found = _by_partition(self._topic, rows)
        for partition, messages in found.items():
            self._positions[partition] = messages[-1].offset + 1
        return found

    async def seek(self, partition: int, offset: int) -> None:
        self._positions[partition] = offset
        self._handed.notice()

    async def begin_offsets(self) -> dict[int, int]:
        rows = await self._pool.fetch(_BEGINS_SQL, self._topic)
        return dict.fromkeys(self._positions, 0) | {row["partition"]: row["oldest"] for row in rows}

    async def end_offsets(self) -> dict[int, int]:
        rows = await self._pool.fetch(_ENDS_SQL, self._topic)
        return dict.fromkeys(self._positions, 0) | {row["partition"]: row["next"] for row in rows}

    async def close(self) -> None:
        self._readers.leave(self._topic, self._handed)
        self._notices.end()


def _by_partition(topic: str, rows: Sequence[Any]) -> dict[int, list[Message]]:
    found: dict[int, list[Message]] = {}
    for row in rows:
        headers = msgspec.json.decode(row["headers"], type=dict[str, str])
        message = Message(**{**dict(row), "headers": headers}, topic=topic, pseq=int(headers["ce_pseq"]))
        found.setdefault(message.partition, []).append(message)
    return found


def _handed(message: Outgoing) -> Message:
    same = msgspec.structs.asdict(message)
    return Message(**{**same, "headers": dict(message.headers)}, offset=message.pseq - 1)
