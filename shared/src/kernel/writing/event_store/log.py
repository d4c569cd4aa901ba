"""Reading events back with their places: the numbered log in pages, for relays and replay, and one stream's story."""

from collections.abc import AsyncIterator
from typing import Any, Final

import msgspec

from kernel.writing.database import Pool, SingleConnection
from kernel.writing.event_registry import EventRegistry
from kernel.writing.event_store.archived import ArchivedError, at_hand_sql
from kernel.writing.event_store.stream import LoggedEvent, RecordedEvent

PAGE: Final = 5000

_COLUMNS: Final = "e.stream_id, e.version, e.event_id, e.type, e.schema_version, e.data, e.meta, e.occurred_at"
_LOG_SQL: Final = f"""
SELECT l.gseq, {_COLUMNS} FROM event_log l JOIN events e ON e.pos = l.pos
WHERE l.gseq > $1 ORDER BY l.gseq LIMIT $2
"""
# Events that the sequencer has not numbered yet, in the order in which it will.
_TAIL_SQL: Final = f"""
SELECT 0 AS gseq, {_COLUMNS} FROM events e
WHERE NOT EXISTS (SELECT FROM event_log l WHERE l.pos = e.pos) AND e.order_tx >= (SELECT order_tx FROM sequencer)
ORDER BY e.order_tx, e.pos
"""
_STREAM_SQL: Final = (
    f"SELECT 0 AS gseq, {_COLUMNS} FROM events e WHERE e.stream_id = $1 AND {at_hand_sql('$1')} ORDER BY e.version"
)
_COUNTS_SQL: Final = """
SELECT (SELECT count(*) FROM events)
         + (SELECT COALESCE(sum(events), 0)::bigint FROM archives WHERE detached_at IS NOT NULL) AS events,
       (SELECT count(*) FROM event_log) AS numbered,
       (SELECT COALESCE(max(gseq), 0) FROM event_log) AS last
"""

# The sequencer has passed what sorts before its cursor; an event there that has no number never gets one.
_LOST_SQL: Final = """
SELECT stream_id, version, type FROM events e
WHERE (order_tx, pos) <= (SELECT order_tx, pos FROM sequencer)
  AND NOT EXISTS (SELECT FROM event_log l WHERE l.pos = e.pos)
ORDER BY pos LIMIT 1000
"""
_EVENTLESS_SQL: Final = """
SELECT gseq FROM event_log l WHERE NOT EXISTS (SELECT FROM events e WHERE e.pos = l.pos)
  AND NOT EXISTS (SELECT FROM archived_entries x JOIN archives a ON a.name = x.archive
                  WHERE x.pos = l.pos AND a.detached_at IS NOT NULL)
ORDER BY gseq LIMIT 1000
"""
_DETACHED_SQL: Final = """
SELECT name, events, current_schema() AS schema FROM archives WHERE detached_at IS NOT NULL ORDER BY name LIMIT 1
"""


class _Meta(msgspec.Struct, frozen=True):
    correlation_id: str = ""
    causation_id: str = ""


_meta_decoder: Final = msgspec.json.Decoder(_Meta)


class LogCounts(msgspec.Struct, frozen=True):
    """How many events there are, how many of them have a number, and the last number."""

    events: int
    numbered: int
    last: int


async def read_log(
    source: Pool | SingleConnection, registry: EventRegistry, *, after: int, limit: int
) -> list[LoggedEvent]:
    """Up to ``limit`` events with a number above ``after``, in order.

    Raises ArchivedError where some of them are not at hand: who reads a log relies on its numbers.
    """
    rows = await source.fetch(_LOG_SQL, after, limit)
    if rows and rows[-1]["gseq"] != after + len(rows):
        await require_at_hand(source)
    return [_logged(row, registry) for row in rows]


async def require_at_hand(source: Pool | SingleConnection) -> None:
    """Raises ArchivedError where an archive of this service is detached: what needs the whole log cannot go on."""
    for row in await source.fetch(_DETACHED_SQL):
        raise ArchivedError(
            f"the whole log is needed, and archive {row['name']} of schema {row['schema']} with {row['events']} events "
            "is detached: bring it back first with `onestop archive bring-back`"
        )


async def events_in_order(
    source: SingleConnection, registry: EventRegistry, *, numbered_only: bool = False
) -> AsyncIterator[list[LoggedEvent]]:
    """Every event in pages: the numbered ones, then those still waiting for their number (gseq 0).

    Inside one REPEATABLE READ transaction it is one consistent picture.
    """
    after = 0
    while page := await read_log(source, registry, after=after, limit=PAGE):
        yield page
        after = page[-1].gseq
    if not numbered_only and (tail := await unnumbered_tail(source, registry)):
        yield tail


async def unnumbered_tail(source: SingleConnection, registry: EventRegistry) -> list[LoggedEvent]:
    """The events that still wait for their number (gseq 0), in the order in which they will get it."""
    return [_logged(row, registry) for row in await source.fetch(_TAIL_SQL)]


async def read_stream(source: SingleConnection, registry: EventRegistry, stream_id: str) -> list[LoggedEvent]:
    """One stream's events, oldest first, with what else is known of each; their numbers are not looked up."""
    return [_logged(row, registry) for row in await source.fetch(_STREAM_SQL, stream_id)]


async def unnumbered(source: SingleConnection) -> list[str]:
    """The events that the sequencer has passed without a number, the first thousand of them."""
    rows = await source.fetch(_LOST_SQL)
    return [
        f"stream {row['stream_id']} version {row['version']} ({row['type']}) has no number in the log" for row in rows
    ]


async def eventless(source: SingleConnection) -> list[str]:
    """The entries of the log that have no event, the first thousand of them."""
    return [f"number {row['gseq']} of the log has no event" for row in await source.fetch(_EVENTLESS_SQL)]


async def log_counts(source: SingleConnection) -> LogCounts:
    """How far the sequencer is."""
    row = await source.fetchrow(_COUNTS_SQL)
    assert row is not None
    return LogCounts(**dict(row))


def _logged(row: Any, registry: EventRegistry) -> LoggedEvent:
    gseq, stream_id, version, event_id, name, schema_version, data, stored_meta, occurred_at = row
    meta = _meta_decoder.decode(stored_meta)
    recorded = RecordedEvent(
        stream_id=stream_id,
        version=version,
        event_id=event_id,
        occurred_at=occurred_at,
        event=registry.decode(name, schema_version, data),
        correlation_id=meta.correlation_id,
    )
    return LoggedEvent(gseq, name, schema_version, recorded, meta.causation_id)
