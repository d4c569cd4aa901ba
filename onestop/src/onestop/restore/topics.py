"""Filling topics again from the stores, after the broker's disk was lost: the same messages under the same numbers."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from kernel.messaging.envelope import Election
from kernel.messaging.event_log import EventLog
from kernel.messaging.event_log.port import log_topic_of, partitions_of
from kernel.messaging.log_telling import LogTelling
from kernel.messaging.relay import BATCH_MAX
from kernel.messaging.taking_over import begun
from kernel.messaging.telling import Cursor, Teller, Telling
from kernel.running.service import Service
from kernel.security.signing_keys import SigningKey
from kernel.writing.database import SingleConnection
from kernel.writing.event_store.timeline import know_timeline
from onestop.restore.beyond import Counted, counted_by
from onestop.restore.database import operating, seeing
from onestop.services import SERVICES

# In a topic that was filled from its first message on, a message's offset is its number less one.
_POSITIONS_SQL: Final = """
UPDATE inbox_cursor SET next_offset = last_pseq WHERE topic = $1 AND partition = ANY($2::smallint[])
"""
_RELAY_SQL: Final = "SELECT epoch, heads, unchained FROM relay WHERE topic = $1"


class Filled(msgspec.Struct, frozen=True):
    """How many messages of a topic were sent again."""

    topic: str
    messages: int


async def fill_topics(
    admin_url: str, log: EventLog, keys: Callable[[str], SigningKey | None] = lambda _topic: None
) -> list[Filled]:
    """Send what the topics lack, up to each relay's cursor, and set consumers to go on where they were.

    A topic that lacks nothing is left alone; one that was begun goes on. ``keys`` gives the key of a topic's publisher.
    Raises RestoreError while services run, NoSigningKeyError where messages are signed and the key is not there.
    """
    async with operating(admin_url) as connection:
        filled: list[Filled] = []
        for service in SERVICES.values():
            parts, key = service.parts, keys(service.parts.topic)
            public = Telling(parts.publishes, parts.publish, key)
            filled += [await _fill(connection, service, log, public)]
            filled += [await _fill(connection, service, log, LogTelling(log_topic_of(parts.topic), key))]
        return filled


async def _fill(connection: SingleConnection, service: Service, log: EventLog, telling: Teller[Any]) -> Filled:
    topic = telling.topic
    await seeing(connection, service)
    counted = await counted_by(connection, topic)
    if not any(counted.pseqs):
        return Filled(topic, 0)
    ends = await _ends_of(log, topic)
    lacking = [at for at, pseq in enumerate(counted.pseqs) if ends.get(at, 0) < pseq]
    if not lacking:
        return Filled(topic, 0)
    sent = await _send(connection, service, log, (counted, ends), telling)
    for other in SERVICES.values():
        await seeing(connection, other)
        await connection.execute(_POSITIONS_SQL, topic, lacking)
    return Filled(topic, sent)


async def _send(
    connection: SingleConnection,
    service: Service,
    log: EventLog,
    places: tuple[Counted, Mapping[int, int]],
    telling: Teller[Any],
) -> int:
    counted, ends = places
    parts = service.parts
    cursor = await _beginning(connection, telling)
    publisher = await log.publisher()
    sent = 0
    try:
        while cursor.gseq < counted.gseq:
            page = await telling.read(connection, parts.registry, after=cursor.gseq, limit=BATCH_MAX)
            page = [entry for entry in page if entry.gseq <= counted.gseq]
            messages, cursor = telling.of(page, cursor)
            missing = [message for message in messages if message.pseq > ends.get(message.partition, 0)]
            if missing:
                await publisher.publish(missing)
            sent += len(missing)
    finally:
        await publisher.close()
    return sent


async def _beginning(connection: SingleConnection, telling: Teller[Any]) -> Cursor:
    row = await connection.fetchrow(_RELAY_SQL, telling.topic)
    assert row is not None, "what was counted has a relay"
    chained = row["heads"] is not None
    begin = telling.beginning(Election(row["epoch"], (await know_timeline(connection)).name))
    cursor = msgspec.structs.replace(
        begin,
        heads=begin.no_heads if chained else None,
        unchained=msgspec.json.decode(row["unchained"] or "null", type=list[int] | None),
    )
    return begun(cursor, telling.key, {}) if chained else cursor


async def _ends_of(log: EventLog, topic: str) -> Mapping[int, int]:
    reader = await log.reader(topic, dict.fromkeys(range(partitions_of(topic)), 0))
    try:
        return await reader.end_offsets()
    finally:
        await reader.close()
