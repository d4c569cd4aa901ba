"""Kafka's group protocol: shares the partitions of a topic out among a service's instances, a few at a time.

librdkafka is the member, because aiokafka has no cooperative assignment. It fetches nothing: what it is given is paused
at once, and the readers assign those partitions by hand.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import structlog
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from kernel.messaging.event_log.kafka_login import NOBODY, KafkaLogin
from kernel.messaging.event_log.share import Share
from kernel.writing.progress import Progress

_POLL_SECONDS: Final = 0.1
#: Threads are made when they are needed; each lasts as long as a goodbye.
_CLOSING: Final = ThreadPoolExecutor(64, "kafka-goodbye")
#: A member that is not heard of for so long loses its partitions, and so does one whose event loop stands still.
_SESSION_MS: Final = 8000
_SETTINGS: Final = {
    "partition.assignment.strategy": "cooperative-sticky",
    "session.timeout.ms": _SESSION_MS,
    "heartbeat.interval.ms": 2000,
    "max.poll.interval.ms": _SESSION_MS,
    "enable.auto.commit": False,
    "allow.auto.create.topics": False,
    # The topics may be created after we have come, and a broker may come back: neither is to be waited for long.
    "topic.metadata.refresh.interval.ms": 10_000,
    "reconnect.backoff.max.ms": 2000,
    "socket.keepalive.enable": True,
    "log_level": 0,  # a broker that is away is said once by us, not twenty times a second by librdkafka
}
#: Whoever may not read is told so at once, and not again and again by silence.
_REFUSED: Final = frozenset(
    {
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError._AUTHENTICATION,
    }
)
Prepare = Callable[[], Awaitable[None]]
_log = structlog.get_logger(__name__)


class KafkaMember:
    """One instance's membership in the group of a service and a topic."""

    def __init__(
        self,
        bootstrap: str,
        group: str,
        topic: str,
        *,
        instance: str | None,
        prepare: Prepare,
        progress: Progress,
        login: KafkaLogin = NOBODY,
    ) -> None:
        self.share = Share()
        self._topic = topic
        self._prepare = prepare
        self._progress = progress
        self._fatal: KafkaException | None = None
        place = {"bootstrap.servers": bootstrap, "group.id": group, "error_cb": self._failed}
        self._settings = {**_SETTINGS, **place, **login.for_librdkafka}
        if instance is not None:
            self._settings["group.instance.id"] = instance

    async def run(self) -> None:
        """Be a member until cancelled; raises TransportAwayError, and KafkaException where the group refuses us."""
        self._fatal = None
        await self._prepare()  # a topic that is not there yet would be looked for now and then only
        member = Consumer(self._settings)
        member.subscribe([self._topic], on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._revoked)
        try:
            while self._fatal is None:
                member.poll(0)  # serves the callbacks; messages there are none, for everything is paused
                await asyncio.sleep(_POLL_SECONDS)
            raise self._fatal
        finally:
            self.share.give(frozenset())
            await _closed(member)  # says goodbye, and the others have the partitions at once

    def _assigned(self, member: Any, more: Sequence[TopicPartition]) -> None:
        member.incremental_assign(more)
        member.pause(more)
        self._progress.works()
        self._give(self.share.partitions | {given.partition for given in more})

    def _revoked(self, member: Any, fewer: Sequence[TopicPartition]) -> None:
        # Whatever is under way on them commits before the next owner claims them, or not at all.
        member.incremental_unassign(fewer)
        self._give(self.share.partitions - {taken.partition for taken in fewer})

    def _give(self, partitions: frozenset[int]) -> None:
        if partitions != self.share.partitions:
            _log.info("partitions were shared out", topic=self._topic, partitions=sorted(partitions))
            self.share.give(partitions)

    def _failed(self, error: KafkaError) -> None:
        if error.fatal() or error.code() in _REFUSED:
            self._fatal = KafkaException(error)


async def _closed(member: Consumer) -> None:
    """Close a member, whatever becomes of whoever waits for it.

    In the loop's own threads a close could wait its turn behind other work, and be called off with the task that waits
    for it. A member that nobody closed waits for callbacks that nobody serves when the collector comes upon it, and
    with it the whole process.
    """
    await asyncio.shield(asyncio.get_running_loop().run_in_executor(_CLOSING, member.close))
