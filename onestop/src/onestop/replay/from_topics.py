"""A log as its topic has it, for a replay from Kafka alone: proven, held against the store event by event, in pages."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from kernel.messaging.counted import counted_of
from kernel.messaging.event_log import EventLog
from kernel.messaging.event_log.port import log_topic_of
from kernel.messaging.log_telling import event_of
from kernel.messaging.survey import Survey, SurveyError, survey
from kernel.running.service import Service
from kernel.security.signing_keys import PublicKey
from kernel.writing.database import SingleConnection
from kernel.writing.event_store.log import unnumbered_tail
from kernel.writing.event_store.stream import LoggedEvent
from kernel.writing.event_store.whole import WholeEvent, read_whole
from onestop.believed import publisher_keys
from onestop.replay.difference import Difference, Findings
from onestop.transport import transport_of

_LAST_SQL: Final = "SELECT COALESCE(max(gseq), 0) FROM event_log"
#: What was numbered just now may be on its way to the topic.
_ATTEMPTS_MAX: Final = 20
_PAUSE_SECONDS: Final = 1.0


class Topics(msgspec.Struct, frozen=True, kw_only=True):
    """Where the topics are, and the folder in which the publishers' keys may lie."""

    kafka_bootstrap: str
    prefix: str
    folder: str


class FromTopic:
    """One service's log from its topic, up to the picture that ``live`` has of it."""

    def __init__(self, service: Service, live: SingleConnection, topics: Topics, found: Findings) -> None:
        self._service = service
        self._live = live
        self._topics = topics
        self._found = found

    async def pages(self, admin_url: str) -> AsyncIterator[list[LoggedEvent]]:
        """The events in pages; what has no number yet is on no topic, and comes from the store. Raises SurveyError."""
        topic, registry = log_topic_of(self._service.parts.topic), self._service.parts.registry
        keys = publisher_keys(Path(self._topics.folder))(self._service.parts.topic)
        last = await self._live.fetchval(_LAST_SQL)
        async with transport_of(admin_url, self._topics.kafka_bootstrap, self._topics.prefix) as log:
            proven = await _survey_up_to(log, topic, keys, last)
            proven.end_at(last)  # what was numbered since is not in the picture
            async for batches in counted_of(log, topic, [proven]):
                counted = [event_of(message) for message in batches[0]]
                await self._compare(counted)
                yield [event.logged(registry) for event in counted]
        if tail := await unnumbered_tail(self._live, registry):
            yield tail

    async def _compare(self, events: list[WholeEvent]) -> None:
        stored = await read_whole(self._live, after=events[0].gseq - 1, limit=len(events))
        differ = [(ours, theirs) for ours, theirs in zip(stored, events, strict=False) if ours != theirs]
        name = self._service.parts.name
        self._found.add(
            self, [Difference(f"{name} event {ours.gseq}", _text(ours), _text(theirs)) for ours, theirs in differ[:1]]
        )


async def _survey_up_to(log: EventLog, topic: str, keys: Mapping[str, PublicKey] | None, last: int) -> Survey:
    for _ in range(_ATTEMPTS_MAX):
        (found,) = await survey(log, topic, keys)
        if found.last >= last:
            return found
        await asyncio.sleep(_PAUSE_SECONDS)
    raise SurveyError(
        f"topic {topic} ends at event {found.last}, and the store at {last}: nothing can be said of the rest. Is the "
        "broker the right one, and ONESTOP_LOG_TOPIC not no? `onestop doctor` says whether the relay is behind"
    )


def _text(event: WholeEvent) -> str:
    return f"{event.stream_id} version {event.version} {event.type}: {bytes(event.data).decode()}"
