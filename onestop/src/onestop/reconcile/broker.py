"""Messages on Kafka: each topic, from its first message to its last, holds what its publisher sent and no more."""

from collections.abc import AsyncIterator
from typing import Final

import msgspec

from kernel.messaging.event_log import EventLog
from kernel.messaging.event_log.port import PARTITIONS
from kernel.messaging.survey import Survey, SurveyError, batches_of
from kernel.running.service import Service
from kernel.writing.database import SingleConnection, administering
from onestop.believed import KeysOf
from onestop.reconcile.difference import ByHand, Difference, event_lost
from onestop.recover.told import told_by
from onestop.services import SERVICES

_SENT_SQL: Final = "SELECT pseqs FROM relay WHERE topic = $1"
_AWAY_SQL: Final = "SELECT EXISTS (SELECT FROM archives WHERE detached_at IS NOT NULL)"
#: What a survey says at its end, which is not so where nothing was to be done.
_NOTHING_DONE: Final = ("; nothing was done", ". Nothing was done")


class Broker(msgspec.Struct, frozen=True):
    """The platform's broker, and whose messages are believed."""

    log: EventLog
    keys: KeysOf


async def broker_faults(admin_url: str, broker: Broker) -> AsyncIterator[Difference]:
    """What is wrong with the topics: messages that are missing, changed, not their publisher's, or of no event.

    What was sent before the look is asked for; what is sent meanwhile is nobody's fault. A message that lies behind
    later ones is none: consumers go by its number.
    """
    for service in SERVICES.values():
        async with administering(admin_url, search_path=service.schema) as connection:
            pseqs = await connection.fetchval(_SENT_SQL, service.parts.topic)
            sent = msgspec.json.decode(pseqs, type=list[int]) if pseqs else []
            if any(sent):
                async for difference in _of_topic(connection, service, broker, sent):
                    yield difference


async def _of_topic(
    connection: SingleConnection, service: Service, broker: Broker, sent: list[int]
) -> AsyncIterator[Difference]:
    topic, name = service.parts.topic, service.parts.name
    surveys = [Survey(topic, at, broker.keys(topic)) for at in range(PARTITIONS)]
    broken: dict[int, str] = {}
    async for batches in batches_of(broker.log, topic):
        for at in batches.keys() - broken.keys():
            try:
                for message in batches[at]:
                    surveys[at].take(message)
            except SurveyError as error:
                broken[at] = _said(error)
    for at, last in enumerate(sent):
        if at in broken:
            yield _not_its_own(name, at, broken[at])
        elif (found := _ended(name, surveys[at], at, last)) is not None:
            broken[at] = found.says
            yield found
    if not broken and not await connection.fetchval(_AWAY_SQL):
        told = await told_by(connection, service, broker.log, surveys, recovered=True, apart=True)
        if told.strange:
            yield _eventless(name, sorted(told.strange))


def _ended(name: str, survey: Survey, at: int, sent: int) -> Difference | None:
    """What a partition lacks at its end or before it; one that was changed is said otherwise."""
    try:
        survey.end()
    except SurveyError as error:
        said = _said(error)
        return _not_its_own(name, at, said) if "has changed it" in said else _missing(name, at, survey.lacking, said)
    if survey.last < sent:
        return _missing(
            name, at, survey.lacking, f"{sent} were sent, and the last one that the broker has is {survey.last}"
        )
    return None


def _missing(name: str, at: int, first: int, says: str) -> Difference:
    do = f"onestop republish {name} --partition {at} --from {first}"
    return Difference(kind="MESSAGE_MISSING", subject=f"{name}/{at}", owner="operations", says=says, repair=ByHand(do))


def _not_its_own(name: str, at: int, says: str) -> Difference:
    """A topic cannot be mended in its middle: it is made anew from the store, and consumers find their places."""
    do = (
        f"onestop kafka-rights lets nobody else write there; then delete the topic {name} at the broker, "
        "onestop fill-topics, onestop positions --find"
    )
    return Difference(
        kind="MESSAGE_NOT_ITS_PUBLISHERS", subject=f"{name}/{at}", owner="operations", says=says, repair=ByHand(do)
    )


def _eventless(name: str, events: list[str]) -> Difference:
    says = f"{len(events)} messages were told of events that {name} does not have, the first of them {events[0]}"
    return Difference(
        kind="MESSAGE_WITHOUT_EVENT", subject=name, owner=name, says=says, repair=ByHand(event_lost(name))
    )


def _said(error: SurveyError) -> str:
    said = str(error)
    for ending in _NOTHING_DONE:
        said = said.removesuffix(ending)
    return said
