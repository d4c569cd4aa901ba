"""Telling: from events to numbered messages, each linked to the one before in its partition, the last ones sealed."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

import msgspec
from typing_extensions import override

from kernel.messaging.chain import NOTHING_BEFORE, PREVIOUS, SEAL, UNCHAINED, Seal, digest_of, sealed
from kernel.messaging.envelope import Election, Published, headers_of
from kernel.messaging.event_log import Outgoing, partition_of
from kernel.messaging.event_log.port import partitions_of
from kernel.messaging.traced import tell_sent
from kernel.security.signing_keys import SigningKey
from kernel.values.contract import Contract
from kernel.writing.database import Pool, SingleConnection
from kernel.writing.event_registry import EventRegistry
from kernel.writing.event_store.log import read_log
from kernel.writing.event_store.stream import LoggedEvent, RecordedEvent

Publish = Callable[[RecordedEvent], Published | None]
Headers: TypeAlias = tuple[tuple[str, str], ...]


class Numbered(Protocol):
    """An entry of a log."""

    @property
    def gseq(self) -> int:
        """Its number."""


EntryT = TypeVar("EntryT", bound=Numbered)


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """How far a relay has come: the last event, the count and the last digest of each partition.

    ``heads`` is None before the chain begins; ``unchained`` are the counts at its beginning. ``out`` is, by partition,
    the last event that lies on the topic already, though the stored cursor does not say so.
    """

    gseq: int
    pseqs: list[int]
    election: Election
    heads: list[str] | None = None
    unchained: list[int] | None = None
    out: Mapping[int, int] = {}

    @property
    def is_whole(self) -> bool:
        """Whether the counts are those of the events up to ``gseq``; behind what was out already they are further.

        Only then it may be stored: the next one could not tell which events are in the counts, and would tell some
        of them again under new numbers.
        """
        return all(self.gseq >= last for last in self.out.values())

    @property
    def no_heads(self) -> list[str]:
        """The heads of a chain that has not begun."""
        return [NOTHING_BEFORE] * len(self.pseqs)


class Said(msgspec.Struct, frozen=True):
    """What is to be said of an entry: on which partition, under which key, of what."""

    partition: int
    key: str
    what: Any


class Teller(ABC, Generic[EntryT]):
    """Makes the messages of one topic from a log's entries; with a ``key`` they are a chain that it seals."""

    def __init__(self, topic: str, key: SigningKey | None = None) -> None:
        self.topic = topic
        self.key = key

    @abstractmethod
    async def read(
        self, source: Pool | SingleConnection, registry: EventRegistry, *, after: int, limit: int
    ) -> list[EntryT]:
        """Up to ``limit`` entries with a number above ``after``, in order."""

    @abstractmethod
    def said_of(self, entry: EntryT) -> Said | None:
        """What is said of an entry; nothing of one that is nobody's business."""

    @abstractmethod
    def written(self, said: Said, entry: EntryT, pseq: int, election: Election) -> tuple[Headers, bytes]:
        """The headers and the body of a message under its number."""

    def tell_sent(self, entries: Sequence[EntryT], messages: Sequence[Outgoing], began_ns: int) -> None:
        """These were sent: whoever traces wants to know it, where they are more than copies."""

    def beginning(self, election: Election) -> Cursor:
        """Before the first message."""
        return Cursor(gseq=0, pseqs=[0] * partitions_of(self.topic), election=election)

    def of(self, logged: Sequence[EntryT], cursor: Cursor) -> tuple[list[Outgoing], Cursor]:
        """The messages of some entries and the cursor after them; the same entries always get the same numbers."""
        pseqs, heads = list(cursor.pseqs), None if cursor.heads is None else list(cursor.heads)
        unchained = cursor.unchained or cursor.pseqs
        messages: list[Outgoing] = []
        last: dict[int, int] = {}
        for entry in logged:
            said = self.said_of(entry)
            if said is None or entry.gseq <= cursor.out.get(said.partition, 0):
                continue
            partition = said.partition
            pseq = pseqs[partition] = pseqs[partition] + 1
            headers, body = self.written(said, entry, pseq, cursor.election)
            if heads is not None and pseq > unchained[partition]:
                place, before = (self.topic, partition, pseq), heads[partition]
                heads[partition] = digest_of(place, said.key, dict(headers), body, before)
                headers = (*headers, (PREVIOUS, before))
                last[partition] = len(messages)
            message = Outgoing(
                topic=self.topic, partition=partition, pseq=pseq, key=said.key, headers=headers, body=body
            )
            messages.append(message)
        after = msgspec.structs.replace(cursor, gseq=logged[-1].gseq, pseqs=pseqs, heads=heads)
        for at in last.values():
            messages[at] = self._sealed(messages[at], after)
        return messages, after

    def _sealed(self, message: Outgoing, cursor: Cursor) -> Outgoing:
        assert self.key is not None, "a chain has a key"
        assert cursor.heads is not None, "a chain has heads"
        seal = Seal(
            topic=message.topic,
            partition=message.partition,
            pseq=message.pseq,
            digest=cursor.heads[message.partition],
            epoch=cursor.election.epoch,
            timeline=cursor.election.timeline,
            unchained=unchained_text(cursor.unchained),
        )
        more = ((UNCHAINED, seal.unchained), (SEAL, sealed(seal, self.key)))
        return msgspec.structs.replace(message, headers=(*message.headers, *more))


class Telling(Teller[LoggedEvent]):
    """What a service tells the others: of each event at most one message, by its contract."""

    def __init__(self, contract: Contract, publish: Publish, key: SigningKey | None = None) -> None:
        super().__init__(contract.topic, key)
        self.contract = contract
        self._publish = publish

    @override
    async def read(
        self, source: Pool | SingleConnection, registry: EventRegistry, *, after: int, limit: int
    ) -> list[LoggedEvent]:
        return await read_log(source, registry, after=after, limit=limit)

    @override
    def said_of(self, entry: LoggedEvent) -> Said | None:
        published = self._publish(entry.recorded)
        return None if published is None else Said(partition_of(published.key), published.key, published)

    @override
    def written(self, said: Said, entry: LoggedEvent, pseq: int, election: Election) -> tuple[Headers, bytes]:
        return headers_of(said.what, self.contract, entry, pseq, election)

    @override
    def tell_sent(self, entries: Sequence[LoggedEvent], messages: Sequence[Outgoing], began_ns: int) -> None:
        tell_sent(entries, messages, began_ns)


def number(
    contract: Contract, logged: Sequence[LoggedEvent], publish: Publish, pseqs: Sequence[int], election: Election
) -> tuple[list[Outgoing], list[int]]:
    """The messages of some events without their chain, and the counters after them: to compare, not to send."""
    messages, after = Telling(contract, publish).of(logged, Cursor(gseq=0, pseqs=list(pseqs), election=election))
    return messages, after.pseqs


def unchained_text(counts: Sequence[int] | None) -> str:
    """The counts at which the chain began, as seals name them."""
    return ",".join(map(str, counts)) if counts and any(counts) else "0"
