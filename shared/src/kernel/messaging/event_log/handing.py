"""Handing over: messages that this process has published go to its readers in memory, without a look at the table."""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

from kernel.messaging.event_log.port import Message
from kernel.writing.signals import Signal

#: What a slow reader may have waiting in memory; beyond that it reads the table again.
_HANDED_MAX: Final = 5_000


class Handed:
    """What one reader was handed since it last took it. ``behind`` says that the table may hold more."""

    def __init__(self) -> None:
        self.behind = True
        self._waiting: deque[Message] = deque()
        self._signal = Signal()

    def hand(self, messages: Iterable[Message]) -> None:
        """Give it messages that lie in the table now."""
        self._waiting.extend(messages)
        if len(self._waiting) > _HANDED_MAX:
            self.notice()
        self._signal.set()

    def notice(self) -> None:
        """Say that the table has grown, by somebody else's hand."""
        self._waiting.clear()
        self.behind = True
        self._signal.set()

    def take(self, positions: dict[int, int]) -> dict[int, list[Message]]:
        """What follows the positions, which move on; what lies before them is there already."""
        found: dict[int, list[Message]] = {}
        while self._waiting:
            message = self._waiting.popleft()
            position = positions[message.partition]
            if message.offset > position:
                self.notice()
                break
            if message.offset == position:
                found.setdefault(message.partition, []).append(message)
                positions[message.partition] = position + 1
        return found

    async def wait(self, seconds: float) -> bool:
        """Wait until there is something; false where nothing came in time."""
        return await self._signal.wait(seconds)


class Readers:
    """The readers of one process, by topic."""

    def __init__(self) -> None:
        self._by_topic: dict[str, set[Handed]] = {}

    def join(self, topic: str) -> Handed:
        """A new reader of a topic."""
        handed = Handed()
        self._by_topic.setdefault(topic, set()).add(handed)
        return handed

    def leave(self, topic: str, handed: Handed) -> None:
        """The reader is closed."""
        self._by_topic[topic].discard(handed)

    def read(self, topic: str) -> bool:
        """Whether anybody in this process reads a topic."""
        return bool(self._by_topic.get(topic))

    def hand(self, topic: str, messages: Sequence[Message]) -> None:
        """Hand messages to every reader of their topic."""
        for handed in self._by_topic.get(topic, ()):
            handed.hand(messages)

    def notice(self, topic: str) -> None:
        """Another process has published on the topic."""
        for handed in self._by_topic.get(topic, ()):
            handed.notice()

    def notice_all(self) -> None:
        """Somebody may have published anywhere."""
        for topic in self._by_topic:
            self.notice(topic)

    @property
    def some(self) -> bool:
        """Whether anybody reads at all."""
        return any(self._by_topic.values())
