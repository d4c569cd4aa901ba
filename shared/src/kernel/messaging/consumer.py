"""The consumer loop: reads a topic into an inbox, and starts the transport anew when it stops moving."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial
from typing import Final, TypeVar

from kernel.messaging.event_log import EventLog, Message, Reader, TransportAwayError
from kernel.messaging.event_log.port import ALL
from kernel.messaging.event_log.share import Share
from kernel.messaging.inbox import Batches, Inbox, PositionMovedError
from kernel.messaging.proof import Proof
from kernel.messaging.standing import GapError, Standings
from kernel.messaging.stops import StoppedError
from kernel.security.signing_keys import PublicKey
from kernel.writing.passing import passes_by_itself
from kernel.writing.progress import UNHEARD, Progress
from kernel.writing.signals import asked_to_end

READ_SECONDS: Final = 1.0
BATCH_MAX: Final = 500
#: While messages keep coming they are gathered for so long, and worked off together. The first after a pause is not.
GATHER_SECONDS: Final = 0.03
_PAUSE_SECONDS: Final = 0.1
_CLAIM_AGAIN_SECONDS: Final = 0.2
#: Positions that moved over messages that nobody wanted are stored after so long.
_SETTLE_SECONDS: Final = 0.25
_BEHIND_SECONDS: Final = 1.0
_BEHIND_MAX_SECONDS: Final = 60.0
_RETRY_SECONDS: Final = 0.02
_RETRY_MAX_SECONDS: Final = 5.0
#: A partition that stopped is looked at again after so long, by starting anew from the stored positions.
STOPPED_SECONDS: Final = 10.0
#: aiokafka can hang after a broker restart with no error (EVENT-STORE 2.4): no progress for this long while
#: there are messages means a new reader.
STALLED_SECONDS: Final = 10.0
ResultT = TypeVar("ResultT")


class _LookingBehind:
    """When to look again for what was passed over: soon after something was found, then less and less often."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._stopped_at: dict[int, int] = {}
        self._at = 0.0
        self._pause = _BEHIND_SECONDS

    def due(self, standings: Standings) -> dict[int, int]:
        """The places to read from again, by partition; none while it is too early."""
        now, stopped_at = self._clock(), standings.stopped_at
        if stopped_at != self._stopped_at:
            self._stopped_at, self._pause = stopped_at, _BEHIND_SECONDS
            self._at = now + self._pause
        if not stopped_at or now < self._at:
            return {}
        self._pause = min(self._pause * 2, _BEHIND_MAX_SECONDS)
        self._at = now + self._pause
        return standings.look_behind()


class StalledError(Exception):
    """The transport has messages and delivers none."""


class Consumer:
    """Feeds one inbox from one topic. Health is progress, not lag.

    It reads its ``share`` of the topic; without one it reads the whole topic, and is run only while elected. An inbox
    that its own follows has the same share.
    """

    def __init__(
        self,
        log: EventLog,
        inbox: Inbox,
        *,
        clock: Callable[[], float],
        share: Share | None = None,
        batch_max: int = BATCH_MAX,
        gather_seconds: float = GATHER_SECONDS,
        stalled_seconds: float = STALLED_SECONDS,
        stopped_seconds: float = STOPPED_SECONDS,
        keys: Mapping[str, PublicKey] | None = None,
        progress: Progress = UNHEARD,
    ) -> None:
        self._log = log
        self.inbox = inbox
        self._clock = clock
        self._share = share or Share(ALL)
        self._batch_max = batch_max
        self._gather_seconds = gather_seconds
        self._stalled_seconds = stalled_seconds
        self._stopped_seconds = stopped_seconds
        self.proof = Proof(inbox.standings, inbox.topic, keys)
        self._held_back: dict[int, StoppedError] = {}
        self._progress = progress
        self._reader: Reader | None = None
        self._sought: dict[int, int] = {}
        #: Since this instance started: messages consumed, attempts that the database's trouble cost; and what
        #: holds the consumer up now. For metrics and health.
        self.consumed = 0
        self.retries = 0
        self.trouble: str | None = None

    async def run(self) -> None:
        """Consume until cancelled; raises on a stall, and whoever runs it starts it again.

        A gap holds up its partition alone: there the messages are looked through for the missing one, again and again.
        """
        while True:
            partitions = self._share.partitions
            self._sought.clear()
            self.inbox.standings.forget()
            self.inbox.following.forget()
            try:
                await self._read(partitions)
            except PositionMovedError:
                # Shared out anew, and we were not told yet; or we are, and claim what is ours once more.
                await asyncio.sleep(_CLAIM_AGAIN_SECONDS)

    @property
    def partitions(self) -> frozenset[int]:
        """What this instance reads now."""
        return frozenset() if self._reader is None else self._share.partitions

    async def _read(self, partitions: frozenset[int]) -> None:
        """Consume while these partitions are the share; where there are none, others read the topic."""
        if not partitions:
            self._works()
            return await self._share.differs_from(partitions)
        await self.inbox.standings.know(partitions)
        self.proof.begin()
        reader = self._reader = await self._log.reader(self.inbox.topic, self.inbox.standings.offsets)
        try:
            await self._consume(reader, partitions)
        except Exception as error:
            self.trouble = str(error) or repr(error)
            raise
        except asyncio.CancelledError:
            self.trouble = None  # somebody else consumes now
            raise
        finally:
            self._reader = None
            await reader.close()

    async def lags(self) -> dict[int, int]:
        """How many messages of each partition wait; nothing where this instance does not consume now.

        Raises TransportAwayError.
        """
        if self._reader is None:
            return {}
        ends, offsets = await self._reader.end_offsets(), self.inbox.standings.offsets
        return {partition: max(0, end - offsets.get(partition, 0)) for partition, end in sorted(ends.items())}

    async def _consume(self, reader: Reader, partitions: frozenset[int]) -> None:
        moved_at = settled_at = stopped_at = self._clock()
        behind = _LookingBehind(self._clock)
        while self._share.partitions == partitions:
            batches = await reader.read(_SETTLE_SECONDS if self.inbox.standings.ahead else READ_SECONDS)
            now = self._clock()
            self._check_stops(now - stopped_at)
            if batches:
                await self._take(reader, batches)
                if now - moved_at < _PAUSE_SECONDS:
                    await asyncio.sleep(self._gather_seconds)
                moved_at = self._clock()
            elif now - moved_at > self._stalled_seconds:
                await self._check_stalled()
                moved_at = self._clock()
            if not self.inbox.standings.stops:
                stopped_at = now
            for partition, offset in behind.due(self.inbox.standings).items():
                await reader.seek(partition, offset)
            if self.inbox.standings.ahead and now - settled_at > _SETTLE_SECONDS:
                await self._insist(self.inbox.settle)
                settled_at = now

    async def _take(self, reader: Reader, batches: Batches) -> None:
        standings = self.inbox.standings
        stopped = {at: messages for at, messages in batches.items() if at in standings.stops}
        placed = {
            at: messages
            for at, messages in batches.items()
            if at not in stopped and await self._is_in_place(reader, at, messages[0])
        }
        standings.was_read(stopped | placed)
        # What a restore has ended is left out before anything is proven: its numbers come round again behind it.
        proven, stops = self.proof.of(await self.inbox.following.counting(placed))
        for portion in _cut(proven, self._batch_max):
            batch = await self._behind(portion)
            if batch is None:
                return
            self.consumed += await self._insist(partial(self.inbox.work_off, batch))
        for partition, error in (self._held_back | stops).items():
            standings.stop(partition, error)
        self._held_back = {}
        for error in standings.stops.values():
            self.trouble = str(error)
            self._progress.held_up(error)

    def _check_stops(self, stopped_for_seconds: float) -> None:
        """Start anew where a partition has stopped for long: whoever mended it did so in the database."""
        if stopped_for_seconds > self._stopped_seconds:
            for error in self.inbox.standings.stops.values():
                raise error

    async def _behind(self, batch: Batches) -> Batches | None:
        """What of a batch the consumer that this one follows has done with; None where the share has changed meanwhile.

        Where that one has stopped on a partition, so does this one, behind it.
        """
        followed, partitions = self.inbox.follows, self._share.partitions
        if followed is None:
            return batch
        done, ahead = dict(batch), followed.standings
        for partition, messages in self.inbox.standings.fresh(batch).items():
            while not await ahead.reached(partition, messages[-1].pseq, READ_SECONDS):
                if self._share.partitions != partitions:
                    return None
                if partition in ahead.stops:
                    last = ahead.seen(partition).last_pseq
                    done[partition] = [message for message in messages if message.pseq <= last]
                    self._held_back[partition] = ahead.stops[partition]
                    break
        return {partition: messages for partition, messages in done.items() if messages}

    async def _is_in_place(self, reader: Reader, partition: int, first: Message) -> bool:
        # A failed seek leaves aiokafka at a wrong place silently, so the first offset is compared every time. Where the
        # right place has nothing at the second look either, it is for the numbers to say whether something is missing.
        expected = self.inbox.standings.place(partition)
        if first.offset <= expected or self._sought.get(partition) == expected:
            return True
        self._sought[partition] = expected
        await reader.seek(partition, expected)
        return False

    async def _insist(self, work: Callable[[], Awaitable[ResultT]]) -> ResultT:
        """Do it, and again for as long as what is in the way passes by itself."""
        pause = _RETRY_SECONDS
        while True:
            try:
                result = await work()
            except Exception as error:
                if asked_to_end() or not passes_by_itself(error):
                    raise
                self.retries += 1
                self.trouble = str(error) or repr(error)
                self._progress.held_up(error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _RETRY_MAX_SECONDS)
            else:
                self._works()
                return result

    def _works(self) -> None:
        if self.inbox.standings.stops:
            return
        self.trouble = self.inbox.standings.missing
        if self.trouble is None:
            self._progress.works()
        else:
            self._progress.held_up(GapError(self.trouble))

    async def _check_stalled(self) -> None:
        try:
            async with asyncio.timeout(self._stalled_seconds):
                ends = {} if self._reader is None else await self._reader.end_offsets()
        except TimeoutError as error:
            raise TransportAwayError(f"{self.inbox.topic}: the transport does not say what it has") from error
        lag = sum(max(0, end - self.inbox.standings.place(partition)) for partition, end in ends.items())
        if lag > 0:
            raise StalledError(
                f"{self.inbox.consumer}: {lag} messages wait on topic {self.inbox.topic} and none arrives; "
                "starting a new reader"
            )
        self._works()


def _cut(batches: Batches, batch_max: int) -> Iterator[Batches]:
    """The same messages in portions of at most ``batch_max``, each partition in its order."""
    portion: dict[int, list[Message]] = {}
    room = batch_max
    for partition, messages in batches.items():
        start = 0
        while start < len(messages):
            piece = messages[start : start + room]
            portion.setdefault(partition, []).extend(piece)
            start, room = start + len(piece), room - len(piece)
            if not room:
                yield portion
                portion, room = {}, batch_max
    if portion:
        yield portion
