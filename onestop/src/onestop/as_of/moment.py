"""A point in both times, and a stream as it was known then."""

from datetime import date, datetime
from typing import Final

import msgspec

from kernel.writing.event_store.stream import RecordedEvent
from onestop.picture import Picture

_LAST_SQL: Final = "SELECT COALESCE(max(version), 0) FROM events WHERE stream_id = $1 AND recorded_at <= $2"


class Moment(msgspec.Struct, frozen=True):
    """``on`` is the day for which something holds, ``known_at`` until when what was said of it counts."""

    on: date
    known_at: datetime


async def known_events(services: Picture, service: str, stream: str, known_at: datetime) -> list[RecordedEvent]:
    """A stream's events that were recorded up to a moment, oldest first; raises ArchivedError where not at hand.

    Not when they happened counts: what a reaction recorded happened with its cause, and nobody knew it before.
    """
    logged = await services.stream(service, stream)
    last = await (await services.of(service)).fetchval(_LAST_SQL, stream, known_at)
    return [one.recorded for one in logged if one.recorded.version <= last]
