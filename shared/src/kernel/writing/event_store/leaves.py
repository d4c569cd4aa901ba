"""The leaves of a log's tree: what is hashed of each numbered event."""

from datetime import UTC, datetime, timedelta
from typing import Final

from kernel.writing.event_store.merkle import leaf_hash

# PostgreSQL counts a moment in microseconds from here, and so does a leaf.
_POSTGRES_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)


def leaf_data(logged_at: datetime, recorded_at: datetime, chain: bytes) -> bytes:
    """What an entry commits to: when it was numbered and stored, and the event's own hash.

    That hash is made over everything else of the event (its data, its meta with actor and command, its time, its place
    in its stream) and over the stream before it, so a leaf reads none of it. Its number is its place in the tree.
    """
    return b"".join(_micros(moment) for moment in (logged_at, recorded_at)) + chain


def leaf_of(logged_at: datetime, recorded_at: datetime, chain: bytes) -> bytes:
    """An entry's hash in the tree."""
    return leaf_hash(leaf_data(logged_at, recorded_at, chain))


def leaf_sql(log: str, events: str) -> str:
    """The same in SQL, where ``log`` has ``logged_at``, and ``events`` has ``recorded_at`` and ``chain``."""
    moments = f"timestamptz_send({log}.logged_at) || timestamptz_send({events}.recorded_at)"
    return rf"sha256('\x00'::bytea || {moments} || {events}.chain)"


def _micros(moment: datetime) -> bytes:
    return ((moment - _POSTGRES_EPOCH) // timedelta(microseconds=1)).to_bytes(8, "big", signed=True)
