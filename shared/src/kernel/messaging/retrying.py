"""Retrying: a key's parked messages are worked off in their order, and then those of the consumers that follow."""

from collections.abc import Sequence
from typing import Final

import msgspec

from kernel.messaging.inbox import Inbox, is_no_fault_of_a_message, reason_of
from kernel.messaging.parked import VOIDED, ParkedMessage
from kernel.writing.database import Connection

#: So many messages of a key are worked off in one transaction; whoever wants the rest asks again.
AT_ONCE_MAX: Final = 100


class WorkedOff(msgspec.Struct, frozen=True, kw_only=True):
    """What a retry came to at one consumer: the numbers worked off, the numbers dropped, and what stopped it."""

    inbox: Inbox
    partition: int
    done: tuple[int, ...]
    voided: tuple[int, ...]
    left: int
    stopped_at: ParkedMessage | None = None


async def work_off(connection: Connection, inbox: Inbox, key: str) -> list[WorkedOff]:
    """Work off a key's parked messages at a consumer and at those that follow it, inside the caller's transaction.

    Nothing comes back where nothing was parked. The first message that fails again stays with its new reason, and all
    behind it. Raises what passes by itself; then nothing may be kept.
    """
    partition = await inbox.parked.partition_of(connection, key)
    return [] if partition is None else await _work_off(connection, inbox, key, partition, before=None)


async def _work_off(
    connection: Connection, inbox: Inbox, key: str, partition: int, before: int | None
) -> list[WorkedOff]:
    await inbox.parked.hold(connection, partition)
    messages = await inbox.parked.of_key(connection, key, limit=AT_ONCE_MAX, before=before)
    found = [await _of_one(connection, inbox, key, messages)] if messages else []
    if found and found[0].left:
        # Who follows may come as far as this one has, and no further.
        (first, *_) = await inbox.parked.of_key(connection, key, limit=1)
        before = first.pseq
    for follower in inbox.followers:
        found += await _work_off(connection, follower, key, partition, before)
    return found


async def _of_one(connection: Connection, inbox: Inbox, key: str, messages: Sequence[ParkedMessage]) -> WorkedOff:
    done, stopped = list(messages), None
    error = await _attempt(connection, inbox, messages)
    if error is not None:
        done = []
        for one in messages:
            error = await _attempt(connection, inbox, [one])
            if error is not None:
                stopped = one
                break
            done.append(one)
    partition = messages[0].message.partition
    await inbox.parked.remove(connection, partition, [one.pseq for one in done])
    if stopped is not None and error is not None:
        code, text = reason_of(error)
        stopped = msgspec.structs.replace(stopped, error_code=code, error=text)
        await inbox.parked.change(connection, stopped.message, code, text)
    return WorkedOff(
        inbox=inbox,
        partition=partition,
        done=tuple(one.pseq for one in done if one.error_code != VOIDED),
        voided=tuple(one.pseq for one in done if one.error_code == VOIDED),
        left=await inbox.parked.count(connection, key),
        stopped_at=stopped,
    )


async def _attempt(connection: Connection, inbox: Inbox, messages: Sequence[ParkedMessage]) -> Exception | None:
    wanted = [one.message for one in messages if one.error_code != VOIDED]
    if not wanted:
        return None
    try:
        async with connection.transaction():
            await inbox.apply(connection, wanted)
    except Exception as error:
        if is_no_fault_of_a_message(error):
            raise
        return error
    return None


async def would_fail(connection: Connection, inbox: Inbox, message: ParkedMessage) -> str | None:
    """Why a message would be parked again, tried out and taken back; None where it would work."""
    tried = connection.transaction()
    await tried.start()
    try:
        error = await _attempt(connection, inbox, [message])
    finally:
        await tried.rollback()
    return None if error is None else reason_of(error)[1]
