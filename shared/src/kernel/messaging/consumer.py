"""The consumer loop: reads a topic into an inbox, and starts the transport anew when it stops moving."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Final, TypeVar

import structlog

from kernel.messaging.event_log import EventLog, Message, Reader
from kernel.messaging.inbox import Batches, Inbox
from kernel.messaging.interest import NewerVersionError
from kernel.messaging.standing import GapError
from kernel.writing.passing import passes_by_itself

READ_SECONDS: Final = 1.0
BATCH_MAX: Final = 500
#: While messages keep coming they are gathered for so long, and worked off together. The first after a pause is not.
GATHER_SECONDS: Final = 0.02
_PAUSE_SECONDS: Final = 0.1
#: Positions that moved over messages that nobody wanted are stored after so long.
_SETTLE_SECONDS: Final = 0.25
_RETRY_SECONDS: Final = 0.02
_RETRY_MAX_SECONDS: Final = 5.0
#: aiokafka can hang after a broker restart with no error (EVENT-STORE 2.4): no progress for this long while
#: there are messages means a new reader.
STALLED_SECONDS: Final = 10.0
ResultT = TypeVar("ResultT")
_log = structlog.get_logger(__name__)


class StalledError(Exception):
    """The transport has messages and delivers none."""


class Consumer:
    """Feeds one inbox from one topic; run it only while elected. Health is progress, not lag.

    ``follows`` is the inbox of another consumer of the same topic, whose rows the effects read.
    """

    def __init__(
        self,
        log: EventLog,
        inbox: Inbox,
        *,
        clock: Callable[[], float],
        follows: Inbox | None = None,
        batch_max: int = BATCH_MAX,
        gather_seconds: float = GATHER_SECONDS,
        stalled_seconds: float = STALLED_SECONDS,
    ) -> None:
        self._log = log
        self.inbox = inbox
        self._clock = clock
        self._follows = follows
        self._batch_max = batch_max
        self._gather_seconds = gather_seconds
        self._stalled_seconds = stalled_seconds
        #: Since this instance started: messages consumed, attempts that the database's trouble cost; and what
        #: holds the consumer up now. For metrics and health.
        self.consumed = 0
        self.retries = 0
        self.lag = 0
        self.trouble: str | None = None

    async def run(self) -> None:
        """Consume until cancelled; raises on a gap or a stall, and whoever runs it starts it again."""
        self.inbox.standings.forget()
        await self.inbox.standings.know()
        reader = await self._log.reader(self.inbox.topic, self.inbox.standings.offsets)
        try:
            await self._consume(reader)
        except (GapError, StalledError, NewerVersionError) as error:
            self._stopped(error)
            raise
        finally:
            await reader.close()

    async def _consume(self, reader: Reader) -> None:
        moved_at = settled_at = self._clock()
        while True:
            batches = await reader.read(_SETTLE_SECONDS if self.inbox.standings.ahead else READ_SECONDS)
            now = self._clock()
            if batches:
                await self._take(reader, batches)
                if now - moved_at < _PAUSE_SECONDS:
                    await asyncio.sleep(self._gather_seconds)
                moved_at = self._clock()
            elif now - moved_at > self._stalled_seconds:
                await self._check_stalled(reader)
                moved_at = self._clock()
            if self.inbox.standings.ahead and now - settled_at > _SETTLE_SECONDS:
                await self._insist(self.inbox.settle)
                settled_at = now

    async def _take(self, reader: Reader, batches: Batches) -> None:
        for partition, messages in batches.items():
            await self._check_place(reader, partition, messages[0])
        for batch in _cut(batches, self._batch_max):
            if self._follows is not None:
                for partition, messages in batch.items():
                    await self._follows.standings.reached(partition, messages[-1].pseq)
            self.consumed += await self._insist(partial(self.inbox.consume, batch))

    async def _check_place(self, reader: Reader, partition: int, first: Message) -> None:
        # A failed seek leaves aiokafka at a wrong place silently, so the first offset is compared every time.
        expected = self.inbox.standings.offsets[partition]
        if first.offset > expected:
            await reader.seek(partition, expected)
            raise GapError(
                f"{self.inbox.consumer}: topic {self.inbox.topic} partition {partition} was read from offset "
                f"{first.offset} instead of {expected}"
            )

    async def _insist(self, work: Callable[[], Awaitable[ResultT]]) -> ResultT:
        """Do it, and again for as long as what is in the way passes by itself."""
        pause = _RETRY_SECONDS
        while True:
            try:
                result = await work()
            except Exception as error:
                if not passes_by_itself(error):
                    raise
                self.retries += 1
                if self.trouble is None:
                    self._stopped(error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _RETRY_MAX_SECONDS)
            else:
                if self.trouble is not None:
                    _log.info("consumer goes on", consumer=self.inbox.consumer, topic=self.inbox.topic)
                    self.trouble = None
                return result

    def _stopped(self, error: Exception) -> None:
        self.trouble = str(error) or repr(error)
        _log.error("consumer is held up", consumer=self.inbox.consumer, topic=self.inbox.topic, error=self.trouble)

    async def _check_stalled(self, reader: Reader) -> None:
        async with asyncio.timeout(self._stalled_seconds):
            ends = await reader.end_offsets()
        offsets = self.inbox.standings.offsets
        self.lag = sum(max(0, end - offsets.get(partition, 0)) for partition, end in ends.items())
        if self.lag > 0:
            raise StalledError(
                f"{self.inbox.consumer}: {self.lag} messages wait on topic {self.inbox.topic} and none arrives; "
                "starting a new reader"
            )


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
