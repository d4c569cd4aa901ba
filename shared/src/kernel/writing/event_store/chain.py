"""Checking the chain: every event's hash from the one before it, every number without a gap."""

from typing import Final

import msgspec

from kernel.writing.database import SingleConnection
from kernel.writing.event_store.log import log_counts
from kernel.writing.event_store.stream import GENESIS, chain_hash, parts_of

_EVENTS_SQL: Final = """
SELECT stream_id, version, event_id, type, schema_version, data, meta, occurred_at, chain
FROM events ORDER BY stream_id, version
"""


class ChainVerdict(msgspec.Struct, frozen=True):
    """How much was checked, and what is broken: each entry names the stream and the version."""

    events: int
    streams: int
    broken: tuple[str, ...]


async def check_chain(connection: SingleConnection) -> ChainVerdict:
    """Walk every stream of a store. A changed, missing or added event breaks the chain at its place.

    The connection's transaction must see one picture (REPEATABLE READ).
    """
    events = streams = 0
    broken: list[str] = []
    stream_id, version, chain = "", 0, GENESIS
    async for row in connection.cursor(_EVENTS_SQL, prefetch=2000):
        if row["stream_id"] != stream_id:
            stream_id, version, chain = row["stream_id"], 0, GENESIS
            streams += 1
        expected = chain_hash(chain, parts_of(row))
        if row["version"] != version + 1:
            broken.append(f"stream {stream_id} goes from version {version} to {row['version']}")
        elif expected != row["chain"]:
            broken.append(f"stream {stream_id} version {row['version']} ({row['type']}) was changed")
        version, chain = row["version"], row["chain"]
        events += 1
    counts = await log_counts(connection)
    if counts.numbered != counts.last:
        broken.append(f"{counts.last} numbers were given, but {counts.numbered} are in the log")
    return ChainVerdict(events, streams, tuple(broken))
