"""The messages of a surveyed topic that count, each partition in the order of its numbers, wherever they lie.

What was lost and sent again lies behind messages that follow it, so the order of the topic is not always the order of
its numbers.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final

from kernel.messaging.event_log import EventLog, Message
from kernel.messaging.event_log.port import Reader
from kernel.messaging.survey import Survey, SurveyError

_READ_SECONDS: Final = 1.0
_NONE: Final[Mapping[int, int]] = {}


async def counted_of(
    log: EventLog, topic: str, surveys: Sequence[Survey], after: Mapping[int, int] = _NONE
) -> AsyncIterator[dict[int, list[Message]]]:
    """What counts of a topic, behind the numbers ``after`` of its partitions, in portions; raises SurveyError."""
    places = {
        at: place for at, survey in enumerate(surveys) if (place := _Place(topic, survey, after.get(at, 0))).is_left
    }
    if not places:
        return
    reader = await log.reader(topic, {at: place.offset for at, place in places.items()})
    try:
        while places:
            batches = await reader.read(_READ_SECONDS)
            found = {at: await places[at].take(reader, batches[at]) for at in batches if at in places}
            yield {at: messages for at, messages in found.items() if messages}
            places = {at: place for at, place in places.items() if place.is_left}
    finally:
        await reader.close()


class _Place:
    """How far one partition has been read in the order of its numbers."""

    def __init__(self, topic: str, survey: Survey, after: int) -> None:
        self._topic = topic
        self._survey = survey
        self._next = after + 1

    @property
    def is_left(self) -> bool:
        """Whether there is another message."""
        return self._next <= self._survey.last

    @property
    def offset(self) -> int:
        """Where the next message lies."""
        return self._survey.offset_of(self._next)

    async def take(self, reader: Reader, messages: Sequence[Message]) -> list[Message]:
        """The next messages, as far as they are among these; where the next one lies before, it is read from there."""
        lying = {message.offset: message for message in messages}
        found: list[Message] = []
        while self.is_left and (message := lying.get(self.offset)) is not None:
            found.append(message)
            self._next += 1
        if self.is_left and self.offset <= messages[-1].offset:
            if self.offset >= messages[0].offset:
                raise SurveyError(
                    f"topic {self._topic} partition {messages[0].partition}: message {self._next} was there a moment "
                    "ago and is gone; nothing more was done"
                )
            await reader.seek(messages[0].partition, self.offset)
        return found
