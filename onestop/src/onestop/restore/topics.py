"""Filling topics again from the stores, after the broker's disk was lost: the same messages under the same numbers."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from kernel.messaging.envelope import Election
from kernel.messaging.event_log import EventLog
from kernel.messaging.event_log.port import PARTITIONS
from kernel.messaging.relay import BATCH_MAX
from kernel.messaging.taking_over import begun
from kernel.messaging.telling import NO_HEADS, Cursor, Telling
from kernel.running.service import Service
from kernel.security.signing_keys import SigningKey
from kernel.writing.database import SingleConnection
from kernel.writing.event_store.log import read_log
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
        return [await _fill(connection, service, log, keys(service.parts.topic)) for service in SERVICES.values()]


async def _fill(connection: SingleConnection, service: Service, log: EventLog, key: SigningKey | None) -> Filled:
    topic = service.parts.topic
    await seeing(connection, service)
    counted = await counted_by(connection, topic)
    ends = await _ends_of(log, topic)
    lacking = [partition for partition in range(PARTITIONS) if ends.get(partition, 0) < counted.pseqs[partition]]
    if not lacking:
        return Filled(topic, 0)
    telling = Telling(service.parts.publishes, service.parts.publish, key)
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
    telling: Telling,
) -> int:
    counted, ends = places
    parts = service.parts
    cursor = await _beginning(connection, telling)
    publisher = await log.publisher()
    sent = 0
    try:
        while cursor.gseq < counted.gseq:
            page = await read_log(connection, parts.registry, after=cursor.gseq, limit=BATCH_MAX)
            page = [entry for entry in page if entry.gseq <= counted.gseq]
            messages, cursor = telling.of(page, cursor)
            missing = [message for message in messages if message.pseq > ends.get(message.partition, 0)]
            if missing:
                await publisher.publish(missing)
            sent += len(missing)
    finally:
        await publisher.close()
    return sent


async def _beginning(connection: SingleConnection, telling: Telling) -> Cursor:
    row = await connection.fetchrow(_RELAY_SQL, telling.contract.topic)
    assert row is not None, "what was counted has a relay"
    chained = row["heads"] is not None
    cursor = Cursor(
        gseq=0,
        pseqs=[0] * PARTITIONS,
        election=Election(row["epoch"], (await know_timeline(connection)).name),
        heads=list(NO_HEADS) if chained else None,
        unchained=msgspec.json.decode(row["unchained"] or "null", type=list[int] | None),
    )
    return begun(cursor, telling.key, {}) if chained else cursor


async def _ends_of(log: EventLog, topic: str) -> Mapping[int, int]:
    reader = await log.reader(topic, dict.fromkeys(range(PARTITIONS), 0))
    try:
        return await reader.end_offsets()
    finally:
        await reader.close()
