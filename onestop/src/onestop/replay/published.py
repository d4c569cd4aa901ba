"""What a service's events tell the others, with the numbers that its relay gives."""

from collections.abc import Sequence
from typing import Any

import msgspec

from kernel.messaging.event_log import partition_of
from kernel.messaging.event_log.port import PARTITIONS
from kernel.messaging.telling import Publish
from kernel.writing.event_store.stream import LoggedEvent


class Told(msgspec.Struct, frozen=True):
    """A message as it must have been published."""

    entry: LoggedEvent
    partition: int
    pseq: int
    key: str
    event: Any


class Numbering:
    """Numbers the messages of a log from its beginning."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self.counters = [0] * PARTITIONS

    def take(self, entries: Sequence[LoggedEvent]) -> list[Told]:
        """The messages of the next events; those without a number are not told yet."""
        told = []
        for entry in entries:
            published = self._publish(entry.recorded) if entry.gseq else None
            if published is not None:
                partition = partition_of(published.key)
                self.counters[partition] += 1
                told.append(Told(entry, partition, self.counters[partition], published.key, published.event))
        return told
