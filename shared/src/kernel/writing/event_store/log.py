"""Reading the numbered log: events by gseq, in pages, for relays and replay."""

from collections.abc import AsyncIterator
from typing import Any, Final

import msgspec

from kernel.writing.database import Connection, Pool
from kernel.writing.event_registry import EventRegistry
from kernel.writing.event_store.stream import LoggedEvent, RecordedEvent

_READ_SQL: Final = """
SELECT l.gseq, e.stream_id, e.version, e.event_id, e.type, e.schema_version, e.data, e.meta, e.occurred_at
FROM event_log l JOIN events e ON e.pos = l.pos WHERE l.gseq > $1 ORDER BY l.gseq LIMIT $2
"""


class _Meta(msgspec.Struct, frozen=True):
    correlation_id: str = ""


_meta_decoder: Final = msgspec.json.Decoder(_Meta)


async def read_log(source: Pool | Connection, registry: EventRegistry, *, after: int, limit: int) -> list[LoggedEvent]:
    """Up to ``limit`` events with a number above ``after``, in order."""
    rows = await source.fetch(_READ_SQL, after, limit)
    return [_logged(row, registry) for row in rows]


async def read_whole_log(
    source: Connection, registry: EventRegistry, *, page: int = 5000
) -> AsyncIterator[list[LoggedEvent]]:
    """The whole log in pages; inside one REPEATABLE READ transaction it is one consistent picture."""
    after = 0
    while logged := await read_log(source, registry, after=after, limit=page):
        yield logged
        after = logged[-1].gseq


def _logged(row: Any, registry: EventRegistry) -> LoggedEvent:
    event = registry.decode(row["type"], row["schema_version"], row["data"])
    correlation_id = _meta_decoder.decode(row["meta"]).correlation_id
    recorded = RecordedEvent(
        row["stream_id"], row["version"], row["event_id"], row["occurred_at"], event, correlation_id
    )
    return LoggedEvent(row["gseq"], row["type"], row["schema_version"], recorded)
