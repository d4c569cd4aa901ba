"""Events whole, word for word as they are stored: read for a copy of the log elsewhere, and put back from one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from kernel.writing.database import Pool, SingleConnection
from kernel.writing.event_registry import EventRegistry
from kernel.writing.event_store.leaves import leaf_of
from kernel.writing.event_store.log import require_at_hand
from kernel.writing.event_store.stream import LoggedEvent, RecordedEvent
from kernel.writing.read_tables import columns_of

_READ_SQL: Final = """
SELECT l.gseq, e.stream_id, e.version, e.event_id, e.type, e.schema_version, e.data, e.meta, e.occurred_at, e.chain,
       e.recorded_at, l.logged_at
FROM event_log l JOIN events e ON e.pos = l.pos WHERE l.gseq > $1 ORDER BY l.gseq LIMIT $2
"""
# The position is the number: nothing else remembers the old one. No order of transactions is left, as in a restored
# database.
_PUT_SQL: Final = """
WITH put AS (
  INSERT INTO events (pos, order_tx, stream_id, version, event_id, type, schema_version, data, meta, occurred_at, chain,
                      recorded_at) OVERRIDING SYSTEM VALUE
  SELECT gseq, 0, stream_id, version, event_id, type, schema_version, data::json, meta::json, occurred_at, chain,
         recorded_at
  FROM unnest($1::bigint[], $2::text[], $3::int[], $4::uuid[], $5::text[], $6::smallint[], $7::text[], $8::text[],
              $9::timestamptz[], $10::bytea[], $11::timestamptz[])
       AS e(gseq, stream_id, version, event_id, type, schema_version, data, meta, occurred_at, chain, recorded_at)
), logged AS (
  INSERT INTO event_log (gseq, pos, logged_at, leaf)
  SELECT gseq, gseq, logged_at, leaf
  FROM unnest($1::bigint[], $12::timestamptz[], $13::bytea[]) AS l(gseq, logged_at, leaf)
)
INSERT INTO sequencer (one, order_tx, pos, gseq, logged_at) SELECT 1, 0, m, m, at
FROM (SELECT max(n) AS m, max(t) AS at FROM unnest($1::bigint[], $12::timestamptz[]) AS e(n, t)) AS last
ON CONFLICT (one) DO UPDATE SET pos = excluded.pos, gseq = excluded.gseq, logged_at = excluded.logged_at
"""
_GO_ON_SQL: Final = "SELECT setval(pg_get_serial_sequence('events', 'pos'), (SELECT GREATEST(max(pos), 1) FROM events))"


class HoleInLogError(Exception):
    """The log has a number without an event; nothing behind it can be copied as a whole."""


class Meta(msgspec.Struct, frozen=True):
    """What of an event's meta is read."""

    correlation_id: str = ""
    causation_id: str = ""


class WholeEvent(msgspec.Struct, frozen=True, kw_only=True):
    """All that is stored of a numbered event. Its entry's leaf follows from it, whether it is stored yet or not."""

    gseq: int
    stream_id: str
    version: int
    event_id: UUID
    type: str
    schema_version: int
    data: msgspec.Raw
    meta: msgspec.Raw
    occurred_at: datetime
    chain: bytes
    recorded_at: datetime
    logged_at: datetime

    @property
    def what_meta_says(self) -> Meta:
        """The meta as it is read."""
        return msgspec.json.decode(self.meta, type=Meta)

    def logged(self, registry: EventRegistry) -> LoggedEvent:
        """The same as the log gives it."""
        meta = self.what_meta_says
        recorded = RecordedEvent(
            stream_id=self.stream_id,
            version=self.version,
            event_id=self.event_id,
            occurred_at=self.occurred_at,
            event=registry.decode(self.type, self.schema_version, bytes(self.data)),
            correlation_id=meta.correlation_id,
        )
        return LoggedEvent(self.gseq, self.type, self.schema_version, recorded, meta.causation_id)

    @property
    def _row(self) -> tuple[object, ...]:
        leaf = leaf_of(self.logged_at, self.recorded_at, self.chain)
        data, meta = bytes(self.data).decode(), bytes(self.meta).decode()
        named = self.gseq, self.stream_id, self.version, self.event_id, self.type, self.schema_version
        return *named, data, meta, self.occurred_at, self.chain, self.recorded_at, self.logged_at, leaf


async def read_whole(source: Pool | SingleConnection, *, after: int, limit: int) -> list[WholeEvent]:
    """Up to ``limit`` events with a number above ``after``, in order and without a hole.

    Raises ArchivedError where some of them are not at hand, and HoleInLogError.
    """
    rows = await source.fetch(_READ_SQL, after, limit)
    if rows and rows[-1]["gseq"] != after + len(rows):
        await require_at_hand(source)
        raise HoleInLogError(f"the log has no event for a number between {after} and {rows[-1]['gseq']}")
    return [
        WholeEvent(
            **{
                **dict(row),
                "data": msgspec.Raw(row["data"].encode()),
                "meta": msgspec.Raw(row["meta"].encode()),
            }
        )
        for row in rows
    ]


async def put_back(connection: SingleConnection, events: Sequence[WholeEvent]) -> None:
    """Store events as they were, with their numbers, times and hashes; they follow those that are there already."""
    await connection.execute(_PUT_SQL, *columns_of((event._row for event in events), 13))


async def go_on_behind(connection: SingleConnection) -> None:
    """Events that are appended from now on lie behind those that were put back."""
    await connection.execute(_GO_ON_SQL)
