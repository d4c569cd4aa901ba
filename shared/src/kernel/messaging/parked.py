"""Parked messages: what could not be consumed, with the later ones of its key, until somebody mends it."""

from collections.abc import Sequence
from typing import Final

import msgspec

from kernel.messaging.event_log import Message
from kernel.writing.database import Connection

_PARK_SQL: Final = """
INSERT INTO inbox_parked (consumer, topic, partition, pseq, key, message, error_code, error)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_KEYS_SQL: Final = """
SELECT DISTINCT key FROM inbox_parked WHERE consumer = $1 AND topic = $2 AND key = ANY($3::text[])
"""
_TAKE_SQL: Final = """
DELETE FROM inbox_parked WHERE consumer = $1 AND topic = $2 AND key = $3 RETURNING pseq, message
"""
_ERROR_LENGTH_MAX: Final = 2000


class Parked:
    """One consumer's parked messages, inside the transactions of whoever asks."""

    def __init__(self, consumer: str, topic: str) -> None:
        self._consumer = consumer
        self._topic = topic

    async def keys_of(self, connection: Connection, messages: Sequence[Message]) -> frozenset[str]:
        """The keys of these messages of which an earlier one is parked."""
        keys = list({message.key for message in messages})
        rows = await connection.fetch(_KEYS_SQL, self._consumer, self._topic, keys)
        return frozenset(row["key"] for row in rows)

    async def park(self, connection: Connection, message: Message, code: str, error: str) -> None:
        """Put a message aside."""
        await connection.execute(
            _PARK_SQL,
            self._consumer,
            self._topic,
            message.partition,
            message.pseq,
            message.key,
            msgspec.msgpack.encode(message),
            code,
            error[:_ERROR_LENGTH_MAX],
        )

    async def take(self, connection: Connection, key: str) -> list[Message]:
        """Take a key's messages out, in their order."""
        rows = await connection.fetch(_TAKE_SQL, self._consumer, self._topic, key)
        ordered = sorted(rows, key=lambda row: row["pseq"])
        return [msgspec.msgpack.decode(row["message"], type=Message) for row in ordered]
