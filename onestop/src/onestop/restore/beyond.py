"""What a topic has beyond its publisher's restored store: messages of events that the dump does not hold."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from kernel.messaging.envelope import Election
from kernel.messaging.event_log import EventLog, Message
from kernel.messaging.event_log.port import PARTITIONS, partitions_of
from kernel.messaging.telling import Cursor, Teller
from kernel.writing.database import SingleConnection
from kernel.writing.event_registry import EventRegistry
from kernel.writing.event_store.log import PAGE

_READ_SECONDS: Final = 1.0
_RELAY_SQL: Final = "SELECT gseq, pseqs FROM relay WHERE topic = $1"
_KNOWN_SQL: Final = "SELECT event_id FROM events WHERE event_id = ANY($1::uuid[])"


class Counted(msgspec.Struct, frozen=True):
    """How far a relay has come: the last event, and the count in each partition."""

    gseq: int = 0
    pseqs: tuple[int, ...] = (0,) * PARTITIONS

    @classmethod
    def nothing(cls, topic: str) -> "Counted":
        """What a relay that never sent has counted."""
        return cls(pseqs=(0,) * partitions_of(topic))


class Consumed(msgspec.Struct, frozen=True):
    """How far a consumer had come in a partition when the dump was taken."""

    consumer: str
    partition: int
    next_offset: int
    last_pseq: int


class Beyond(msgspec.Struct, frozen=True):
    """How far the store and the topic agree, and the messages after that which the store knows nothing of.

    ``ends`` are the last messages that the store knows of. They are further than the count where a batch had come to
    one partition and not to another, or where another program has told its events otherwise.
    """

    counted: Counted
    lost: tuple[Message, ...]
    ends: tuple[int, ...]


async def counted_by(connection: SingleConnection, topic: str) -> Counted:
    """How far the relay of the service whose schema the connection sees had come when the dump was taken."""
    row = await connection.fetchrow(_RELAY_SQL, topic)
    return Counted(row["gseq"], tuple(msgspec.json.decode(row["pseqs"]))) if row else Counted.nothing(topic)


async def look_beyond(
    connection: SingleConnection,
    registry: EventRegistry,
    telling: Teller[Any],
    log: EventLog,
    consumers: Sequence[Consumed],
) -> Beyond:
    """Compare what a service's topic has after its relay's cursor with the store that the connection sees."""
    stored = await counted_by(connection, telling.topic)
    after = await _after(log, telling.topic, stored, consumers)
    if not after:
        return Beyond(stored, (), stored.pseqs)  # no event is asked for that may lie in an archive elsewhere
    # A relay stores its cursor a little later than it sends: what is out and in the store is nobody's loss.
    counted = await _agreed(
        connection, registry, telling, stored, {(m.partition, m.pseq): m.headers["ce_id"] for m in after}
    )
    beyond = [m for m in after if m.pseq > counted.pseqs[m.partition]]
    rows = await connection.fetch(_KNOWN_SQL, [UUID(m.headers["ce_id"]) for m in beyond])
    known = {str(row["event_id"]) for row in rows}
    lost = tuple(m for m in beyond if m.headers["ce_id"] not in known)
    return Beyond(counted, lost, _ends(counted, [m for m in beyond if m.headers["ce_id"] in known]))


def _ends(counted: Counted, known: Sequence[Message]) -> tuple[int, ...]:
    ends = list(counted.pseqs)
    for message in sorted(known, key=lambda found: found.pseq):
        if message.pseq == ends[message.partition] + 1:
            ends[message.partition] = message.pseq
    return tuple(ends)


async def _after(log: EventLog, topic: str, stored: Counted, consumers: Sequence[Consumed]) -> list[Message]:
    """The messages after the cursor, from where the slowest consumer of each partition stood.

    Where all consumers had worked off more than the cursor says, the topic is read from as far before them as it takes.
    """
    slowest: dict[int, Consumed] = {}
    for one in consumers:
        slowest[one.partition] = min(one, slowest.get(one.partition, one), key=lambda found: found.next_offset)
    back = {partition: max(0, one.last_pseq - stored.pseqs[partition]) for partition, one in slowest.items()}
    while True:
        start = {partition: max(0, one.next_offset - back[partition]) for partition, one in slowest.items()}
        found, first = await _rest_of(log, topic, start, stored)
        late = [p for p in start if back[p] and start[p] and first.get(p, 0) > stored.pseqs[p] + 1]
        if not late:
            return found
        back |= {partition: 2 * back[partition] for partition in late}


async def _rest_of(
    log: EventLog, topic: str, start: Mapping[int, int], stored: Counted
) -> tuple[list[Message], dict[int, int]]:
    """The messages from there on that the cursor does not count, and the number of the first one of each partition."""
    positions = {partition: start.get(partition, 0) for partition in range(partitions_of(topic))}
    reader = await log.reader(topic, positions)
    try:
        ends = await reader.end_offsets()
        found: list[Message] = []
        first: dict[int, int] = {}
        while any(position < ends.get(partition, 0) for partition, position in positions.items()):
            for partition, messages in (await reader.read(_READ_SECONDS)).items():
                first.setdefault(partition, messages[0].pseq)
                found += (message for message in messages if message.pseq > stored.pseqs[partition])
                positions[partition] = messages[-1].offset + 1
        return found, first
    finally:
        await reader.close()


async def _agreed(
    connection: SingleConnection,
    registry: EventRegistry,
    telling: Teller[Any],
    counted: Counted,
    out: Mapping[tuple[int, int], str],
) -> Counted:
    cursor = Cursor(gseq=counted.gseq, pseqs=list(counted.pseqs), election=Election(0, ""))
    while page := await telling.read(connection, registry, after=counted.gseq, limit=PAGE):
        for entry in page:
            messages, cursor = telling.of([entry], cursor)
            if any(out.get((m.partition, m.pseq)) != dict(m.headers)["ce_id"] for m in messages):
                return counted
            counted = Counted(cursor.gseq, tuple(cursor.pseqs))
    return counted
