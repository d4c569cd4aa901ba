"""What a recovered service has heard: rows that it keeps of others' messages, and where its consumers go on.

Positions are in no event, and need not be: a reaction's events name the message that caused them, and a consumer works
off a partition in its order. So it goes on behind the last message of which there is an event. What it had passed over
since, because nothing came of it, it looks at again.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from kernel.messaging.event_log import EventLog, Message
from kernel.messaging.event_log.port import PARTITIONS
from kernel.messaging.following import Followed, follow
from kernel.messaging.heard import Heard, read
from kernel.messaging.inbox import PoisonError
from kernel.messaging.survey import Survey, batches_of
from kernel.running.runtime import Subscription
from kernel.running.service import Service
from kernel.writing.command_path import CommandPath
from kernel.writing.database import Pool, SingleConnection
from kernel.writing.event_store import EventStore
from kernel.writing.read_tables import Change, write
from onestop.replay.otherwise import Otherwise, taken_otherwise

_CAUSES_SQL: Final = """
DROP TABLE IF EXISTS pg_temp.causes;
CREATE TEMP TABLE causes AS SELECT DISTINCT meta->>'causation_id' AS id FROM events WHERE meta->>'causation_id' <> '';
CREATE INDEX ON pg_temp.causes (id)
"""
_CAUSED_SQL: Final = "SELECT id FROM pg_temp.causes WHERE id = ANY($1::text[])"
_STAND_SQL: Final = """
INSERT INTO inbox_cursor (consumer, topic, partition, next_offset, last_pseq, head) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (consumer, topic, partition) DO UPDATE
SET next_offset = excluded.next_offset, last_pseq = excluded.last_pseq, head = excluded.head
"""
_STOOD_SQL: Final = "SELECT partition, last_pseq FROM inbox_cursor WHERE consumer = $1 AND topic = $2"
_NO_POOL: Final[Pool] = None  # type: ignore[assignment]  # nothing is asked of it


class Standing(msgspec.Struct, frozen=True):
    """Where a consumer goes on: behind so many messages of each partition."""

    consumer: str
    topic: str
    behind: tuple[int, ...]


class HeardTopic:
    """One topic that a recovered service hears, read once for all of its consumers of it."""

    def __init__(self, connection: SingleConnection, service: Service, surveys: Sequence[Survey], topic: str) -> None:
        self._connection = connection
        self._surveys = surveys
        self._topic = topic
        self._keeping = [heard for heard in service.parts.heard if heard.contract.topic == topic]
        self._reacting = [one for one in subscriptions_of(service) if one.topic == topic and one.rows_of is None]
        self._done: dict[str, dict[int, int]] = {}
        self._otherwise = Otherwise({})
        self._caused = [0] * PARTITIONS

    async def hear(self, service: Service, log: EventLog) -> list[Standing]:
        """Write the rows and the positions; broken off, it goes on where it was."""
        await self._connection.execute(_CAUSES_SQL)
        self._otherwise = await taken_otherwise(self._connection, service)
        for heard in self._keeping:
            rows = await self._connection.fetch(_STOOD_SQL, heard.consumer, self._topic)
            self._done[heard.consumer] = {row["partition"]: row["last_pseq"] for row in rows}
        async for batches in batches_of(log, self._topic):
            await self._take(batches)
        await self._follow()
        ends = [survey.last for survey in self._surveys]
        standings = [Standing(heard.consumer, self._topic, tuple(ends)) for heard in self._keeping]
        standings += [Standing(one.consumer, self._topic, tuple(self._caused)) for one in self._reacting]
        for standing in standings:
            for at, last in enumerate(standing.behind):
                await self._stand(standing.consumer, at, last)
        return standings

    async def _take(self, batches: dict[int, list[Message]]) -> None:
        counted = {at: [m for m in messages if self._surveys[at].counts(m)] for at, messages in batches.items()}
        ids = [message.headers["ce_id"] for messages in counted.values() for message in messages]
        caused = {row["id"] for row in await self._connection.fetch(_CAUSED_SQL, ids)}
        for at, messages in counted.items():
            hits = [message.pseq for message in messages if message.headers["ce_id"] in caused]
            self._caused[at] = max([self._caused[at], *hits])
        for heard in self._keeping:
            async with self._connection.transaction():
                for at, messages in counted.items():
                    await self._keep(heard, at, messages)

    async def _keep(self, heard: Heard, partition: int, messages: Sequence[Message]) -> None:
        done = self._done[heard.consumer]
        fresh = [message for message in messages if message.pseq > done.get(partition, 0)]
        if fresh:
            await write(self._connection, [change for message in fresh for change in self._rows(heard, message)])
            done[partition] = fresh[-1].pseq
            await self._stand(heard.consumer, partition, fresh[-1].pseq)

    def _rows(self, heard: Heard, message: Message) -> list[Change]:
        if message.type not in heard.types:
            return []
        try:
            event = read(heard.contract, message)
        except PoisonError:
            return []  # it was parked, and mended by an event or not at all
        taken = self._otherwise.taken(event, heard.contract, heard.consumer, message.partition, message.pseq)
        return [] if taken is None else list(heard.project(taken))

    async def _stand(self, consumer: str, partition: int, last: int) -> None:
        survey = self._surveys[partition]
        offset = survey.offset_of(last) + 1 if last else 0
        head = survey.head_at(last).text if survey.is_signed and last else None
        await self._connection.execute(_STAND_SQL, consumer, self._topic, partition, offset, last, head)

    async def _follow(self) -> None:
        """Every timeline that is on the topic counts as far as it does now; the adoption begins others."""
        newest = max(self._surveys, key=lambda survey: (len(survey.eras), survey.epoch)).timeline
        names = {era.timeline for survey in self._surveys for era in survey.eras if era.timeline}
        if names:
            ended = {name: [_end_of(survey, name) for survey in self._surveys] for name in sorted(names)}
            await follow(self._connection, self._topic, Followed(newest, ended))


def _end_of(survey: Survey, timeline: str) -> int:
    after = next((then for era, then in pairwise(survey.eras) if era.timeline == timeline), None)
    return survey.last if after is None else after.first - 1


def heard_topics(service: Service) -> list[str]:
    """The topics that a service hears."""
    topics = {heard.contract.topic for heard in service.parts.heard}
    return sorted(topics | {one.topic for one in subscriptions_of(service)})


def subscriptions_of(service: Service) -> Sequence[Subscription]:
    """What a service does on messages; nothing of it is done here, so that the store behind it is nobody's."""
    store = EventStore(_NO_POOL, service.parts.registry, service.parts.project)
    return service.parts.subscriptions(CommandPath(store))


def positions(standings: Sequence[Standing]) -> Mapping[str, int]:
    """How many messages each consumer is behind of, in words."""
    return {f"{one.consumer} of {one.topic}": sum(one.behind) for one in standings}
