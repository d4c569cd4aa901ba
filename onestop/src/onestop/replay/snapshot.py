"""One consistent picture of a service's database, and its events in the order in which they happened."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg

from kernel.writing.database import SingleConnection
from kernel.writing.event_registry import EventRegistry
from kernel.writing.event_store import RecordedEvent
from kernel.writing.event_store.stream import LoggedEvent

PAGE: Final = 5000

_COLUMNS: Final = "e.stream_id, e.version, e.event_id, e.type, e.schema_version, e.data, e.occurred_at"
_LOGGED_SQL: Final = f"""
SELECT l.gseq, {_COLUMNS} FROM event_log l JOIN events e ON e.pos = l.pos
WHERE l.gseq > $1 ORDER BY l.gseq LIMIT $2
"""
# Events that the sequencer has not numbered yet, in the order in which it will.
_TAIL_SQL: Final = f"""
SELECT 0 AS gseq, {_COLUMNS}, e.order_tx, e.pos FROM events e
WHERE NOT EXISTS (SELECT FROM event_log l WHERE l.pos = e.pos) AND e.order_tx >= (SELECT order_tx FROM sequencer)
ORDER BY e.order_tx, e.pos
"""


@asynccontextmanager
async def snapshot(admin_url: str, schema: str) -> AsyncIterator[SingleConnection]:
    """A connection that sees one schema as it is at this moment, whatever is written meanwhile."""
    connection = await asyncpg.connect(admin_url, server_settings={"search_path": schema, "timezone": "UTC"})
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield connection
    finally:
        await connection.close()


async def events_in_order(
    connection: SingleConnection, registry: EventRegistry, *, numbered_only: bool = False
) -> AsyncIterator[list[LoggedEvent]]:
    """Every event in pages: the numbered ones, then those still waiting for their number (gseq 0)."""
    after = 0
    while rows := await connection.fetch(_LOGGED_SQL, after, PAGE):
        yield [_logged(row, registry) for row in rows]
        after = rows[-1]["gseq"]
    if not numbered_only and (rows := await connection.fetch(_TAIL_SQL)):
        yield [_logged(row, registry) for row in rows]


def _logged(row: Any, registry: EventRegistry) -> LoggedEvent:
    event = registry.decode(row["type"], row["schema_version"], row["data"])
    recorded = RecordedEvent(row["stream_id"], row["version"], row["event_id"], row["occurred_at"], event)
    return LoggedEvent(row["gseq"], row["type"], row["schema_version"], recorded)
