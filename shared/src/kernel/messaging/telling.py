"""Telling: from events to numbered messages, each linked to the one before in its partition, the last ones sealed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from kernel.messaging.chain import NOTHING_BEFORE, PREVIOUS, SEAL, UNCHAINED, Seal, digest_of, sealed
from kernel.messaging.envelope import Election, Published, headers_of
from kernel.messaging.event_log import Outgoing, partition_of
from kernel.messaging.event_log.port import PARTITIONS
from kernel.security.signing_keys import SigningKey
from kernel.values.contract import Contract
from kernel.writing.event_store.stream import LoggedEvent, RecordedEvent

Publish = Callable[[RecordedEvent], Published | None]
NO_HEADS: Final = [NOTHING_BEFORE] * PARTITIONS


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


class Telling:
    """Makes the messages of one service; with a ``key`` they are a chain that it seals."""

    def __init__(self, contract: Contract, publish: Publish, key: SigningKey | None = None) -> None:
        self.contract = contract
        self._publish = publish
        self.key = key

    def of(self, logged: Sequence[LoggedEvent], cursor: Cursor) -> tuple[list[Outgoing], Cursor]:
        """The messages of some events and the cursor after them; the same events always get the same numbers."""
        pseqs, heads = list(cursor.pseqs), None if cursor.heads is None else list(cursor.heads)
        unchained = cursor.unchained or cursor.pseqs
        messages: list[Outgoing] = []
        last: dict[int, int] = {}
        for entry in logged:
            published = self._publish(entry.recorded)
            if published is None:
                continue
            partition = partition_of(published.key)
            if entry.gseq <= cursor.out.get(partition, 0):
                continue
            pseq = pseqs[partition] = pseqs[partition] + 1
            headers, body = headers_of(published, self.contract, entry, pseq, cursor.election)
            if heads is not None and pseq > unchained[partition]:
                place, before = (self.contract.topic, partition, pseq), heads[partition]
                heads[partition] = digest_of(place, published.key, dict(headers), body, before)
                headers = (*headers, (PREVIOUS, before))
                last[partition] = len(messages)
            messages.append(
                Outgoing(
                    topic=self.contract.topic,
                    partition=partition,
                    pseq=pseq,
                    key=published.key,
                    headers=headers,
                    body=body,
                )
            )
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


def number(
    contract: Contract, logged: Sequence[LoggedEvent], publish: Publish, pseqs: Sequence[int], election: Election
) -> tuple[list[Outgoing], list[int]]:
    """The messages of some events without their chain, and the counters after them: to compare, not to send."""
    messages, after = Telling(contract, publish).of(logged, Cursor(gseq=0, pseqs=list(pseqs), election=election))
    return messages, after.pseqs


def unchained_text(counts: Sequence[int] | None) -> str:
    """The counts at which the chain began, as seals name them."""
    return ",".join(map(str, counts)) if counts and any(counts) else "0"
