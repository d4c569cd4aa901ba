"""The proof that messages are their publisher's: what is not proven waits, what is disproved stops its partition."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

import msgspec

from kernel.messaging.chain import (
    ANY,
    NOTHING_BEFORE,
    PREVIOUS,
    SEAL,
    Head,
    Seal,
    digest_of_message,
    has_signed,
    seal_of,
)
from kernel.messaging.event_log import Message
from kernel.messaging.event_log.port import PARTITIONS
from kernel.messaging.standing import Standings
from kernel.messaging.stops import RefusedMessageError, StoppedError
from kernel.security.signing_keys import PublicKey

#: A relay seals at the end of each batch, so that never so many wait for their seal.
HELD_MAX: Final = 5_000
_RECENT_MAX: Final = 512

#: Proven messages by partition, and the partitions that stop behind them.
Proven: TypeAlias = tuple[dict[int, list[Message]], dict[int, StoppedError]]


class Proof:
    """What one consumer has read of a topic, as far as it is proven; ``keys`` are the publisher's, None proves nothing.

    Messages of before the chain began carry no signature. They are believed until the publisher has signed one message
    on the partition, or has signed on another how many there were.
    """

    def __init__(self, standings: Standings, topic: str, keys: Mapping[str, PublicKey] | None) -> None:
        self._standings = standings
        self._topic = topic
        self._keys = keys
        self._places: dict[int, _Place] = {}
        self._unchained: Sequence[int] | None = None
        #: Messages that came to nothing: of a relay that was replaced meanwhile, or never sealed; for metrics.
        self.dropped = 0

    def begin(self) -> None:
        """Reading starts anew from what is stored."""
        self._places = {}

    def of(self, batches: Mapping[int, Sequence[Message]]) -> Proven:
        """What may be worked off now, each partition in its order, and what stops a partition behind that."""
        if self._keys is None:
            return {partition: list(messages) for partition, messages in batches.items()}, {}
        proven: dict[int, list[Message]] = {}
        stops: dict[int, StoppedError] = {}
        for partition, messages in batches.items():
            if partition in self._standings.stops:
                continue
            found: list[Message] = []
            try:
                for part in self._of_partition(partition, messages):
                    found += part
            except StoppedError as error:
                stops[partition] = error
            if found:
                proven[partition] = found
        return proven, stops

    def _of_partition(self, partition: int, messages: Sequence[Message]) -> Iterator[list[Message]]:
        seen = self._standings.seen(partition)
        place = self._places.setdefault(partition, _Place(seen.last_pseq, seen.head))
        place.last_pseq, place.head = seen.last_pseq, seen.head
        for message in messages:
            if PREVIOUS not in message.headers:
                yield self._unsigned(place, message)
                continue
            digest = digest_of_message(message)
            seal = self._seal(message, digest) if SEAL in message.headers else None
            if message.pseq <= place.last_pseq:
                self._again(place, message, digest, seal)
                continue
            place.held[digest] = message
            if len(place.held) > HELD_MAX:
                raise _refused(message, f"is one of {len(place.held)} that their publisher has not sealed")
            if seal is None:
                continue
            if place.head is not None and place.head.timeline == seal.timeline and seal.epoch < place.head.epoch:
                del place.held[digest]  # of a relay that was replaced; the one that is elected has this number, too
                self.dropped += 1
                continue
            path = place.path(message, digest)
            yield self._said(place, path, seal)

    def _unsigned(self, place: "_Place", message: Message) -> list[Message]:
        chained = self._unchained is not None and message.pseq > self._unchained[message.partition]
        if place.head is not None or chained:
            raise _refused(message, "carries no signature, although its publisher signs what it publishes")
        place.last_pseq = max(place.last_pseq, message.pseq)
        return [message]

    def _seal(self, message: Message, digest: str) -> Seal:
        assert self._keys is not None, "nothing is proven without keys"
        try:
            seal = seal_of(message, digest)
            unchained = _counts(seal.unchained)
        except ValueError as error:
            raise _refused(message, f"has a seal that cannot be read ({error})") from error
        if not has_signed(self._keys, seal, message.headers[SEAL]):
            raise _refused(message, "was not signed by its publisher as it stands")
        if self._unchained is None:
            self._unchained = unchained
            self._standings.begin_chains(unchained)
        return seal

    def _again(self, place: "_Place", message: Message, digest: str, seal: Seal | None) -> None:
        known = place.recent.get(message.pseq)
        if known is None and message.pseq == place.last_pseq and place.head is not None:
            known = place.head.digest
        if seal is not None and known not in (None, ANY, digest):
            raise _refused(
                message, f"has the number of another one (digest {known}): its publisher counts from an earlier day"
            )
        self.dropped += 1

    def _said(self, place: "_Place", path: list[tuple[str, Message]], seal: Seal) -> list[Message]:
        first = path[0][1]
        if first.pseq > place.last_pseq + 1:
            # One is missing before them. Whoever counts the numbers is told by the last; they are read again when the
            # missing one has come.
            for digest, _message in path:
                del place.held[digest]
            return [path[-1][1]]
        if not place.goes_on_with(first.headers[PREVIOUS]):
            raise _refused(first, "does not follow the message before it, which was consumed")
        place.move([(digest, message.pseq) for digest, message in path], seal)
        return [
            msgspec.structs.replace(message, head=Head(seal.epoch, seal.timeline, digest).text)
            for digest, message in path
        ]


class _Place:
    """Where one partition stands: the last message that is said, and what waits for its seal."""

    def __init__(self, last_pseq: int, head: Head | None) -> None:
        self.last_pseq = last_pseq
        self.head = head
        self.held: dict[str, Message] = {}
        self.recent: dict[int, str] = {}

    def goes_on_with(self, previous: str) -> bool:
        """Whether a message that names ``previous`` may follow."""
        return self.head is None or self.head.digest in (ANY, previous)

    def path(self, last: Message, digest: str) -> list[tuple[str, Message]]:
        """The messages that a sealed one proves, back to what is said or to one that is missing; oldest first."""
        path, message = [(digest, last)], last
        while message.pseq > self.last_pseq + 1:
            before = message.headers[PREVIOUS]
            found = self.held.get(before)
            if before == NOTHING_BEFORE or found is None or found.pseq != message.pseq - 1:
                break
            message = found
            path.append((before, message))
        return path[::-1]

    def move(self, said: Sequence[tuple[str, int]], seal: Seal) -> None:
        """These are said; what had their numbers otherwise never was."""
        self.last_pseq, self.head = seal.pseq, Head(seal.epoch, seal.timeline, seal.digest)
        self.held = {digest: message for digest, message in self.held.items() if message.pseq > seal.pseq}
        for digest, pseq in said[-_RECENT_MAX:]:
            self.recent[pseq] = digest
        while len(self.recent) > _RECENT_MAX:
            del self.recent[next(iter(self.recent))]


def _refused(message: Message, why: str) -> RefusedMessageError:
    return RefusedMessageError(
        f"topic {message.topic} partition {message.partition} offset {message.offset}: message {message.pseq} "
        f"(id {message.headers.get('ce_id', 'none')}) {why}. It is refused, and nothing behind it is consumed until "
        "somebody has looked (docs/decisions/0024)"
    )


def _counts(text: str) -> Sequence[int]:
    counts = [int(count) for count in text.split(",")]
    if len(counts) not in (1, PARTITIONS):
        raise ValueError(f"{text!r} is not one number for each partition")
    return counts if len(counts) == PARTITIONS else counts * PARTITIONS
