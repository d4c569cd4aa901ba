"""Republishing: what was published is sent again from the publisher's own log, under its old numbers."""

from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import msgspec

from kernel.messaging.envelope import Election
from kernel.messaging.event_log import Outgoing, Publisher
from kernel.messaging.taking_over import begun
from kernel.messaging.telling import Cursor, Teller
from kernel.values.refusals import Refused, conflict
from kernel.writing.database import SingleConnection
from kernel.writing.event_registry import EventRegistry
from kernel.writing.event_store.log import PAGE
from kernel.writing.event_store.timeline import know_timeline

_BATCH: Final = 1000
_CURSOR_SQL: Final = "SELECT gseq, pseqs, epoch, heads, unchained FROM relay WHERE topic = $1"


class Wanted(msgspec.Struct, frozen=True):
    """From which number on, and of which partition; None means all."""

    first: int
    partition: int | None = None

    def has(self, message: Outgoing) -> bool:
        """Whether a message is to be sent again."""
        return message.pseq >= self.first and self.partition in (None, message.partition)


class Republishing:
    """Sends one service's messages again, as far as its relay has come; consumers drop what they have.

    ``source`` sees the service's schema; ``telling`` has its key where its messages are a chain. The log is walked
    twice: nothing goes out before it is certain that today's program numbers and links as the one did that sent them.
    """

    def __init__(self, source: SingleConnection, registry: EventRegistry, telling: Teller[Any]) -> None:
        self._source = source
        self._registry = registry
        self._topic = telling.topic
        self._telling = telling

    async def send(self, publisher: Publisher, wanted: Wanted, advance: Callable[[int], None]) -> dict[int, int]:
        """Send what is wanted; gives how many by partition, and tells ``advance`` of every portion.

        Raises Refused NOTHING_PUBLISHED, NOT_PUBLISHED_YET and NUMBERED_OTHERWISE, PublishError, and
        NoSigningKeyError where the messages are a chain and there is no key.
        """
        row = await self._source.fetchrow(_CURSOR_SQL, self._topic)
        if row is None:
            raise conflict("NOTHING_PUBLISHED", f"nothing was ever published on topic {self._topic}")
        sent = msgspec.json.decode(row["pseqs"], type=list[int])
        last = max(sent) if wanted.partition is None else sent[wanted.partition]
        if wanted.first > last:
            where = "" if wanted.partition is None else f" of partition {wanted.partition}"
            detail = f"message {wanted.first}{where} was not published yet; the last one is {last}"
            raise conflict("NOT_PUBLISHED_YET", detail)
        heads = msgspec.json.decode(row["heads"] or "null", type=list[str] | None)
        begin = self._telling.beginning(Election(row["epoch"], (await know_timeline(self._source)).name))
        begin = msgspec.structs.replace(
            begin,
            heads=None if heads is None else begin.no_heads,
            unchained=msgspec.json.decode(row["unchained"] or "null", type=list[int] | None),
        )
        if heads is not None:
            begun(begin, self._telling.key, {})
        cursor = begin
        async for _, after in self._messages(row["gseq"], begin):
            cursor = after
        if cursor.pseqs != sent or cursor.heads != heads:
            raise _numbered_otherwise(self._topic, cursor.pseqs, sent)
        done: dict[int, int] = {}
        async for messages, _ in self._messages(row["gseq"], begin):
            again = [message for message in messages if wanted.has(message)]
            for start in range(0, len(again), _BATCH):
                await publisher.publish(again[start : start + _BATCH])
                advance(len(again[start : start + _BATCH]))
            for message in again:
                done[message.partition] = done.get(message.partition, 0) + 1
        return done

    async def _messages(self, upto: int, cursor: Cursor) -> AsyncIterator[tuple[list[Outgoing], Cursor]]:
        while cursor.gseq < upto:
            limit = min(PAGE, upto - cursor.gseq)
            logged = await self._telling.read(self._source, self._registry, after=cursor.gseq, limit=limit)
            if not logged:
                return
            messages, cursor = self._telling.of(logged, cursor)
            yield messages, cursor


def _numbered_otherwise(topic: str, counted: list[int], sent: list[int]) -> Refused:
    unlike = (at for at, (ours, theirs) in enumerate(zip(counted, sent, strict=True)) if ours != theirs)
    partition = next(unlike, None)
    if partition is None:
        return conflict(
            "NUMBERED_OTHERWISE",
            f"this program tells some events of topic {topic} in other words than the one that sent them, so the chain "
            "of their digests would break. Republish with the program that sent them; nothing was sent",
        )
    return conflict(
        "NUMBERED_OTHERWISE",
        f"this program makes {counted[partition]} messages of partition {partition} of topic {topic}, and "
        f"{sent[partition]} were sent: it would give their numbers to others. Republish with the program that sent "
        "them; nothing was sent",
    )
