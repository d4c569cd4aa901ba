"""The inbox: a consumer's position and its effects commit together, so each message works exactly once."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import asyncpg
import msgspec

from kernel.messaging.event_log import Message
from kernel.messaging.event_log.port import PARTITIONS
from kernel.writing import failpoints
from kernel.writing.database import Connection, Pool

ATTEMPTS_MAX: Final = 3
_TRANSIENT: Final = (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError)

_LOCK_SQL: Final = """
INSERT INTO inbox_cursor (consumer, topic, partition, next_offset, last_pseq) VALUES ($1, $2, $3, 0, 0)
ON CONFLICT (consumer, topic, partition) DO UPDATE SET consumer = EXCLUDED.consumer RETURNING next_offset, last_pseq
"""
_MOVE_SQL: Final = """
UPDATE inbox_cursor SET next_offset = $4, last_pseq = $5, updated_at = clock_timestamp()
WHERE consumer = $1 AND topic = $2 AND partition = $3
"""
_PARK_SQL: Final = """
INSERT INTO inbox_parked (consumer, topic, partition, pseq, key, message, error_code, error)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_PARKED_KEYS_SQL: Final = """
SELECT DISTINCT key FROM inbox_parked WHERE consumer = $1 AND topic = $2 AND key = ANY($3::text[])
"""
_BEGIN_SQL: Final = """
INSERT INTO inbox_cursor (consumer, topic, partition, next_offset, last_pseq)
SELECT $1, $2, partition, 0, 0 FROM generate_series(0, $3::int - 1) AS partition ON CONFLICT DO NOTHING
"""
_POSITIONS_SQL: Final = "SELECT partition, next_offset FROM inbox_cursor WHERE consumer = $1 AND topic = $2"

_REACHED_SQL: Final = "SELECT last_pseq FROM inbox_cursor WHERE consumer = $1 AND topic = $2 AND partition = $3"

Effects = Callable[[Connection, Sequence[Message]], Awaitable[None]]


class GapError(Exception):
    """A message is missing between the last one consumed and the next one read; consuming stops there."""


class PoisonError(Exception):
    """A message can never be consumed as it is: it cannot be read, or breaks a rule. It is parked at once."""

    code: str = "MESSAGE_UNREADABLE"


class Inbox:
    """One consumer of one topic. ``effects`` does its work in the transaction that also moves the position."""

    def __init__(self, pool: Pool, consumer: str, topic: str, effects: Effects) -> None:
        self._pool = pool
        self.consumer = consumer
        self.topic = topic
        self._effects = effects

    async def positions(self) -> dict[int, int]:
        """For each partition the transport's offset to go on from.

        A consumer that begins stands at the start of every partition, so that all can see what it has before it.
        """
        await self._pool.execute(_BEGIN_SQL, self.consumer, self.topic, PARTITIONS)
        rows = await self._pool.fetch(_POSITIONS_SQL, self.consumer, self.topic)
        return {row["partition"]: row["next_offset"] for row in rows}

    async def reached_by(self, consumer: str, partition: int) -> int:
        """The last message of a partition of this topic that another consumer of the service has worked off."""
        return int(await self._pool.fetchval(_REACHED_SQL, consumer, self.topic, partition) or 0)

    async def consume(self, partition: int, messages: Sequence[Message]) -> int:
        """Work off the messages of one partition in order; returns how many were new.

        Duplicates are dropped. A message that cannot be consumed is parked with the later ones of its key and the
        others go on. Raises GapError where a message is missing, and the database's error when it is away: then
        nothing of the failed part is done and the position stands where it was.
        """
        try:
            return await self._consume_together(partition, messages)
        except (GapError, *_TRANSIENT):
            raise
        except Exception:
            return sum([await self._consume_alone(partition, message) for message in messages])

    async def _consume_together(self, partition: int, messages: Sequence[Message]) -> int:
        async with self._pool.acquire() as connection, connection.transaction():
            fresh = await self._lock_and_filter(connection, partition, messages)
            if not fresh:
                return 0
            parked = await self._parked_keys(connection, fresh)
            for message in fresh:
                if message.key in parked:
                    await self._park(connection, message, "KEY_PARKED", "an earlier message of this key is parked")
            failpoints.reach("inbox.before_effects")
            await self._effects(connection, [m for m in fresh if m.key not in parked])
            failpoints.reach("inbox.after_effects")
            last = fresh[-1]
            await connection.execute(_MOVE_SQL, self.consumer, self.topic, partition, last.offset + 1, last.pseq)
        failpoints.reach("inbox.after_commit")
        return len(fresh)

    async def _consume_alone(self, partition: int, message: Message) -> int:
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                return await self._consume_together(partition, [message])
            except (GapError, *_TRANSIENT):
                raise
            except Exception as error:
                if isinstance(error, PoisonError) or attempt == ATTEMPTS_MAX:
                    return await self._park_and_go_on(partition, message, error)
        raise AssertionError("the last attempt either worked or parked the message")

    async def _park_and_go_on(self, partition: int, message: Message, error: Exception) -> int:
        code = error.code if isinstance(error, PoisonError) else "HANDLER_FAILED"
        async with self._pool.acquire() as connection, connection.transaction():
            fresh = await self._lock_and_filter(connection, partition, [message])
            for parked in fresh:
                await self._park(connection, parked, code, repr(error))
                await connection.execute(
                    _MOVE_SQL, self.consumer, self.topic, partition, parked.offset + 1, parked.pseq
                )
        return len(fresh)

    async def _lock_and_filter(
        self, connection: Connection, partition: int, messages: Sequence[Message]
    ) -> list[Message]:
        row = await connection.fetchrow(_LOCK_SQL, self.consumer, self.topic, partition)
        assert row is not None
        last, fresh = row["last_pseq"], []
        for message in messages:
            if message.pseq <= last:
                continue
            if message.pseq != last + 1:
                raise GapError(
                    f"{self.consumer}: topic {self.topic} partition {partition} goes from message {last} to "
                    f"{message.pseq}; {message.pseq - last - 1} are missing. Nothing after {last} is consumed until "
                    "the publisher sends them again: see `onestop doctor`"
                )
            fresh.append(message)
            last = message.pseq
        return fresh

    async def _parked_keys(self, connection: Connection, messages: Sequence[Message]) -> set[str]:
        keys = list({message.key for message in messages})
        rows = await connection.fetch(_PARKED_KEYS_SQL, self.consumer, self.topic, keys)
        return {row["key"] for row in rows}

    async def _park(self, connection: Connection, message: Message, code: str, error: str) -> None:
        packed = msgspec.msgpack.encode(message)
        await connection.execute(
            _PARK_SQL,
            self.consumer,
            self.topic,
            message.partition,
            message.pseq,
            message.key,
            packed,
            code,
            error[:2000],
        )

    async def retry_parked(self, key: str) -> int:
        """Work off a key's parked messages in order, in one transaction; returns how many.

        Raises what the first failing one raised; then all of them stay parked.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(
                "DELETE FROM inbox_parked WHERE consumer = $1 AND topic = $2 AND key = $3 RETURNING pseq, message",
                self.consumer,
                self.topic,
                key,
            )
            ordered = sorted(rows, key=lambda row: row["pseq"])
            messages = [msgspec.msgpack.decode(row["message"], type=Message) for row in ordered]
            if messages:
                await self._effects(connection, messages)
        return len(messages)
