"""Commands about a service's parked messages; each is one transaction with its event and its answer."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from kernel.messaging.inbox import Inbox
from kernel.messaging.mending import (
    DECIDER,
    Found,
    Mend,
    MessagesRetried,
    NoteRetried,
    Retry,
    Void,
    stream_of,
)
from kernel.messaging.parked import MENDED, VOIDED, ParkedMessage
from kernel.messaging.retrying import WorkedOff, work_off, would_fail
from kernel.running.runtime import Runtime
from kernel.values.refusals import Refused, conflict, not_found
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered, Attempt, Within, repeated
from kernel.writing.database import Connection
from kernel.writing.decision import Decision, Outcome, decided
from kernel.writing.event_store import StreamAppend

_ONE_SQL: Final = """
SELECT key, message, error_code, error FROM inbox_parked
WHERE consumer = $1 AND topic = $2 AND partition = $3 AND pseq = $4
"""
_FIRST_SQL: Final = """
SELECT min(pseq) FROM inbox_parked WHERE consumer = ANY($1::text[]) AND topic = $2 AND key = $3
"""


class Place(msgspec.Struct, frozen=True):
    """Where a message is parked."""

    consumer: str
    topic: str
    partition: int
    pseq: int


class ParkedCommands:
    """One method a command."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def retry(self, context: CommandContext, consumer: str, topic: str, key: str) -> Answered:
        """Work off a key's messages in their order, then those of the consumers that follow.

        Raises Refused CONSUMER_UNKNOWN, MESSAGE_NOT_PARKED, FOLLOWED_FIRST and MENDED_BY_CALLER.
        """
        inbox = self._inbox(consumer, topic)

        async def retry(within: Within, connection: Connection) -> Outcome:
            if inbox.follows is not None and await inbox.follows.parked.count(connection, key):
                detail = f"{key} is parked at {inbox.follows.consumer}, which {consumer} follows: retry it there"
                raise conflict("FOLLOWED_FIRST", detail, consumer=inbox.follows.consumer, key=key)
            await self._decided(within, inbox, key, Retry(consumer, key, context.actor))
            worked = await work_off(connection, inbox, key)
            if not worked:
                raise _not_parked(f"nothing of {key}", consumer, topic)
            return await self._noted(within, key, worked, context.actor)

        return await self._in_transaction(context, retry)

    async def mend(self, context: CommandContext, place: Place, body: Any, reason: str) -> Answered:
        """Put another body in the place of a message's.

        Raises Refused CONSUMER_UNKNOWN, MESSAGE_NOT_PARKED, WAITS_BEHIND_ANOTHER and MEND_NOT_CONSUMABLE.
        """
        text = msgspec.json.encode(body).decode()

        async def mend(within: Within, connection: Connection) -> Outcome:
            inbox, parked, found = await self._found(connection, place)
            decision = await self._decided(within, inbox, found.key, Mend(found, text, reason, context.actor))
            mended = msgspec.structs.replace(
                parked, message=msgspec.structs.replace(parked.message, body=text.encode()), error_code=MENDED
            )
            if await connection.fetchval(_FIRST_SQL, inbox.parked.holders, place.topic, found.key) == place.pseq:
                why = await would_fail(connection, inbox, mended)
                if why is not None:
                    detail = f"so mended message {place.pseq} would be parked again: {why}; nothing was changed"
                    raise Refused("MEND_NOT_CONSUMABLE", detail, about={"consumer": place.consumer})
            await inbox.parked.change(connection, mended.message, MENDED, f"mended by {context.actor}: {reason}")
            return decision.outcome(_answer(place, MENDED), status=201)

        return await self._in_transaction(context, mend)

    async def void(self, context: CommandContext, place: Place, reason: str) -> Answered:
        """Let a message have no effect. Raises Refused like ``mend``."""

        async def void(within: Within, connection: Connection) -> Outcome:
            inbox, parked, found = await self._found(connection, place)
            decision = await self._decided(within, inbox, found.key, Void(found, reason, context.actor))
            await inbox.parked.change(connection, parked.message, VOIDED, f"voided by {context.actor}: {reason}")
            return decision.outcome(_answer(place, VOIDED), status=201)

        return await self._in_transaction(context, void)

    async def _in_transaction(self, context: CommandContext, act: Any) -> Answered:
        store, path = self._runtime.store, self._runtime.path
        async with store.pool.acquire() as connection, connection.transaction():
            # What was asked before is not done again, even where it would find something to do by now.
            first = await store.answer(context.scope, context.stored_keys, connection)
            if first is not None:
                return repeated(first, context)
            within = path.within(connection)

            async def attempt() -> Outcome:
                outcome: Outcome = await act(within, connection)
                return outcome

            asked: Attempt = attempt
            answered = await within.run(context, asked)
        store.appended.set()
        return answered

    async def _decided(self, within: Within, inbox: Inbox, key: str, command: Any) -> Decision[Any, Any]:
        stream, state = await within.standing(DECIDER, stream_of(inbox.consumer, inbox.topic, key))
        return decided(DECIDER, stream, state, command)

    async def _noted(self, within: Within, key: str, worked: Sequence[WorkedOff], actor: str) -> Outcome:
        appends: list[StreamAppend] = []
        for one in worked:
            retried = MessagesRetried(
                consumer=one.inbox.consumer,
                topic=one.inbox.topic,
                partition=one.partition,
                key=key,
                pseqs=one.done,
                voided=one.voided,
                retried_by=actor,
            )
            decision = await self._decided(within, one.inbox, key, NoteRetried(retried))
            if decision.events:
                appends.append(decision.append)
        return Outcome(tuple(appends), {"key": key, "consumers": [_came_to(one) for one in worked]})

    async def _found(self, connection: Connection, place: Place) -> tuple[Inbox, ParkedMessage, Found]:
        inbox = self._inbox(place.consumer, place.topic)
        await inbox.parked.hold(connection, place.partition)
        row = await connection.fetchrow(_ONE_SQL, *msgspec.structs.astuple(place))
        if row is None:
            raise _not_parked(f"message {place.pseq} of partition {place.partition}", place.consumer, place.topic)
        parked = ParkedMessage.of_row(row)
        first = await connection.fetchval(_FIRST_SQL, inbox.parked.holders, place.topic, row["key"])
        found = Found(
            **msgspec.structs.asdict(place),
            key=row["key"],
            type=parked.message.type,
            body_sha256=hashlib.sha256(parked.message.body).hexdigest(),
            waits_behind=first if parked.is_waiting else None,
        )
        return inbox, parked, found

    def _inbox(self, consumer: str, topic: str) -> Inbox:
        inbox = self._runtime.inboxes.get((consumer, topic))
        if inbox is None:
            known = ", ".join(f"{name} of {of}" for name, of in sorted(self._runtime.inboxes)) or "none"
            detail = f"{consumer} does not read topic {topic} here; the consumers are {known}"
            raise not_found("CONSUMER_UNKNOWN", detail, consumer=consumer, topic=topic)
        return inbox


def _not_parked(what: str, consumer: str, topic: str) -> Refused:
    detail = f"{what} of topic {topic} is parked at {consumer}, or not any more"
    return not_found("MESSAGE_NOT_PARKED", detail, consumer=consumer, topic=topic)


def _answer(place: Place, state: str) -> dict[str, Any]:
    return {**msgspec.structs.asdict(place), "state": state}


def _came_to(one: WorkedOff) -> dict[str, Any]:
    stopped = one.stopped_at
    why = None if stopped is None else {"pseq": stopped.pseq, "error_code": stopped.error_code, "error": stopped.error}
    return {
        "consumer": one.inbox.consumer,
        "worked_off": len(one.done),
        "voided": len(one.voided),
        "left": one.left,
        "stopped_at": why,
    }
