"""A message given to a consumer again: it is put among the consumer's parked ones, and another person retries it."""

from typing import Final, cast

from kernel.messaging.envelope import Election
from kernel.messaging.event_log import Message
from kernel.messaging.event_log.port import PARTITIONS
from kernel.messaging.parked import Parked
from kernel.messaging.telling import number
from kernel.values.refusals import conflict
from kernel.writing.database import Connection, SingleConnection
from kernel.writing.event_store.log import PAGE, read_log
from kernel.writing.event_store.timeline import know_timeline
from onestop.reconcile.difference import Redelivery
from onestop.services import SERVICES

#: Under which code the parked message stands.
CODE: Final = "REDELIVERED"
_WHY: Final = "onestop reconcile found that its effect was not there"
_GSEQ_SQL: Final = "SELECT l.gseq FROM event_log l JOIN events e USING (pos) WHERE e.event_id = $1::text::uuid"


async def redeliver(owner: SingleConnection, asked: Redelivery) -> Message:
    """Park the message of an event at its consumer; ``owner`` may write in every schema.

    Walks the publisher's log up to the event, because only that says the message's number. Raises Refused
    NOTHING_TOLD where the event is not numbered yet or tells nobody anything, and ALREADY_PARKED.
    """
    message = await _message_of(owner, asked)
    async with owner.transaction():
        await owner.execute(f'SET LOCAL search_path TO "{SERVICES[asked.service].schema}"')
        await _park(cast("Connection", owner), asked.consumer, message)  # asks nothing of it that a session has not
    return message


async def _park(connection: Connection, consumer: str, message: Message) -> None:
    parked = Parked(consumer, message.topic)
    await parked.hold(connection, message.partition)
    if await parked.count(connection, message.key):
        detail = f"messages of {message.key} are parked at {consumer} already: retry those first"
        raise conflict("ALREADY_PARKED", detail, consumer=consumer, key=message.key)
    await parked.park(connection, message, CODE, _WHY)


async def _message_of(owner: SingleConnection, asked: Redelivery) -> Message:
    parts = SERVICES[asked.publisher].parts
    async with owner.transaction():
        await owner.execute(f'SET LOCAL search_path TO "{parts.schema}"')
        last = await owner.fetchval(_GSEQ_SQL, asked.event_id)
        election = Election(0, (await know_timeline(owner)).name)
        after, pseqs = 0, [0] * PARTITIONS
        while last is not None and after < last:
            logged = await read_log(owner, parts.registry, after=after, limit=min(PAGE, last - after))
            if not logged:
                break
            messages, pseqs = number(parts.publishes, logged, parts.publish, pseqs, election)
            after = logged[-1].gseq
            if after == last and messages and dict(messages[-1].headers)["ce_id"] == asked.event_id:
                told = messages[-1]
                return Message(
                    topic=told.topic,
                    partition=told.partition,
                    offset=told.pseq - 1,
                    pseq=told.pseq,
                    key=told.key,
                    headers=dict(told.headers),
                    body=told.body,
                )
    raise conflict("NOTHING_TOLD", f"event {asked.event_id} of {asked.publisher} tells nobody anything yet")
