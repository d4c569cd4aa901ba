"""The Kafka transport: aiokafka with an idempotent producer, and readers that assign partitions by hand.

No consumer group takes part: positions live in PostgreSQL with the effects, one elected instance reads a topic,
and so neither rebalances nor heartbeats (EVENT-STORE 2.4) can hang or tear anything.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, OffsetOutOfRangeError, TopicAlreadyExistsError

from kernel.messaging.event_log.port import PARTITIONS, Message, Outgoing, Publisher, Reader

#: An idempotent batch never expires in aiokafka, so a wait for a broker that is away must be ended from outside.
PUBLISH_TIMEOUT_SECONDS: Final = 15.0
REQUEST_TIMEOUT_MS: Final = 10_000
RECORDS_MAX: Final = 2000
_AT_ONCE_SECONDS: Final = 0.001
_MORE_MS: Final = 5


class PublishError(Exception):
    """It is not certain that every message of a batch is stored; send them again from the cursor."""


class MissingMessagesError(Exception):
    """The broker no longer has the position that a consumer must go on from."""


class KafkaEventLog:
    """Both ends of the Kafka transport. Topics are created with a fixed number of partitions.

    ``prefix`` stands before every topic's name on the broker, so that several installations can share one.
    """

    def __init__(self, bootstrap: str, *, replication_factor: int = 1, prefix: str = "") -> None:
        self._bootstrap = bootstrap
        self._prefix = prefix
        self._replication_factor = replication_factor

    async def create_topics(self, topics: Sequence[str]) -> None:
        """Create what is missing; raises KafkaError when the broker cannot be reached."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap, request_timeout_ms=REQUEST_TIMEOUT_MS)
        await admin.start()
        try:
            known = set(await admin.list_topics())
            for topic in sorted({self._prefix + topic for topic in topics} - known):
                with suppress(TopicAlreadyExistsError):  # another instance was faster
                    await admin.create_topics([NewTopic(topic, PARTITIONS, self._replication_factor)])
        finally:
            await admin.close()

    async def publisher(self) -> Publisher:
        """A started idempotent producer."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            enable_idempotence=True,
            acks="all",
            linger_ms=2,
            max_batch_size=128 * 1024,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
        )
        await producer.start()
        return _KafkaPublisher(producer, self._prefix)

    async def reader(self, topic: str, positions: Mapping[int, int]) -> Reader:
        """A started consumer at the given positions."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            # The broker answers at once when there is something; this is how long it waits when there is nothing.
            fetch_max_wait_ms=250,
        )
        await consumer.start()
        consumer.assign([TopicPartition(self._prefix + topic, partition) for partition in positions])
        for partition, offset in positions.items():
            consumer.seek(TopicPartition(self._prefix + topic, partition), offset)
        return _KafkaReader(consumer, topic, self._prefix)

    async def ready(self) -> None:
        """Raises when no broker answers."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap, request_timeout_ms=3000)
        await admin.start()
        await admin.close()


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
            async with asyncio.timeout(PUBLISH_TIMEOUT_SECONDS):
                await self._producer.stop()


class _KafkaReader:
    def __init__(self, consumer: AIOKafkaConsumer, topic: str, prefix: str) -> None:
        self._consumer = consumer
        self._topic = topic
        self._on_broker = prefix + topic

    async def read(self, timeout_seconds: float) -> dict[int, list[Message]]:
        try:
            found = await self._read(timeout_seconds)
        except OffsetOutOfRangeError as error:
            raise MissingMessagesError(
                f"topic {self._topic}: the broker has lost messages that were not consumed yet ({error}); "
                "restore them from the publisher's event store before going on"
            ) from error
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

    async def end_offsets(self) -> dict[int, int]:
        ends = await self._consumer.end_offsets(list(self._consumer.assignment()))
        return {tp.partition: offset for tp, offset in ends.items()}

    async def close(self) -> None:
        await self._consumer.stop()
