"""How far a consumer has come on each partition: as stored, and as seen where nothing was wanted since."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import msgspec

from kernel.messaging.chain import BEGINNING, Head
from kernel.messaging.event_log import Message
from kernel.messaging.event_log.port import ALL, PARTITIONS
from kernel.messaging.stops import StoppedError
from kernel.writing.database import Pool

_BEGIN_SQL: Final = """
INSERT INTO inbox_cursor (consumer, topic, partition, next_offset, last_pseq)
SELECT $1, $2, partition, 0, 0 FROM generate_series(0, $3::int - 1) AS partition ON CONFLICT DO NOTHING
"""
# Whoever begins to read takes the position's next generation; from then on only it can move the position.
_CLAIM_SQL: Final = """
UPDATE inbox_cursor SET generation = generation + 1 WHERE consumer = $1 AND topic = $2 AND partition = ANY($3)
RETURNING partition, next_offset, last_pseq, generation, head
"""


class GapError(Exception):
    """A message is missing between the last one consumed and those that are read; nothing after it is consumed."""


class Standing(msgspec.Struct, frozen=True):
    """The transport's offset to go on from, the publisher's number of the last message, and the chain's head there.

    Without a head the chain has not begun: the messages so far carry no signature.
    """

    next_offset: int
    last_pseq: int
    head: Head | None = None


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One partition's step, from the message ``before`` that is stored to ``last_pseq``, in a ``generation``."""

    partition: int
    before: int
    next_offset: int
    last_pseq: int
    generation: int
    head: str | None


class Gap(msgspec.Struct, frozen=True):
    """A missing message: where to look for what was passed over since, and the highest number among that."""

    back: int
    ahead: int


class Standings:
    """One consumer's standing on the partitions that it has claimed; nobody else moves it until it is claimed anew.

    Where a message is missing, those after it are passed over until it comes, wherever behind. The offset that is
    stored stays before all that was passed over, so that nothing is lost in whatever order it is sent again.
    """

    def __init__(self, pool: Pool, consumer: str, topic: str) -> None:
        self._pool = pool
        self._consumer = consumer
        self._topic = topic
        self._stored: dict[int, Standing] = {}
        self._seen: dict[int, Standing] = {}
        #: Up to where each partition was read since, whatever became of it.
        self._read: dict[int, int] = {}
        self._generations: dict[int, int] = {}
        #: By partition, what is missing now.
        self.gaps: dict[int, Gap] = {}
        self._changed = asyncio.Event()
        #: The partitions that stopped, and why; until the positions are read again.
        self.stops: dict[int, StoppedError] = {}

    async def know(self, share: frozenset[int] = ALL) -> None:
        """Claim the positions of a share and read what is stored, unless it is known; nobody else moves them then."""
        if self._stored:
            return
        await self.exist()
        rows = await self._pool.fetch(_CLAIM_SQL, self._consumer, self._topic, sorted(share))
        self._generations = {row["partition"]: row["generation"] for row in rows}
        self.begin({row["partition"]: _standing(row) for row in rows})

    async def exist(self) -> None:
        """Stand at the start of every partition where nothing is stored: all can see what this one has before it."""
        await self._pool.execute(_BEGIN_SQL, self._consumer, self._topic, PARTITIONS)

    def begin(self, stored: Mapping[int, Standing]) -> None:
        """Stand where these say."""
        self.forget()
        self._stored, self._seen = dict(stored), dict(stored)
        self._changed.set()

    def forget(self) -> None:
        """What is stored was moved by somebody else."""
        self._stored, self._seen, self._read, self.gaps, self.stops = {}, {}, {}, {}, {}

    @property
    def offsets(self) -> dict[int, int]:
        """For each partition the transport's offset to go on from."""
        return {partition: standing.next_offset for partition, standing in self._seen.items()}

    def seen(self, partition: int) -> Standing:
        """How far was read, whether that is stored yet or not."""
        return self._seen[partition]

    def stop(self, partition: int, error: StoppedError) -> None:
        """Nothing more of this partition is consumed before the positions are read again."""
        self.stops[partition] = error
        self._changed.set()

    def was_read(self, batches: Mapping[int, Sequence[Message]]) -> None:
        """The transport has given these; what comes next follows them."""
        for partition, messages in batches.items():
            self._read[partition] = messages[-1].offset + 1

    def place(self, partition: int) -> int:
        """The transport's offset that comes next, from where it was read last."""
        return self._read.get(partition, self._seen[partition].next_offset)

    def look_behind(self) -> dict[int, int]:
        """Read these partitions again, from where something was passed over."""
        back = {partition: gap.back for partition, gap in self.gaps.items()}
        self._read |= back
        return back

    @property
    def stopped_at(self) -> dict[int, int]:
        """For each partition on which a message is missing the number of the one before it."""
        return {partition: self._seen[partition].last_pseq for partition in self.gaps}

    @property
    def missing(self) -> str | None:
        """What is missing, in words; None where nothing is."""
        if not self.gaps:
            return None
        partition = min(self.gaps)
        number = self._seen[partition].last_pseq + 1
        return (
            f"{self._consumer}: message {number} of topic {self._topic} partition {partition} is missing, and nothing "
            f"after it is consumed there until its publisher sends it again: `onestop republish {self._topic} "
            f"--partition {partition} --from {number}`"
        )

    def fresh(self, batches: Mapping[int, Sequence[Message]]) -> dict[int, list[Message]]:
        """The messages that are new, by partition, without those before which one is missing."""
        return {
            partition: found for partition, messages in batches.items() if (found := self._new(partition, messages))
        }

    def _new(self, partition: int, messages: Sequence[Message]) -> list[Message]:
        seen, found, ahead = self._seen[partition], list[Message](), 0
        back, last = seen.next_offset, seen.last_pseq
        for message in messages:
            if message.pseq == last + 1:
                found.append(message)
                last = message.pseq
                if not ahead:
                    back = message.offset + 1
            elif message.pseq > last:
                ahead = max(ahead, message.pseq)
        gap = self.gaps.get(partition)
        if gap is not None:
            self.gaps[partition] = Gap(gap.back, max(gap.ahead, ahead))
        elif ahead > last:
            self.gaps[partition] = Gap(back, ahead)
        self._read[partition] = max(self._read.get(partition, 0), messages[-1].offset + 1)
        return found

    def moves(self, fresh: Mapping[int, Sequence[Message]]) -> list[Move]:
        """The steps that working off these messages means."""
        return [
            self._move(partition, self._after(partition, messages)) for partition, messages in sorted(fresh.items())
        ]

    def stored(self, moves: Sequence[Move]) -> None:
        """These steps were committed."""
        for move in moves:
            head = None if move.head is None else Head.of_text(move.head)
            self._stored[move.partition] = Standing(move.next_offset, move.last_pseq, head)
            self._come(move.partition, self._stored[move.partition])
        self._changed.set()

    def see(self, fresh: Mapping[int, Sequence[Message]]) -> None:
        """These messages are done with, whether that is stored yet or not."""
        for partition, messages in fresh.items():
            self._come(partition, self._after(partition, messages))
        self._changed.set()

    def begin_chains(self, unchained: Sequence[int]) -> None:
        """The publisher has signed how many messages of each partition came before the chain: no more of those."""
        for partition, seen in self._seen.items():
            if seen.head is None and seen.last_pseq == unchained[partition]:
                self._seen[partition] = msgspec.structs.replace(seen, head=BEGINNING)

    def passed(self, batches: Mapping[int, Sequence[Message]]) -> None:
        """All of these were read, also those that were no news: where nothing is missing they need not come again."""
        for partition, messages in batches.items():
            seen, offset = self._seen[partition], messages[-1].offset + 1
            self._read[partition] = max(self._read.get(partition, 0), offset)
            if partition not in self.gaps and offset > seen.next_offset:
                self._seen[partition] = Standing(offset, seen.last_pseq, seen.head)

    def _come(self, partition: int, to: Standing) -> None:
        self._seen[partition] = to
        gap = self.gaps.get(partition)
        if gap is not None and to.last_pseq >= gap.ahead:
            del self.gaps[partition]

    def _after(self, partition: int, messages: Sequence[Message]) -> Standing:
        last, gap = messages[-1], self.gaps.get(partition)
        behind = gap is not None and last.pseq < gap.ahead
        head = None if last.head is None else Head.of_text(last.head)
        return Standing(gap.back if gap is not None and behind else last.offset + 1, last.pseq, head)

    @property
    def ahead(self) -> list[Move]:
        """The steps that are seen and not stored."""
        return [self._move(at, seen) for at, seen in sorted(self._seen.items()) if seen != self._stored[at]]

    def _move(self, partition: int, to: Standing) -> Move:
        return Move(
            partition=partition,
            before=self._stored[partition].last_pseq,
            next_offset=to.next_offset,
            last_pseq=to.last_pseq,
            generation=self._generations.get(partition, 0),
            head=None if to.head is None else to.head.text,
        )

    async def reached(self, partition: int, pseq: int, within_seconds: float) -> bool:
        """Wait until this consumer has come as far; false where it has not in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_seconds):
                while partition not in self._seen or self._seen[partition].last_pseq < pseq:
                    self._changed.clear()
                    await self._changed.wait()
                return True
        return False


def _standing(row: Any) -> Standing:
    head = None if row["head"] is None else Head.of_text(row["head"])
    return Standing(row["next_offset"], row["last_pseq"], head)
