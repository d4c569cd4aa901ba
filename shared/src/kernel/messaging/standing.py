"""How far a consumer has come on each partition: as stored, and as seen where nothing was wanted since."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from kernel.messaging.event_log import Message
from kernel.messaging.event_log.port import PARTITIONS
from kernel.writing.database import Pool

_BEGIN_SQL: Final = """
INSERT INTO inbox_cursor (consumer, topic, partition, next_offset, last_pseq)
SELECT $1, $2, partition, 0, 0 FROM generate_series(0, $3::int - 1) AS partition ON CONFLICT DO NOTHING
"""
_READ_SQL: Final = (
    "SELECT partition, next_offset, last_pseq FROM inbox_cursor WHERE consumer = $1 AND topic = $2 ORDER BY partition"
)


class GapError(Exception):
    """A message is missing between the last one consumed and the next one read; consuming stops there."""


class Standing(msgspec.Struct, frozen=True):
    """The transport's offset to go on from, and the publisher's number of the last message."""

    next_offset: int
    last_pseq: int


class Move(msgspec.Struct, frozen=True):
    """One partition's step, from the message ``before`` that is stored to ``last_pseq``."""

    partition: int
    before: int
    next_offset: int
    last_pseq: int


class Standings:
    """One consumer's standing on all partitions of its topic; nobody else moves it while this one is elected."""

    def __init__(self, pool: Pool, consumer: str, topic: str) -> None:
        self._pool = pool
        self._consumer = consumer
        self._topic = topic
        self._stored: dict[int, Standing] = {}
        self._seen: dict[int, Standing] = {}
        self._changed = asyncio.Event()

    async def know(self) -> None:
        """Read what is stored, unless it is known.

        A consumer that begins stands at the start of every partition, so that all can see what it has before it.
        """
        if self._stored:
            return
        await self._pool.execute(_BEGIN_SQL, self._consumer, self._topic, PARTITIONS)
        rows = await self._pool.fetch(_READ_SQL, self._consumer, self._topic)
        self._stored = {row["partition"]: Standing(row["next_offset"], row["last_pseq"]) for row in rows}
        self._seen = dict(self._stored)
        self._changed.set()

    def forget(self) -> None:
        """What is stored was moved by somebody else."""
        self._stored, self._seen = {}, {}

    @property
    def offsets(self) -> dict[int, int]:
        """For each partition the transport's offset to go on from."""
        return {partition: standing.next_offset for partition, standing in self._seen.items()}

    def fresh(self, batches: Mapping[int, Sequence[Message]]) -> dict[int, list[Message]]:
        """The messages that are new, by partition; raises GapError where one is missing."""
        return {
            partition: found for partition, messages in batches.items() if (found := self._new(partition, messages))
        }

    def _new(self, partition: int, messages: Sequence[Message]) -> list[Message]:
        last, found = self._seen[partition].last_pseq, []
        for message in messages:
            if message.pseq <= last:
                continue
            if message.pseq != last + 1:
                raise GapError(
                    f"{self._consumer}: topic {self._topic} partition {partition} goes from message {last} to "
                    f"{message.pseq}; {message.pseq - last - 1} are missing. Nothing after {last} is consumed until "
                    "the publisher sends them again"
                )
            found.append(message)
            last = message.pseq
        return found

    def moves(self, fresh: Mapping[int, Sequence[Message]]) -> list[Move]:
        """The steps that working off these messages means."""
        return [self._move(partition, _after(messages)) for partition, messages in sorted(fresh.items())]

    def stored(self, moves: Sequence[Move]) -> None:
        """These steps were committed."""
        for move in moves:
            self._stored[move.partition] = self._seen[move.partition] = Standing(move.next_offset, move.last_pseq)
        self._changed.set()

    def see(self, fresh: Mapping[int, Sequence[Message]]) -> None:
        """These messages are done with, whether that is stored yet or not."""
        for partition, messages in fresh.items():
            self._seen[partition] = _after(messages)
        self._changed.set()

    @property
    def ahead(self) -> list[Move]:
        """The steps that are seen and not stored."""
        return [self._move(at, seen) for at, seen in sorted(self._seen.items()) if seen != self._stored[at]]

    def _move(self, partition: int, to: Standing) -> Move:
        return Move(partition, self._stored[partition].last_pseq, to.next_offset, to.last_pseq)

    async def reached(self, partition: int, pseq: int) -> None:
        """Wait until this consumer has come as far."""
        while partition not in self._seen or self._seen[partition].last_pseq < pseq:
            self._changed.clear()
            await self._changed.wait()


def _after(messages: Sequence[Message]) -> Standing:
    return Standing(messages[-1].offset + 1, messages[-1].pseq)
