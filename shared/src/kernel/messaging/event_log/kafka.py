"""The Kafka transport: aiokafka with an idempotent producer, and readers that assign partitions by hand.

Kafka's group protocol says which partitions an instance reads (kafka_group) and nothing else: positions live in
PostgreSQL with the effects, so that no rebalance can lose, double or tear anything (docs/decisions/0026).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from kernel.messaging.event_log.kafka_group import KafkaMember
from kernel.messaging.event_log.kafka_login import NOBODY, KafkaLogin
from kernel.messaging.event_log.kafka_topics import MESSAGE_BYTES_MAX, ensure
from kernel.messaging.event_log.port import Message, Outgoing, Publisher, Reader, TransportAwayError
from kernel.messaging.event_log.share import Member
from kernel.writing.progress import UNHEARD, Progress

#: An idempotent batch never expires in aiokafka, so a wait for a broker that is away must be ended from outside.
PUBLISH_TIMEOUT_SECONDS: Final = 15.0
REQUEST_TIMEOUT_MS: Final = 10_000
RECORDS_MAX: Final = 2000
_AT_ONCE_SECONDS: Final = 0.001
_MORE_MS: Final = 5
#: How far back a relay that takes over looks: first the last message, at most what it could have sent since.
_TAIL_FIRST: Final = 1
_TAIL_MAX: Final = 16**4


class PublishError(TransportAwayError):
    """It is not certain that every message of a batch is stored; send them again from the cursor."""


class MissingMessagesError(Exception):
    """The broker no longer has the position that a consumer must go on from."""


class KafkaEventLog:
    """Both ends of the Kafka transport. Topics are created with a fixed number of partitions.

    ``prefix`` stands before every topic's name on the broker, so that several installations can share one.
    ``instance`` names this instance among those of a service, for ever: one that comes back under its name after a
    crash has its partitions again at once. Two must never have the same name; without one nothing goes wrong.
    ``login`` says to the broker who this is. Without ``replication_factor`` topics have as many copies as brokers keep.
    """

    def __init__(
        self,
        bootstrap: str,
        *,
        replication_factor: int | None = 1,
        prefix: str = "",
        topics: Sequence[str] = (),
        instance: str | None = None,
        login: KafkaLogin = NOBODY,
    ) -> None:
        self._bootstrap = bootstrap
        self._login = login
        self._prefix = prefix
        self._instance = instance
        self._replication_factor = replication_factor
        self._unprepared = frozenset(topics)
        self._one_at_a_time = asyncio.Lock()

    @property
    def _to_broker(self) -> dict[str, Any]:
        return {"bootstrap_servers": self._bootstrap, **self._login.for_aiokafka}

    async def prepare(self) -> None:
        """Create those of ``topics`` that are missing, once; raises TransportAwayError.

        A service need not wait for this: its first publisher or reader does it where it was not done before.
        """
        async with self._one_at_a_time:
            if self._unprepared:
                await self.create_topics(sorted(self._unprepared))
                self._unprepared = frozenset()

    async def create_topics(self, topics: Sequence[str]) -> None:
        """Create what is missing and look at all; raises TopicSettingError, and TransportAwayError without a broker."""
        admin = AIOKafkaAdminClient(**self._to_broker, request_timeout_ms=REQUEST_TIMEOUT_MS)
        await _started(admin.start, admin.close)
        try:
            await ensure(admin, [self._prefix + topic for topic in topics], self._replication_factor)
        finally:
            await admin.close()

    async def publisher(self) -> Publisher:
        """A started idempotent producer; raises TransportAwayError."""
        await self.prepare()
        producer = AIOKafkaProducer(
            **self._to_broker,
            enable_idempotence=True,
            acks="all",
            linger_ms=2,
            max_batch_size=128 * 1024,
            max_request_size=MESSAGE_BYTES_MAX,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
        )
        await _started(producer.start, producer.stop)
        return _KafkaPublisher(producer, self._prefix)

    async def reader(self, topic: str, positions: Mapping[int, int]) -> Reader:
        """A started consumer at the given positions; raises TransportAwayError."""
        await self.prepare()
        consumer = AIOKafkaConsumer(
            **self._to_broker,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            # The broker answers at once when there is something; this is how long it waits when there is nothing.
            fetch_max_wait_ms=500,
        )
        await _started(consumer.start, consumer.stop)
        consumer.assign([TopicPartition(self._prefix + topic, partition) for partition in positions])
        for partition, offset in positions.items():
            consumer.seek(TopicPartition(self._prefix + topic, partition), offset)
        return _KafkaReader(consumer, topic, self._prefix)

    async def beyond(self, topic: str, pseqs: Sequence[int]) -> dict[int, list[Message]]:
        """The newest messages that are numbered above ``pseqs``: read from the end backwards, until one is not."""
        reader = await self.reader(topic, dict.fromkeys(range(len(pseqs)), 0))
        try:
            ends = {at: end for at, end in (await reader.end_offsets()).items() if end}
            beyond: dict[int, list[Message]] = {}
            left, back = set(ends), _TAIL_FIRST
            while left:
                starts = {at: max(0, ends[at] - back) for at in left}
                for at, messages in (await _between(reader, starts, ends)).items():
                    if starts[at] == 0 or messages[0].pseq <= pseqs[at] or back >= _TAIL_MAX:
                        beyond[at] = [message for message in messages if message.pseq > pseqs[at]]
                        left.discard(at)
                back *= 16
            return beyond
        finally:
            await reader.close()

    def member(self, service: str, topic: str, progress: Progress = UNHEARD) -> Member:
        """A member of the group of this service on this topic."""
        return KafkaMember(
            self._bootstrap,
            f"{self._prefix}{service}.{topic}",
            self._prefix + topic,
            instance=self._instance,
            prepare=self.prepare,
            progress=progress,
            login=self._login,
        )

    async def ready(self) -> None:
        """Raises when no broker answers."""
        admin = AIOKafkaAdminClient(**self._to_broker, request_timeout_ms=3000)
        await _started(admin.start, admin.close)
        await admin.close()


async def _started(start: Callable[[], Awaitable[object]], close: Callable[[], Awaitable[object]]) -> None:
    try:
        await start()
    except (KafkaError, OSError, TimeoutError) as error:
        await close()
        raise TransportAwayError(f"the broker cannot be reached: {error!r}") from error
    except BaseException:
        await close()  # a start that is broken off leaves nothing open
        raise


class _KafkaPublisher:
    def __init__(self, producer: AIOKafkaProducer, prefix: str) -> None:
        self._producer = producer
        self._prefix = prefix

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT_SECONDS):
                futures = [await self._send(message) for message in messages]
                await asyncio.gather(*futures)
        except (KafkaError, TimeoutError) as error:
            raise PublishError(f"{len(messages)} messages are not certainly stored: {error!r}") from error

    async def _send(self, message: Outgoing) -> "asyncio.Future[object]":
        future: asyncio.Future[object] = await self._producer.send(
            self._prefix + message.topic,
            message.body,
            key=message.key.encode(),
            partition=message.partition,
            headers=[(name, value.encode()) for name, value in message.headers],
        )
        return future

    async def close(self) -> None:
        with suppress(KafkaError, TimeoutError):  # what was not acknowledged is sent again from the cursor
            try:
                async with asyncio.timeout(PUBLISH_TIMEOUT_SECONDS):
                    await self._producer.stop()
            finally:
                await self._producer.client.close()  # a stop that was broken off leaves its connections open


class _KafkaReader:
    def __init__(self, consumer: AIOKafkaConsumer, topic: str, prefix: str) -> None:
        self._consumer = consumer
        self._topic = topic
        self._on_broker = prefix + topic

    async def read(self, timeout_seconds: float) -> dict[int, list[Message]]:
        self._consumer.resume(*self._consumer.paused())
        try:
            found = await self._read(timeout_seconds)
        except OffsetOutOfRangeError as error:
            raise MissingMessagesError(
                f"topic {self._topic}: the broker no longer has the place where this consumer goes on ({error}); "
                f"`onestop republish {self._topic} --from 1` sends again what it has lost, "
                "then `onestop positions --find` sets the consumers to where it lies now"
            ) from error
        # Nothing is fetched between two reads: what comes meanwhile comes in one answer, not in one for each partition.
        self._consumer.pause(*self._consumer.assignment())
        return {tp.partition: [self._message(record) for record in records] for tp, records in found.items()}

    async def _read(self, timeout_seconds: float) -> "dict[TopicPartition, list[Any]]":
        began = asyncio.get_running_loop().time()
        found: dict[TopicPartition, list[Any]] = await self._consumer.getmany(
            timeout_ms=max(200, int(timeout_seconds * 1000)), max_records=RECORDS_MAX
        )
        if found and asyncio.get_running_loop().time() - began < _AT_ONCE_SECONDS:
            # These had been fetched before we asked, and what came since is fetched only now.
            more = await self._consumer.getmany(timeout_ms=_MORE_MS, max_records=RECORDS_MAX)
            for partition, records in more.items():
                found.setdefault(partition, []).extend(records)
        return found

    def _message(self, record: Any) -> Message:
        headers = {name: value.decode() for name, value in record.headers}
        return Message(
            topic=self._topic,
            partition=record.partition,
            offset=record.offset,
            pseq=int(headers.get("ce_pseq", "0")),
            key=(record.key or b"").decode(),
            headers=headers,
            body=record.value or b"",
        )

    async def seek(self, partition: int, offset: int) -> None:
        self._consumer.seek(TopicPartition(self._on_broker, partition), offset)

    async def begin_offsets(self) -> dict[int, int]:
        return await self._offsets(self._consumer.beginning_offsets)

    async def end_offsets(self) -> dict[int, int]:
        return await self._offsets(self._consumer.end_offsets)

    async def _offsets(
        self, asked: Callable[[list[TopicPartition]], Awaitable[Mapping[TopicPartition, int]]]
    ) -> dict[int, int]:
        try:
            offsets = await asked(list(self._consumer.assignment()))
        except KafkaError as error:
            raise TransportAwayError(f"topic {self._topic}: the broker does not say what it has: {error!r}") from error
        return {tp.partition: offset for tp, offset in offsets.items()}

    async def close(self) -> None:
        task = asyncio.current_task()
        try:
            await self._consumer.stop()
        except asyncio.CancelledError:
            # aiokafka lets the cancellation of a fetch that had not begun yet escape.
            if task is None or task.cancelling():
                raise
        finally:
            await self._consumer._client.close()  # a stop that was broken off leaves its connections open


async def _between(reader: Reader, starts: Mapping[int, int], ends: Mapping[int, int]) -> dict[int, list[Message]]:
    """The messages of some partitions from a start up to an end."""
    found: dict[int, list[Message]] = {partition: [] for partition in starts}
    for partition, start in starts.items():
        await reader.seek(partition, start)
    async with asyncio.timeout(PUBLISH_TIMEOUT_SECONDS):
        while any(not found[at] or found[at][-1].offset < ends[at] - 1 for at in starts):
            for at, messages in (await reader.read(1.0)).items():
                if at in starts:
                    found[at] += [message for message in messages if starts[at] <= message.offset < ends[at]]
    return found
