"""A consumer's place on its topic, found again by its number where the stored offset leads nowhere any more.

Offsets are the transport's and may come to mean something else: a topic is deleted and made anew, records are removed.
Numbers are the publisher's and stay. So only the offset is ever set, never how far a consumer has come: whatever is
set here, nothing is passed over and nothing works twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from kernel.messaging.event_log import EventLog, Message
from kernel.writing.database import SingleConnection

_READ_SECONDS: Final = 1.0
_STORED_SQL: Final = """
SELECT consumer, partition, next_offset, last_pseq FROM inbox_cursor WHERE topic = $1 ORDER BY consumer, partition
"""
# The next generation: whoever consumes meanwhile moves nothing from the old place, and begins again at the new one.
_PLACE_SQL: Final = """
UPDATE inbox_cursor SET next_offset = $5, generation = generation + 1
WHERE consumer = $1 AND topic = $2 AND partition = $3 AND last_pseq = $4
"""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where one consumer stands on one partition: the number consumed last, the stored offset, and the right one."""

    consumer: str
    topic: str
    partition: int
    last_pseq: int
    next_offset: int
    #: The oldest offset that is still there: a broker gives nothing to whoever asks for an older one.
    oldest: int
    #: The first offset from which on everything lies that is not consumed yet; the topic's end where all is.
    right_offset: int
    #: The first number that was published, is not consumed yet and is nowhere on the topic.
    missing: int | None

    @property
    def leads_on(self) -> bool:
        """Whether whoever reads from the stored offset on finds everything that is not consumed yet, and no hole."""
        return self.oldest <= self.next_offset <= self.right_offset and self.missing is None


async def places(connection: SingleConnection, log: EventLog, topic: str, sent: Sequence[int]) -> list[Place]:
    """Where every consumer of this schema stands on a topic, which is read from one end to the other for it.

    ``sent`` says of each partition how many messages its publisher has sent. Raises TransportAwayError.
    """
    rows = await connection.fetch(_STORED_SQL, topic)
    lasts: dict[int, set[int]] = {}
    for row in rows:
        lasts.setdefault(row["partition"], set()).add(row["last_pseq"])
    found = await _look_through(log, topic, lasts)
    return [
        Place(
            consumer=row["consumer"],
            topic=topic,
            partition=row["partition"],
            last_pseq=row["last_pseq"],
            next_offset=row["next_offset"],
            oldest=found[row["partition"]].oldest,
            right_offset=found[row["partition"]].first_above(row["last_pseq"]),
            missing=found[row["partition"]].hole_above(row["last_pseq"], sent[row["partition"]]),
        )
        for row in rows
    ]


async def set_right(connection: SingleConnection, wrong: Iterable[Place]) -> list[Place]:
    """Set these places right, and give those that were: one that has moved meanwhile is let be."""
    return [
        place
        for place in wrong
        if await connection.execute(
            _PLACE_SQL, place.consumer, place.topic, place.partition, place.last_pseq, place.right_offset
        )
        == "UPDATE 1"
    ]


class _Looked:
    """What lies on one partition, as far as it concerns some numbers that were consumed last."""

    def __init__(self, lasts: Iterable[int], oldest: int, end: int) -> None:
        self.oldest = oldest
        self._first = dict.fromkeys(lasts, end)
        self._numbers = set[int]()
        self._lowest = min(self._first)

    def look(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if message.pseq > self._lowest:
                self._numbers.add(message.pseq)
            for last, offset in self._first.items():
                if message.pseq > last and message.offset < offset:
                    self._first[last] = message.offset

    def first_above(self, last: int) -> int:
        return self._first[last]

    def hole_above(self, last: int, sent: int) -> int | None:
        return next((number for number in range(last + 1, sent + 1) if number not in self._numbers), None)


async def _look_through(log: EventLog, topic: str, lasts: Mapping[int, set[int]]) -> dict[int, _Looked]:
    reader = await log.reader(topic, dict.fromkeys(lasts, 0))
    try:
        begins, ends = await reader.begin_offsets(), await reader.end_offsets()
        looked = {at: _Looked(numbers, begins.get(at, 0), ends.get(at, 0)) for at, numbers in lasts.items()}
        left = {at for at in lasts if begins.get(at, 0) < ends.get(at, 0)}
        for at in left:
            await reader.seek(at, begins[at])
        while left:
            for at, messages in (await reader.read(_READ_SECONDS)).items():
                if at in left:
                    looked[at].look(messages)
                    if messages[-1].offset + 1 >= ends[at]:
                        left.discard(at)
        return looked
    finally:
        await reader.close()
