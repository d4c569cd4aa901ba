"""Checking the chain: every event's hash from the one before it, every number without a gap."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from kernel.writing.database import SingleConnection
from kernel.writing.event_store.stream import GENESIS, chain_hash, parts_of
from onestop.replay.snapshot import snapshot
from onestop.services import SERVICES

_EVENTS_SQL: Final = """
SELECT pos, stream_id, version, event_id, type, schema_version, data, meta, occurred_at, chain
FROM events ORDER BY stream_id, version
"""
_NUMBERS_SQL: Final = "SELECT count(*) AS events, COALESCE(max(gseq), 0) AS last FROM event_log"


class ChainVerdict(msgspec.Struct, frozen=True):
    """How much was checked, and what is broken: each entry names the service, the stream and the version."""

    events: int
    streams: int
    broken: tuple[str, ...]


async def verify_chain(admin_url: str, progress: Callable[[str, int], None] = lambda _name, _n: None) -> ChainVerdict:
    """Walk every stream of every service. A changed, missing or added event breaks the chain at its place."""
    events = streams = 0
    broken: list[str] = []
    for name, service in SERVICES.items():
        async with snapshot(admin_url, service.schema) as connection:
            walked = await _walk(connection, name, broken)
            events += walked[0]
            streams += walked[1]
            row = await connection.fetchrow(_NUMBERS_SQL)
            assert row is not None
            if row["events"] != row["last"]:
                broken.append(f"{name}: {row['last']} numbers were given, but {row['events']} are in the log")
        progress(name, walked[0])
    return ChainVerdict(events, streams, tuple(broken))


async def _walk(connection: SingleConnection, name: str, broken: list[str]) -> tuple[int, int]:
    events = streams = 0
    stream_id, version, chain = "", 0, GENESIS
    async for row in connection.cursor(_EVENTS_SQL, prefetch=2000):
        if row["stream_id"] != stream_id:
            stream_id, version, chain = row["stream_id"], 0, GENESIS
            streams += 1
        expected = _hash(chain, row)
        if row["version"] != version + 1:
            broken.append(f"{name}: stream {stream_id} goes from version {version} to {row['version']}")
        elif expected != row["chain"]:
            broken.append(f"{name}: stream {stream_id} version {row['version']} ({row['type']}) was changed")
        version, chain = row["version"], row["chain"]
        events += 1
    return events, streams


def _hash(previous: bytes, row: Any) -> bytes:
    return chain_hash(
        previous,
        parts_of(
            stream_id=row["stream_id"],
            version=row["version"],
            event_id=row["event_id"],
            type_name=row["type"],
            schema_version=row["schema_version"],
            data=row["data"],
            meta=row["meta"],
            occurred_at=row["occurred_at"],
        ),
    )
