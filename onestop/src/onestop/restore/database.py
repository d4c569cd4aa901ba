"""Adopting a restored database: every service's store, which history each follows, and what the topics have beyond."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import msgspec

from kernel.messaging.event_log import EventLog
from kernel.messaging.event_log.port import log_topic_of
from kernel.messaging.following import follow_after_restore
from kernel.messaging.log_telling import LogTelling
from kernel.messaging.telling import Telling
from kernel.running.service import Service
from kernel.writing.database import SingleConnection, administering
from kernel.writing.event_store.adoption import Adopted, adopt_restored
from onestop.restore.beyond import Beyond, Consumed, Counted, counted_by, look_beyond
from onestop.restore.lost import keep
from onestop.restore.noting import note, seen_to_of
from onestop.restore.recovered import RECOVERING
from onestop.services import SERVICES

_SERVING_SQL: Final = """
SELECT DISTINCT application_name FROM pg_stat_activity
WHERE datname = current_database() AND application_name = ANY($1::text[])
"""
_POSITIONS_SQL: Final = """
SELECT consumer, partition, next_offset, last_pseq FROM inbox_cursor WHERE topic = $1 ORDER BY consumer, partition
"""
_CLUSTER_SQL: Final = "SELECT cluster FROM timeline"
_RELAYED_SQL: Final = "UPDATE relay SET gseq = $2, pseqs = $3::text::json WHERE topic = $1"


class RestoreError(Exception):
    """The restore cannot go on as things are; says what is in the way, and what would be right."""


class RestoredService(msgspec.Struct, frozen=True, kw_only=True):
    """What the adoption of a service came to."""

    name: str
    adopted: Adopted
    beyond: Beyond
    #: What the topic of its log has beyond the store.
    log_beyond: Beyond


@asynccontextmanager
async def operating(admin_url: str) -> AsyncIterator[SingleConnection]:
    """An administrator's session without time limits, while no service runs; raises RestoreError."""
    limits = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}
    async with administering(admin_url, **limits) as connection:
        names = [f"onestop-{service.schema}" for service in SERVICES.values()]
        serving = [row["application_name"] for row in await connection.fetch(_SERVING_SQL, names)]
        if serving:
            raise RestoreError(f"{', '.join(serving)} still use this database: stop every service, then try again")
        yield connection


async def restore(admin_url: str, log: EventLog) -> list[RestoredService]:
    """Adopt the database and keep what the topics have beyond it; all or nothing. Raises RestoreError.

    It may be done again: then another timeline begins, and nothing that was found before is forgotten.
    """
    async with operating(admin_url) as connection:
        for name, service in SERVICES.items():
            await _must_be_whole(connection, name, service)
        found = {name: await _beyond(connection, service, log) for name, service in SERVICES.items()}
        logs = {name: await _log_beyond(connection, service, log) for name, service in SERVICES.items()}
        async with connection.transaction():
            restored = [await _adopt(connection, name, found[name], logs[name]) for name in SERVICES]
            for telling in restored:
                await _let_follow(connection, SERVICES[telling.name], telling)
    return restored


async def seeing(connection: SingleConnection, service: Service) -> None:
    """Have the session see a service's schema from here on."""
    await connection.execute(f'SET search_path TO "{service.schema}"')


async def _must_be_whole(connection: SingleConnection, name: str, service: Service) -> None:
    await seeing(connection, service)
    if await connection.fetchval(_CLUSTER_SQL) == RECOVERING:
        raise RestoreError(
            f"{name} is not written back whole from its topic: run `onestop recover {name}` to its end, or begin anew "
            "in an empty database"
        )


async def _beyond(connection: SingleConnection, service: Service, log: EventLog) -> Beyond:
    topic = service.parts.topic
    consumers = [one for other in SERVICES.values() for one in await _positions(connection, other, topic)]
    await seeing(connection, service)
    telling = Telling(service.parts.publishes, service.parts.publish)
    beyond = await look_beyond(connection, service.parts.registry, telling, log, consumers)
    for one in consumers:
        if one.last_pseq > (ends_at := beyond.ends[one.partition]):
            raise RestoreError(
                f"{one.consumer} has consumed message {one.last_pseq} of topic {topic} partition {one.partition}, "
                f"but {service.parts.name}'s store ends at {ends_at}: restore all services from one dump"
            )
    return beyond


async def _log_beyond(connection: SingleConnection, service: Service, log: EventLog) -> Beyond:
    topic = log_topic_of(service.parts.topic)
    await seeing(connection, service)
    counted = await counted_by(connection, topic)
    # A message lies no further ahead than its number says: what was sent again only adds to what is before it.
    relay = Consumed("the relay itself", 0, counted.gseq, counted.gseq)
    return await look_beyond(connection, service.parts.registry, LogTelling(topic), log, [relay])


async def _positions(connection: SingleConnection, service: Service, topic: str) -> list[Consumed]:
    await seeing(connection, service)
    return [Consumed(*row.values()) for row in await connection.fetch(_POSITIONS_SQL, topic)]


async def _adopt(connection: SingleConnection, name: str, beyond: Beyond, kept: Beyond) -> RestoredService:
    service = SERVICES[name]
    await seeing(connection, service)
    if await connection.fetchval(_CLUSTER_SQL) == RECOVERING:
        raise RestoreError(
            f"{name} is not written back whole from its topic: run `onestop recover {name}` to its end, or begin anew "
            "in an empty database"
        )
    seen_to = await seen_to_of(connection, beyond.lost)
    adopted = await adopt_restored(connection)
    stored: Counted = await counted_by(connection, service.parts.topic)
    if stored.gseq > beyond.counted.gseq:
        raise RestoreError(f"somebody publishes for {name} at this moment: stop every service, then try again")
    topic = service.parts.topic
    for name_of, out in ((topic, beyond.counted), (log_topic_of(topic), kept.counted)):
        await connection.execute(_RELAYED_SQL, name_of, out.gseq, msgspec.json.encode(out.pseqs).decode())
    await follow_after_restore(connection, log_topic_of(topic), adopted.timeline, adopted.ended, kept.ends)
    await keep(connection, adopted.ended, [one for one in beyond.lost if one.headers["ce_id"] not in seen_to])
    if beyond.lost or kept.lost:
        await note(connection, service, adopted)
    return RestoredService(name=name, adopted=adopted, beyond=beyond, log_beyond=kept)


async def _let_follow(connection: SingleConnection, publisher: Service, telling: RestoredService) -> None:
    for service in SERVICES.values():
        await seeing(connection, service)
        await follow_after_restore(
            connection,
            publisher.parts.topic,
            telling.adopted.timeline,
            telling.adopted.ended,
            telling.beyond.ends,
        )
