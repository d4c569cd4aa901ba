"""A service of a lost database, recovered from the topics alone: first all is proven, then written, then counted."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

import asyncpg
import msgspec

from kernel.messaging.event_log import EventLog
from kernel.messaging.event_log.port import log_topic_of
from kernel.messaging.survey import Survey, SurveyError, survey
from kernel.running.leadership import lock_number
from kernel.running.service import Service
from kernel.writing.database import SingleConnection
from onestop.believed import KeysOf
from onestop.recover.errors import RecoverError
from onestop.recover.events import Advance, all_is_written, write_events, written_before
from onestop.recover.heard import HeardTopic, Standing, follow_to_the_end, heard_topics
from onestop.recover.lacking import Lacking, lacking
from onestop.recover.relays import set_relays
from onestop.recover.told import Told, told_by
from onestop.restore.database import operating, seeing
from onestop.services import SERVICES

_ALONE: Final = lock_number("recover")


class Recovered(msgspec.Struct, frozen=True, kw_only=True):
    """What the recovery of a service came to."""

    name: str
    events: int
    written: int
    is_signed: bool
    standings: tuple[Standing, ...]
    #: Messages that are on the public topic and of no event here.
    beyond: int
    #: Messages that could not be kept as rows, or were not when all was lost, and wait for somebody.
    parked: int
    lacking: tuple[Lacking, ...]


async def recover(
    admin_url: str,
    names: Sequence[str],
    log: EventLog,
    keys: KeysOf,
    advance: Callable[[str], Advance],
    *,
    apart: bool = False,
) -> list[Recovered]:
    """Write services back from the topics into their empty schemas. Nothing is written before all of it is proven.

    Nobody answers from them before ``onestop restore`` has adopted the database. Broken off, it goes on where it was.
    ``apart`` says that those whom they hear keep their stores in other databases: their topics are believed to the end.
    Raises RecoverError and SurveyError.
    """
    services = [SERVICES[name] for name in names]
    async with operating(admin_url) as connection, _alone(connection):
        surveys = await _survey(connection, services, log, keys)
        written: list[int] = []
        for one in services:
            await seeing(connection, one)
            kept = surveys[log_topic_of(one.parts.topic)][0]
            written.append(await write_events(connection, one, log, kept, advance(one.parts.name)))
        told = await _told(connection, services, log, surveys, apart=apart)
        logs = [surveys[log_topic_of(one.parts.topic)] for one in services]
        return [
            await _recover(connection, one, log, told, kept, count)
            for one, kept, count in zip(services, logs, written, strict=True)
        ]


@asynccontextmanager
async def _alone(connection: SingleConnection) -> AsyncIterator[None]:
    if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _ALONE):
        raise RecoverError("somebody recovers services in this database at this moment")
    try:
        yield
    except asyncpg.UndefinedTableError as error:
        raise RecoverError(f"{error}: run `onestop migrate` on the database first") from error


async def _survey(
    connection: SingleConnection, services: Sequence[Service], log: EventLog, keys: KeysOf
) -> dict[str, list[Survey]]:
    """Every topic that is needed, proven; by its name."""
    surveys: dict[str, list[Survey]] = {}
    for service in services:
        topic = service.parts.topic
        kept = surveys[log_topic_of(topic)] = await survey(log, log_topic_of(topic), keys(topic))
        await seeing(connection, service)
        await written_before(connection, service, kept[0])
        for heard in (topic, *heard_topics(service)):
            if heard not in surveys:
                surveys[heard] = await survey(log, heard, keys(heard))
    _require_logs(services, surveys)
    return surveys


def _require_logs(services: Sequence[Service], surveys: Mapping[str, Sequence[Survey]]) -> None:
    """A service of which nothing ever happened has an empty log; one that has told something has not."""
    empty = [one.parts.topic for one in services if not surveys[log_topic_of(one.parts.topic)][0].last]
    told = [topic for topic in empty if any(survey.last for survey in surveys[topic])]
    if told or len(empty) == len(services):
        raise SurveyError(
            f"topic {log_topic_of((told or empty)[0])} holds no event: is the broker the right one, and the prefix of "
            "its topics? Where ONESTOP_LOG_TOPIC was no, a service cannot be recovered from topics"
        )


async def _told(
    connection: SingleConnection,
    services: Sequence[Service],
    log: EventLog,
    surveys: Mapping[str, Sequence[Survey]],
    *,
    apart: bool,
) -> dict[str, Told]:
    """Every public topic that is needed, as far as its publisher's store has the events."""
    publishers = {one.parts.topic: one for one in SERVICES.values()}
    found: dict[str, Told] = {}
    for topic in surveys:
        if topic in publishers:
            await seeing(connection, publishers[topic])
            recovered = any(one.parts.topic == topic for one in services)
            found[topic] = await told_by(
                connection, publishers[topic], log, surveys[topic], recovered=recovered, apart=apart
            )
    return found


async def _recover(
    connection: SingleConnection,
    service: Service,
    log: EventLog,
    told: Mapping[str, Told],
    kept: Sequence[Survey],
    written: int,
) -> Recovered:
    topic = service.parts.topic
    await seeing(connection, service)
    standings: list[Standing] = []
    parked = 0
    for heard in heard_topics(service):
        hearing = HeardTopic(connection, service, told[heard], heard)
        standings += await hearing.hear(log)
        parked += hearing.parked
    await set_relays(connection, service, told[topic], kept)
    for own, surveys in ((topic, told[topic].surveys), (log_topic_of(topic), kept)):
        await follow_to_the_end(connection, own, surveys)
    await all_is_written(connection)
    return Recovered(
        name=service.parts.name,
        events=kept[0].last,
        written=written,
        is_signed=kept[0].is_signed,
        standings=tuple(standings),
        beyond=len(told[topic].strange),
        parked=parked,
        lacking=tuple(await lacking(connection, service)),
    )
