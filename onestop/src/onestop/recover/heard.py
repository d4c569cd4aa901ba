"""What a recovered service has heard: rows that it keeps of others' messages, and where its consumers go on.

Positions are in no event, and need not be: a reaction's events name the message that caused them, and a consumer works
off a partition in its order. So it goes on behind the last message of which there is an event. What it had passed over
since, because nothing came of it, it looks at again.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from kernel.messaging.counted import counted_of
from kernel.messaging.event_log import EventLog, Message
from kernel.messaging.event_log.port import PARTITIONS
from kernel.messaging.following import Followed, follow
from kernel.messaging.survey import Survey
from kernel.running.runtime import Subscription
from kernel.running.service import Service
from kernel.writing.command_path import CommandPath
from kernel.writing.database import Pool, SingleConnection
from kernel.writing.event_store import EventStore
from onestop.recover.errors import RecoverError
from onestop.recover.keeping import Keeping, mendings_of
from onestop.recover.told import Told

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

    def __init__(self, connection: SingleConnection, service: Service, told: Told, topic: str) -> None:
        self._connection = connection
        self._service = service
        self._told = told
        self._topic = topic
        self._reacting = [one for one in subscriptions_of(service) if one.topic == topic and one.rows_of is None]
        self._keeping: list[Keeping] = []
        self._done: dict[str, dict[int, int]] = {}
        self._caused = [0] * PARTITIONS
        #: How many messages are parked in the end.
        self.parked = 0

    async def hear(self, log: EventLog) -> list[Standing]:
        """Write the rows and the positions; broken off, it goes on where it was. Raises RecoverError."""
        await self._connection.execute(_CAUSES_SQL)
        await self._require_causes()
        await self._begin()
        surveys = self._told.surveys
        async for batches in counted_of(log, self._topic, surveys):
            await self._take(batches)
        await follow_to_the_end(self._connection, self._topic, surveys)
        ends = [survey.last for survey in surveys]
        standings = [Standing(keeping.consumer, self._topic, tuple(ends)) for keeping in self._keeping]
        standings += [Standing(one.consumer, self._topic, tuple(self._caused)) for one in self._reacting]
        for standing in standings:
            for at, last in enumerate(standing.behind):
                await self._stand(standing.consumer, at, last)
        self.parked = sum([await keeping.parked() for keeping in self._keeping])
        return standings

    async def _begin(self) -> None:
        mendings = await mendings_of(self._connection, self._service)
        for heard in self._service.parts.heard:
            if heard.contract.topic == self._topic:
                rows = await self._connection.fetch(_STOOD_SQL, heard.consumer, self._topic)
                self._done[heard.consumer] = {row["partition"]: row["last_pseq"] for row in rows}
                keeping = Keeping(self._connection, heard, mendings)
                await keeping.begin()
                self._keeping.append(keeping)

    async def _require_causes(self) -> None:
        """What happened here because of a message that its publisher does not have, happened because of nothing."""
        name = self._service.parts.name
        caused = await self._connection.fetch(_CAUSED_SQL, sorted(self._told.strange))
        if caused:
            raise RecoverError(
                f"{name} has events because of message {caused[0]['id']} of topic {self._topic}, which its publisher's "
                f"store does not have: a restore has ended it there, and the log of {name} says nothing of that. "
                f"Restore all services from one dump, or none"
            )

    async def _take(self, batches: dict[int, list[Message]]) -> None:
        ids = [message.headers["ce_id"] for messages in batches.values() for message in messages]
        caused = {row["id"] for row in await self._connection.fetch(_CAUSED_SQL, ids)}
        for at, messages in batches.items():
            hits = [message.pseq for message in messages if message.headers["ce_id"] in caused]
            self._caused[at] = max([self._caused[at], *hits])
        for keeping in self._keeping:
            async with self._connection.transaction():
                for at, messages in batches.items():
                    await self._keep(keeping, at, messages)

    async def _keep(self, keeping: Keeping, partition: int, messages: Sequence[Message]) -> None:
        done = self._done[keeping.consumer]
        fresh = [message for message in messages if message.pseq > done.get(partition, 0)]
        if fresh:
            await keeping.keep(fresh)
            done[partition] = fresh[-1].pseq
            await self._stand(keeping.consumer, partition, fresh[-1].pseq)

    async def _stand(self, consumer: str, partition: int, last: int) -> None:
        survey = self._told.surveys[partition]
        offset = survey.offset_behind(last)
        head = survey.head_at(last).text if survey.is_signed and last else None
        await self._connection.execute(_STAND_SQL, consumer, self._topic, partition, offset, last, head)


async def follow_to_the_end(connection: SingleConnection, topic: str, surveys: Sequence[Survey]) -> None:
    """Every timeline that is on a topic counts as far as it does now; the adoption begins others."""
    newest = max(surveys, key=lambda survey: (len(survey.eras), survey.epoch)).timeline
    names = {name for survey in surveys for name in survey.timelines}
    if names:
        ended = {name: [survey.end_of(name) for survey in surveys] for name in sorted(names)}
        await follow(connection, topic, Followed(newest, ended))


def heard_topics(service: Service) -> list[str]:
    """The topics that a service hears."""
    topics = {heard.contract.topic for heard in service.parts.heard}
    return sorted(topics | {one.topic for one in subscriptions_of(service)})


def subscriptions_of(service: Service) -> Sequence[Subscription]:
    """What a service does on messages; nothing of it is done here, so that the store behind it is nobody's."""
    store = EventStore(_NO_POOL, service.parts.registry, service.parts.project)
    return service.parts.subscriptions(CommandPath(store))
