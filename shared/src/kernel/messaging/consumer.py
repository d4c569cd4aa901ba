"""The consumer loop: reads a topic into an inbox, and starts the transport anew when it stops moving."""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from kernel.messaging.event_log import EventLog, Message, Reader
from kernel.messaging.inbox import GapError, Inbox

READ_SECONDS: Final = 1.0
BATCH_MAX: Final = 500
_FOLLOW_SECONDS: Final = 0.01
_FOLLOW_MAX_SECONDS: Final = 0.2
#: aiokafka can hang after a broker restart with no error (EVENT-STORE 2.4): no progress for this long while
#: there are messages means a new reader.
STALLED_SECONDS: Final = 10.0
_log = structlog.get_logger(__name__)


class StalledError(Exception):
    """The transport has messages and delivers none."""


class Consumer:
    """Feeds one inbox from one topic; run it only while elected. Health is progress, not lag."""

    def __init__(
        self,
        log: EventLog,
        inbox: Inbox,
        *,
        clock: Callable[[], float],
        follows: str | None = None,
        batch_max: int = BATCH_MAX,
        stalled_seconds: float = STALLED_SECONDS,
    ) -> None:
        self._log = log
        self.inbox = inbox
        self._clock = clock
        self._follows = follows
        self._batch_max = batch_max
        self._stalled_seconds = stalled_seconds
        self._next: dict[int, int] = {}
        #: Messages consumed by this instance since it started, and what stopped it last; for metrics and health.
        self.consumed = 0
        self.lag = 0
        self.trouble: str | None = None

    async def run(self) -> None:
        """Consume until cancelled; raises on a gap or a stall, and whoever runs it starts it again."""
        self._next = await self.inbox.positions()
        reader = await self._log.reader(self.inbox.topic, self._next)
        try:
            await self._consume(reader)
        except (GapError, StalledError) as error:
            self.trouble = str(error)
            _log.error("consumer stopped", consumer=self.inbox.consumer, topic=self.inbox.topic, error=str(error))
            raise
        finally:
            await reader.close()

    async def _consume(self, reader: Reader) -> None:
        moved_at = self._clock()
        while True:
            batches = await reader.read(READ_SECONDS)
            for partition, messages in batches.items():
                await self._take(reader, partition, messages)
            if batches:
                self.trouble = None
                moved_at = self._clock()
            elif self._clock() - moved_at > self._stalled_seconds:
                await self._check_stalled(reader)
                moved_at = self._clock()

    async def _take(self, reader: Reader, partition: int, messages: list[Message]) -> None:
        # A failed seek leaves aiokafka at a wrong place silently, so the first offset is compared every time.
        if messages[0].offset > self._next[partition]:
            await reader.seek(partition, self._next[partition])
            raise GapError(
                f"{self.inbox.consumer}: topic {self.inbox.topic} partition {partition} was read from offset "
                f"{messages[0].offset} instead of {self._next[partition]}"
            )
        for start in range(0, len(messages), self._batch_max):
            batch = messages[start : start + self._batch_max]
            await self._wait_for_leader(partition, batch[-1].pseq)
            self.consumed += await self.inbox.consume(partition, batch)
            self._next[partition] = batch[-1].offset + 1

    async def _wait_for_leader(self, partition: int, pseq: int) -> None:
        """Wait, outside any transaction, until the consumer that this one follows has come as far."""
        pause = _FOLLOW_SECONDS
        while self._follows is not None and await self.inbox.reached_by(self._follows, partition) < pseq:
            await asyncio.sleep(pause)
            pause = min(pause * 2, _FOLLOW_MAX_SECONDS)

    async def _check_stalled(self, reader: Reader) -> None:
        async with asyncio.timeout(self._stalled_seconds):
            ends = await reader.end_offsets()
        self.lag = sum(max(0, end - self._next.get(partition, 0)) for partition, end in ends.items())
        if self.lag > 0:
            raise StalledError(
                f"{self.inbox.consumer}: {self.lag} messages wait on topic {self.inbox.topic} and none arrives; "
                "starting a new reader"
            )
