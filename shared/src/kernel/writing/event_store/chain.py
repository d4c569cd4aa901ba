"""Checking the streams: every event's hash from the one before it, and every event in the log once it must be."""

from typing import Final

import msgspec

from kernel.writing.database import SingleConnection
from kernel.writing.event_store.log import unnumbered
from kernel.writing.event_store.log_tree import Faults
from kernel.writing.event_store.stream import GENESIS, chain_hash, parts_of

_EVENTS_SQL: Final = """
SELECT stream_id, version, event_id, type, schema_version, data, meta, occurred_at, chain
FROM {table} ORDER BY stream_id, version
"""
_GIVEN_SQL: Final = """
SELECT (SELECT COALESCE(max(gseq), 0) FROM sequencer) AS given, (SELECT COALESCE(max(gseq), 0) FROM event_log) AS last
"""


class ChainVerdict(msgspec.Struct, frozen=True):
    """How much was checked, and what is broken: each entry names the stream and the version."""

    events: int
    streams: int
    broken: tuple[str, ...]
    #: What is not wrong and should be known, such as from where on entries have hashes of their own.
    notes: tuple[str, ...] = ()


async def check_chain(connection: SingleConnection) -> ChainVerdict:
    """Walk every stream of a store. A changed, missing or added event breaks the chain at its place.

    The connection's transaction must see one picture (REPEATABLE READ).
    """
    faults = Faults()
    events, streams = await walk_streams(connection, "events", faults)
    for fault in await unnumbered(connection):
        faults.say(fault)
    given = await connection.fetchrow(_GIVEN_SQL)
    assert given is not None
    if given["given"] != given["last"]:
        faults.say(f"{given['given']} numbers were given, but the log ends with {given['last']}")
    return ChainVerdict(events, streams, faults.said)


async def walk_streams(connection: SingleConnection, table: str, faults: Faults) -> tuple[int, int]:
    """Walk the whole streams that a table holds, and say what is wrong; gives how many events and streams there are."""
    events = streams = 0
    stream_id, version, chain = "", 0, GENESIS
    async for row in connection.cursor(_EVENTS_SQL.format(table=table), prefetch=2000):
        if row["stream_id"] != stream_id:
            stream_id, version, chain = row["stream_id"], 0, GENESIS
            streams += 1
        expected = chain_hash(chain, parts_of(row))
        if row["version"] != version + 1:
            faults.say(f"stream {stream_id} goes from version {version} to {row['version']}")
        elif expected != row["chain"]:
            faults.say(f"stream {stream_id} version {row['version']} ({row['type']}) was changed")
        version, chain = row["version"], row["chain"]
        events += 1
    return events, streams
