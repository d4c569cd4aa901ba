"""The survey of a partition from its first message: which of its messages count, in the order of their numbers.

A topic holds more than was said: what a relay sent that died before its seal, what was sent again, what a restore has
ended. Whoever rebuilds from a topic alone has nothing else to hold it against, so all of it is proven first.
"""

from array import array
from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from kernel.messaging.chain import NOTHING_BEFORE, PREVIOUS, SEAL, Head, digest_of_message, has_signed, seal_of
from kernel.messaging.event_log import EventLog, Message, TransportAwayError
from kernel.messaging.event_log.port import partitions_of
from kernel.security.signing_keys import PublicKey

_READ_SECONDS: Final = 1.0
_DIGEST_BYTES: Final = 32


class SurveyError(Exception):
    """A topic cannot be believed or is not whole; says which message is in the way, and what would be right."""


class Era(msgspec.Struct, frozen=True):
    """From which number on a timeline tells."""

    first: int
    timeline: str


class _Heard(msgspec.Struct, frozen=True):
    """A message as far as the survey needs it."""

    pseq: int
    offset: int
    previous: str
    digest: str


class Survey:
    """One partition of a topic; with the publisher's ``keys`` only what it has sealed counts."""

    def __init__(self, topic: str, partition: int, keys: Mapping[str, PublicKey] | None) -> None:
        self._topic = topic
        self._where = f"topic {topic} partition {partition}"
        self._keys = keys
        #: By number less one where each message that counts lies, and its digest.
        self._offsets = array("q")
        self._digests = bytearray()
        self._in_order = True
        self._held: dict[str, _Heard] = {}
        self._beyond = 0
        #: The first that a later one names and that is not there as it was.
        self._lacking = 0
        self._epoch = 0
        self._ended: set[str] = set()
        self.eras: list[Era] = []
        self.is_signed = False
        self.unchained = "0"

    @property
    def last(self) -> int:
        """The number of the last message that counts."""
        return len(self._offsets)

    @property
    def lacking(self) -> int:
        """The number of the first message that is not there as it was sent; behind the last where all are."""
        return max(self._lacking, self.last + 1)

    @property
    def epoch(self) -> int:
        """The publisher's last election."""
        return self._epoch

    @property
    def timeline(self) -> str:
        """The publisher's timeline at the end."""
        return self.eras[-1].timeline if self.eras else ""

    def offset_of(self, pseq: int) -> int:
        """Where the message of a number lies."""
        return self._offsets[pseq - 1]

    def offset_behind(self, pseq: int) -> int:
        """From where on everything lies that follows a message; what was sent again may lie before that message."""
        if pseq < self.last and not self._in_order:
            return min(self._offsets[pseq:])
        return self._offsets[pseq - 1] + 1 if pseq else 0

    def head_at(self, pseq: int) -> Head:
        """The chain's head behind a message; nothing was signed where the survey says so."""
        timeline = next((era.timeline for era in reversed(self.eras) if era.first <= pseq), self.timeline)
        return Head(self._epoch, timeline, self._digest_at(pseq))

    def end_of(self, timeline: str) -> int:
        """The number of the last message of a timeline that counts; of one that is not here, as far as any does."""
        after = next((then.first for era, then in pairwise(self.eras) if era.timeline == timeline), None)
        if after is None and timeline in self._ended:
            return 0  # all that it told is behind what a later restore has kept
        return self.last if after is None else min(after - 1, self.last)

    @property
    def timelines(self) -> set[str]:
        """Every timeline that told something here, whether that counts or not."""
        return {name for name in (*self._ended, *(era.timeline for era in self.eras)) if name}

    def end_at(self, pseq: int) -> None:
        """Nothing behind this number counts, because its publisher's store does not have it."""
        del self._offsets[pseq:]
        del self._digests[pseq * _DIGEST_BYTES :]

    def take(self, message: Message) -> None:
        """The next message of the partition; raises SurveyError."""
        digest = digest_of_message(message)
        heard = _Heard(message.pseq, message.offset, message.headers.get(PREVIOUS, NOTHING_BEFORE), digest)
        if PREVIOUS not in message.headers:
            self._unsigned(heard, message)
            return
        self.is_signed = True
        self._held[digest] = heard
        if SEAL in message.headers:
            self._sealed(heard, message)

    def end(self) -> None:
        """Raises SurveyError where something is missing before what was said last, or nobody who has a key signed."""
        if self._keys and self.last and not self.is_signed:
            raise SurveyError(
                f"{self._where}: none of its {self.last} messages is signed, although public keys were given: is "
                "the broker the right one, and the prefix of its topics? Nothing was done"
            )
        lacking = self.lacking
        if self._beyond > self.last and any(held.pseq == lacking for held in self._held.values()):
            raise SurveyError(
                f"{self._where}: message {lacking} is not the one that its publisher has signed; somebody has changed "
                "it. Nothing was done"
            )
        if self._beyond > self.last:
            raise SurveyError(
                f"{self._where}: message {lacking} is missing, and {self._beyond} was published. Where its "
                f"publisher's database is there, `onestop republish SERVICE --topic {self._topic} "
                f"--from {lacking}` sends it again; nothing was done"
            )

    def _unsigned(self, heard: _Heard, message: Message) -> None:
        if self.is_signed:
            raise SurveyError(
                f"{self._where} offset {heard.offset}: message {heard.pseq} carries no signature, although its "
                "publisher signs what it publishes; nothing was done"
            )
        if heard.pseq <= self.last and self._digest_at(heard.pseq) == heard.digest:
            return
        self._join([heard], message)

    def _sealed(self, heard: _Heard, message: Message) -> None:
        try:
            seal = seal_of(message, heard.digest)
        except ValueError as error:
            raise SurveyError(f"{self._where} offset {heard.offset}: a seal cannot be read ({error})") from error
        if self._keys is None:
            raise SurveyError(
                f"{self._where} is signed and no public key of its publisher was given: set ONESTOP_PUBLISHER_KEYS, or "
                "--folder with its key; nothing was done"
            )
        if not has_signed(self._keys, seal, message.headers[SEAL]):
            raise SurveyError(
                f"{self._where} offset {heard.offset}: message {heard.pseq} was not signed by its publisher as it "
                "stands; nothing was done"
            )
        self.unchained = seal.unchained
        path = self._path(heard)
        if path:
            self._join(path, message)

    def _path(self, heard: _Heard) -> list[_Heard]:
        """The messages that a seal proves, back to one that counts; none where one is missing before them."""
        path = [heard]
        while not self._follows(path[-1]):
            before = self._held.get(path[-1].previous)
            if before is None or before.pseq != path[-1].pseq - 1:
                if self._beyond <= self.last:
                    self._lacking = path[-1].pseq - 1
                self._beyond = max(self._beyond, heard.pseq)
                return []
            path.append(before)
        path = [one for one in path if one.pseq > self.last or self._digest_at(one.pseq) != one.digest]
        return path[::-1]

    def _follows(self, heard: _Heard) -> bool:
        return heard.pseq <= self.last + 1 and self._goes_on_with(heard)

    def _goes_on_with(self, heard: _Heard) -> bool:
        chained = heard.previous != NOTHING_BEFORE
        return heard.previous == (self._digest_at(heard.pseq - 1) if chained else NOTHING_BEFORE)

    def _join(self, path: Sequence[_Heard], message: Message) -> None:
        """These count from now on; what had their numbers before counts no more where a restore has ended it."""
        first, epoch = path[0].pseq, int(message.headers.get("ce_epoch", "0"))
        timeline = message.headers.get("ce_timeline", "")
        if first > self.last + 1:
            self._beyond = max(self._beyond, path[-1].pseq)
            return
        if timeline in self._ended:
            return  # of a database that a restore has replaced, and that somebody started again
        if first <= self.last and timeline == self.timeline:
            if self.is_signed and epoch < self._epoch:
                return  # of a relay that was replaced
            raise SurveyError(
                f"{self._where} offset {path[0].offset}: there are two different messages {first}; nothing was done"
            )
        if self.eras and timeline != self.timeline:
            self._cut(first)
            self._epoch = 0
        if not self.eras or self.eras[-1].timeline != timeline:
            self.eras.append(Era(first, timeline))
        self._epoch = max(self._epoch, epoch)
        for heard in path:
            self._in_order &= not self._offsets or self._offsets[-1] < heard.offset
            self._offsets.append(heard.offset)
            self._digests += bytes.fromhex(heard.digest)
        self._held = {digest: held for digest, held in self._held.items() if held.pseq > self.last}

    def _cut(self, first: int) -> None:
        self._ended.add(self.timeline)
        del self._offsets[first - 1 :]
        del self._digests[(first - 1) * _DIGEST_BYTES :]
        self.eras = [era for era in self.eras if era.first < first]
        self._beyond = 0

    def _digest_at(self, pseq: int) -> str:
        return self._digests[(pseq - 1) * _DIGEST_BYTES : pseq * _DIGEST_BYTES].hex() if pseq else NOTHING_BEFORE


async def batches_of(log: EventLog, topic: str) -> AsyncIterator[dict[int, list[Message]]]:
    """A topic from its beginning to where it ends now, as it comes; raises SurveyError."""
    reader = await log.reader(topic, dict.fromkeys(range(partitions_of(topic)), 0))
    try:
        try:
            begins, ends = await reader.begin_offsets(), await reader.end_offsets()
        except TransportAwayError as error:
            raise SurveyError(f"topic {topic} cannot be read; is it on this broker? {error}") from error
        if cut := [at for at, begin in begins.items() if begin > 0]:
            raise SurveyError(f"topic {topic} partition {cut[0]} does not begin with its first message any more")
        left = {at for at, end in ends.items() if end}
        while left:
            batches = await reader.read(_READ_SECONDS)
            yield {at: [m for m in messages if m.offset < ends[at]] for at, messages in batches.items()}
            left -= {at for at, messages in batches.items() if messages[-1].offset + 1 >= ends[at]}
    finally:
        await reader.close()


async def survey(log: EventLog, topic: str, keys: Mapping[str, PublicKey] | None) -> list[Survey]:
    """Every partition of a topic, proven from its first message to its last; raises SurveyError."""
    found = [Survey(topic, at, keys) for at in range(partitions_of(topic))]
    async for batches in batches_of(log, topic):
        for at, messages in batches.items():
            for message in messages:
                found[at].take(message)
    for one in found:
        one.end()
    return found
