"""What relays and consumers may ask of a transport; both adapters carry the same CloudEvents envelope."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, Protocol

import msgspec
from aiokafka.partitioner import murmur2

from kernel.messaging.event_log.share import Member
from kernel.writing.progress import UNHEARD, Progress

#: Partitions of every topic, for ever: adding some would tear the order of keys apart (EVENT-STORE 2.8).
PARTITIONS: Final = 12
ALL: Final = frozenset(range(PARTITIONS))
_LOG_SUFFIX: Final = ".log"
#: Whoever is in hospital today has several messages, and the hash is worked out in Python (7 µs).
_KEYS_MAX: Final = 16_384


class TransportAwayError(Exception):
    """The transport cannot be reached, or does not answer; it comes back by itself."""


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """A message on its way out: CloudEvents attributes as headers, the event's JSON as body."""

    topic: str
    partition: int
    #: Dense number within (topic, partition), from 1: a consumer sees at once what is missing or doubled.
    pseq: int
    key: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message as read. ``offset`` is the transport's position, ``pseq`` the publisher's count."""

    topic: str
    partition: int
    offset: int
    pseq: int
    key: str
    headers: dict[str, str]
    body: bytes
    #: The chain's head at this message, as text, once that is proven.
    head: str | None = None

    @property
    def type(self) -> str:
        """The CloudEvents type, such as ``onestop.settlement.SettlementConfirmed.v1``."""
        return self.headers.get("ce_type", "")


class Publisher(Protocol):
    """Where a relay puts messages."""

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        """Store all of them durably, in order within a partition; raises when that is not certain."""

    async def close(self) -> None:
        """Let go of connections."""


class Reader(Protocol):
    """Where one consumer takes messages from."""

    async def read(self, timeout_seconds: float) -> dict[int, list[Message]]:
        """Next messages by partition, in order; nothing where none came in time."""

    async def seek(self, partition: int, offset: int) -> None:
        """Read this partition from ``offset`` on."""

    async def begin_offsets(self) -> dict[int, int]:
        """For each partition the offset of the oldest message that is still there; the end where there is none."""

    async def end_offsets(self) -> dict[int, int]:
        """For each partition the offset that the next message will have: how far a consumer could be."""

    async def close(self) -> None:
        """Let go of connections."""


class EventLog(Protocol):
    """A transport: makes publishers and readers."""

    async def publisher(self) -> Publisher:
        """A publisher with its own connection."""

    async def reader(self, topic: str, positions: Mapping[int, int]) -> Reader:
        """A reader of some partitions of a topic, each from its position."""

    def member(self, service: str, topic: str, progress: Progress = UNHEARD) -> Member | None:
        """This instance as a member of the group that shares a topic out among a service's instances.

        None where the transport has no groups: then one elected instance reads the whole topic.
        """

    async def beyond(self, topic: str, pseqs: Sequence[int]) -> dict[int, list[Message]]:
        """The newest messages of each partition that are numbered above ``pseqs``, in the order of the topic."""

    async def ready(self) -> None:
        """Raises when the transport cannot be reached."""


def log_topic_of(topic: str) -> str:
    """The topic beside a service's public one that has every event of its log, word for word."""
    return topic + _LOG_SUFFIX


def is_log_topic(topic: str) -> bool:
    """Whether a topic is a service's log, which is nobody else's to read."""
    return topic.endswith(_LOG_SUFFIX)


def partitions_of(topic: str) -> int:
    """How many partitions a topic has: a log is one sequence, and its numbers are those of its events."""
    return 1 if is_log_topic(topic) else PARTITIONS


@lru_cache(maxsize=_KEYS_MAX)
def partition_of(key: str) -> int:
    """Kafka's own default: murmur2 of the key. The same person is always in the same partition."""
    return int(murmur2(key.encode()) & 0x7FFFFFFF) % PARTITIONS
