"""Streams: how far one is, what is added to it, and the hash that chains its events together."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID, uuid5

import msgspec

GENESIS: Final = bytes(32)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Row(Protocol):
    """A row of a table, or what is going to be one: asked by column."""

    def __getitem__(self, column: str, /) -> Any:
        """The column's value."""


class Stream(msgspec.Struct, frozen=True):
    """Where a stream stands: its version (number of events) and the chain hash of its last event."""

    stream_id: str
    version: int = 0
    chain: bytes = GENESIS


class RecordedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its place: what projections and integration events are made from."""

    stream_id: str
    version: int
    event_id: UUID
    occurred_at: datetime
    event: Any
    correlation_id: str = ""


class LoggedEvent(msgspec.Struct, frozen=True):
    """An event with its dense number and its stored name."""

    gseq: int
    type: str
    schema_version: int
    recorded: RecordedEvent
    #: The message that a reaction was made on; empty where a caller was the cause.
    causation_id: str = ""


class NewEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event encoded and chained, ready to be inserted."""

    stream_id: str
    version: int
    event_id: UUID
    type: str
    schema_version: int
    data: str
    meta: str
    occurred_at: datetime
    chain: bytes


class StreamAppend(msgspec.Struct, frozen=True):
    """Events to be added to one stream that stands as ``stream`` says."""

    stream: Stream
    events: tuple[Any, ...]


def event_id_of(command_id: UUID, index: int) -> UUID:
    """The id of a command's ``index``-th event: the same command always makes the same ids."""
    return uuid5(command_id, str(index))


def chain_hash(previous: bytes, parts: Sequence[str]) -> bytes:
    """SHA-256 over the previous event's hash and this event's stored texts, each with its length.

    ``parts`` are stream id, version, event id, type, schema version, data, meta and occurred_at; see ``parts_of``.
    """
    digest = hashlib.sha256(previous)
    for part in parts:
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(4, "big"))
        digest.update(encoded)
    return digest.digest()


def parts_of(event: Row) -> tuple[str, ...]:
    """Everything of an event that the chain protects, as text; ``event`` is a row of the event table, or as one.

    Times count in whole microseconds since 1970.
    """
    micros = (event["occurred_at"] - _EPOCH) // timedelta(microseconds=1)
    numbered = event["stream_id"], str(event["version"]), event["event_id"].hex
    return *numbered, event["type"], str(event["schema_version"]), event["data"], event["meta"], str(micros)
