"""The event store: streams of events on PostgreSQL, appended in one statement and numbered without gaps."""

from kernel.writing.event_store.store import EventStore
from kernel.writing.event_store.stream import RecordedEvent, Stream, StreamAppend
from kernel.writing.event_store.write import Answer, ConcurrencyError, DuplicateKeyError, Write

__all__ = [
    "Answer",
    "ConcurrencyError",
    "DuplicateKeyError",
    "EventStore",
    "RecordedEvent",
    "Stream",
    "StreamAppend",
    "Write",
]
