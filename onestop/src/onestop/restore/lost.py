"""Lost messages: what was said to the world and is not in the restored store, until an operator has seen to each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from kernel.messaging.event_log import Message
from kernel.messaging.mending import DECIDER, CloseLost, LostMessageClosed, stream_of_lost
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import CommandPath
from kernel.writing.database import SingleConnection, administering, open_pool
from kernel.writing.event_store import EventStore
from onestop.services import SERVICES

_KEEP_SQL: Final = """
INSERT INTO lost_messages (topic, partition, pseq, timeline, event_id, type, key, message)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
"""
_LIST_SQL: Final = """
SELECT topic, partition, pseq, event_id, type, key, message, found_at, closed_by, closed_because, closed_at
FROM lost_messages WHERE $1 OR closed_at IS NULL ORDER BY topic, partition, pseq
"""
_CLOSE_SQL: Final = """
UPDATE lost_messages SET closed_by = $2, closed_because = $3, closed_at = clock_timestamp()
WHERE event_id = $1 AND closed_at IS NULL
RETURNING topic, partition, pseq, timeline, event_id, type, key, closed_by, closed_because AS because
"""


class LostMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message that a restore found beyond the store. ``body`` is its JSON; closed once somebody has seen to it."""

    topic: str
    partition: int
    pseq: int
    event_id: str
    type: str
    key: str
    body: str
    found_at: datetime
    closed_by: str | None
    closed_because: str | None
    closed_at: datetime | None


async def keep(connection: SingleConnection, ended: str, messages: Sequence[Message]) -> None:
    """Write down what was found, in the schema of the service whose messages they are."""
    rows = [
        (
            message.topic,
            message.partition,
            message.pseq,
            message.headers.get("ce_timeline", ended),
            message.headers["ce_id"],
            message.type,
            message.key,
            msgspec.msgpack.encode(message),
        )
        for message in messages
    ]
    await connection.executemany(_KEEP_SQL, rows)


async def lost_messages(admin_url: str, *, also_closed: bool = False) -> list[LostMessage]:
    """What was lost and is open, of all services; with ``also_closed`` all that was ever found."""
    found: list[LostMessage] = []
    for service in SERVICES.values():
        async with administering(admin_url, search_path=service.schema) as connection:
            for row in await connection.fetch(_LIST_SQL, also_closed):
                told = dict(row)
                body = msgspec.msgpack.decode(told.pop("message"), type=Message).body.decode()
                found.append(LostMessage(**told, body=body))
    return found


async def close(admin_url: str, event_id: str, by: str, because: str) -> bool:
    """Say what was done about a lost message, as an event of its publisher's; false where no open one has that id.

    The services may run meanwhile.
    """
    for service in SERVICES.values():
        async with (
            await open_pool(admin_url, schema=service.schema, size=1) as pool,
            pool.acquire() as connection,
            connection.transaction(),
        ):
            closed = await connection.fetchrow(_CLOSE_SQL, event_id, by, because)
            if closed is None:
                continue
            within = CommandPath(EventStore(pool, service.parts.registry, service.parts.project)).within(connection)
            context = CommandContext.of_service(
                "restore", f"lost/{event_id}", await connection.fetchval("SELECT now()")
            )
            command = CloseLost(LostMessageClosed(**dict(closed)))
            await within.react(msgspec.structs.replace(context, actor=by), DECIDER, stream_of_lost(event_id), command)
            await within.flush()
            return True
    return False
