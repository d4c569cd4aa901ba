"""A point in both times, and a stream as it was known then."""

from datetime import date, datetime

import msgspec

from kernel.writing.event_store.log import read_stream
from kernel.writing.event_store.stream import RecordedEvent
from kernel.writing.snapshots import snapshot
from onestop.services import SERVICES


class Moment(msgspec.Struct, frozen=True):
    """``on`` is the day for which something holds, ``known_at`` until when what was said of it counts."""

    on: date
    known_at: datetime


async def known_events(admin_url: str, service: str, stream: str, known_at: datetime) -> list[RecordedEvent]:
    """A stream's events up to a moment, oldest first; raises ArchivedError where they are not at hand."""
    async with snapshot(admin_url, SERVICES[service].schema) as connection:
        logged = await read_stream(connection, SERVICES[service].parts.registry, stream)
    return [one.recorded for one in logged if one.recorded.occurred_at <= known_at]
