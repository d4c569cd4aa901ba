"""The events of a log's topic, written back with their numbers and hashes, and the rows that follow from them."""

from collections.abc import Callable
from typing import Final

from kernel.messaging.counted import counted_of
from kernel.messaging.event_log import EventLog, Message
from kernel.messaging.event_log.port import log_topic_of
from kernel.messaging.log_telling import UnreadableEventError, event_of
from kernel.messaging.survey import Survey
from kernel.running.service import Service
from kernel.writing.database import SingleConnection
from kernel.writing.event_registry import UnknownEventTypeError
from kernel.writing.event_store.chain import check_chain
from kernel.writing.event_store.whole import WholeEvent, go_on_behind, put_back
from kernel.writing.read_tables import write
from onestop.recover.errors import RecoverError
from onestop.restore.recovered import RECOVERED, RECOVERING

_STATE_SQL: Final = """
SELECT (SELECT cluster FROM timeline) AS cluster, (SELECT name FROM timeline) AS timeline,
       EXISTS (SELECT FROM events) AS has_events, (SELECT COALESCE(max(gseq), 0) FROM event_log) AS last
"""
_BEGIN_SQL: Final = "INSERT INTO timeline (one, name, cluster) VALUES (1, $1, $2) ON CONFLICT DO NOTHING"
_DONE_SQL: Final = "UPDATE timeline SET cluster = $1 WHERE cluster = $2"
_ID_SQL: Final = "SELECT event_id FROM events e JOIN event_log l ON l.pos = e.pos WHERE l.gseq = $1"

Advance = Callable[[int, int], None]


async def written_before(connection: SingleConnection, service: Service, survey: Survey) -> int:
    """The number of the last event that a recovery which was broken off has written; 0 in an empty database.

    Raises RecoverError where the database holds anything else.
    """
    name = service.parts.name
    state = await connection.fetchrow(_STATE_SQL)
    assert state is not None
    if state["cluster"] is None and not state["has_events"]:
        return 0
    if state["cluster"] not in (RECOVERING, RECOVERED):
        raise RecoverError(
            f"{name} has events in this database already: only an empty one is filled from a topic. Create a new "
            "database and run `onestop migrate` on it; `onestop replay --verify --from-kafka` compares the two"
        )
    if state["timeline"] != survey.timeline or state["last"] > survey.last:
        raise RecoverError(
            f"{name} was begun from another topic than this one, which is of timeline {survey.timeline} and ends at "
            f"{survey.last}: create a new database"
        )
    return int(state["last"])


async def write_events(
    connection: SingleConnection, service: Service, log: EventLog, survey: Survey, advance: Advance
) -> int:
    """Write what is not written yet, each portion with its rows in one transaction; gives how many that were.

    Broken off anywhere, it goes on where it was. Raises RecoverError.
    """
    before = await written_before(connection, service, survey)
    if not survey.last:
        return 0
    await connection.execute(_BEGIN_SQL, survey.timeline, RECOVERING)
    last_id = await connection.fetchval(_ID_SQL, before)

    behind = {0: max(0, before - 1)}  # with the last one that is written: it must be the same
    async for batches in counted_of(log, log_topic_of(service.parts.topic), [survey], behind):
        events = [_read(message) for message in batches[0]]
        if any(event.gseq == before and event.event_id != last_id for event in events):
            raise RecoverError(
                f"{service.parts.name} was begun from another topic than this one: create a new database"
            )
        if fresh := [event for event in events if event.gseq > before]:
            await _write(connection, service, fresh)
            advance(fresh[-1].gseq, survey.last)
    await go_on_behind(connection)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        verdict = await check_chain(connection)
    if verdict.broken:
        raise RecoverError(
            f"the events on the topic of {service.parts.name} are not those that were stored: {verdict.broken[0]}. "
            "Nobody answers from this database; look for who has written on the topic"
        )
    return survey.last - before


async def all_is_written(connection: SingleConnection) -> None:
    """Let the service be adopted from here on."""
    await connection.execute(_DONE_SQL, RECOVERED, RECOVERING)


def _read(message: Message) -> WholeEvent:
    try:
        return event_of(message)
    except UnreadableEventError as error:
        raise RecoverError(f"{error}: recover with the program that wrote it, or a newer one") from error


async def _write(connection: SingleConnection, service: Service, events: list[WholeEvent]) -> None:
    parts = service.parts
    try:
        changes = [change for event in events for change in parts.project(event.logged(parts.registry).recorded)]
    except UnknownEventTypeError as error:
        raise RecoverError(f"{error}: recover with the program that wrote it, or a newer one") from error
    async with connection.transaction():
        await put_back(connection, events)
        await write(connection, changes)
