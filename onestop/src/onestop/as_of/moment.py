"""A point in both times, and a stream as it was known then."""

from datetime import date, datetime
from typing import Final

import msgspec

from kernel.writing.event_store.log import read_stream
from kernel.writing.event_store.stream import RecordedEvent
from kernel.writing.snapshots import snapshot
from onestop.services import SERVICES

_LAST_SQL: Final = "SELECT COALESCE(max(version), 0) FROM events WHERE stream_id = $1 AND recorded_at <= $2"


class Moment(msgspec.Struct, frozen=True):
    """``on`` is the day for which something holds, ``known_at`` until when what was said of it counts."""

    on: date
    known_at: datetime


async def known_events(admin_url: str, service: str, stream: str, known_at: datetime) -> list[RecordedEvent]:
    """A stream's events that were recorded up to a moment, oldest first; raises ArchivedError where not at hand.

    Not when they happened counts: what a reaction recorded happened with its cause, and nobody knew it before.
    """
    async with snapshot(admin_url, SERVICES[service].schema) as connection:
        logged = await read_stream(connection, SERVICES[service].parts.registry, stream)
        last = await connection.fetchval(_LAST_SQL, stream, known_at)
    return [one.recorded for one in logged if one.recorded.version <= last]
