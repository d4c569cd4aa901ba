"""Parked messages: what could not be consumed, with the later ones of its key, until somebody mends it."""

from collections.abc import Collection, Sequence
from typing import Final, Self

import msgspec

from kernel.messaging.event_log import Message
from kernel.writing.database import Connection, SingleConnection
from kernel.writing.event_store.stream import Row

#: Why a message is parked that has no fault of its own: an earlier one of its key is, here or at the consumer followed.
KEY_PARKED: Final = "KEY_PARKED"
FOLLOWED_PARKED: Final = "FOLLOWED_PARKED"
#: What somebody has done to it since; the next retry takes it as it is then.
MENDED: Final = "MENDED"
VOIDED: Final = "VOIDED"
WAITING: Final = frozenset({KEY_PARKED, FOLLOWED_PARKED})

_PARK_SQL: Final = """
INSERT INTO inbox_parked (consumer, topic, partition, pseq, key, message, error_code, error)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_KEYS_SQL: Final = """
SELECT key, bool_or(consumer = $1) AS own FROM inbox_parked
WHERE consumer = ANY($2::text[]) AND topic = $3 AND key = ANY($4::text[]) GROUP BY key
"""
_PARTITION_SQL: Final = "SELECT partition FROM inbox_parked WHERE consumer = $1 AND topic = $2 AND key = $3 LIMIT 1"
_HOLD_SQL: Final = "SELECT 1 FROM inbox_cursor WHERE consumer = $1 AND topic = $2 AND partition = $3 FOR UPDATE"
_OF_KEY_SQL: Final = """
SELECT partition, pseq, message, error_code, error, parked_at FROM inbox_parked
WHERE consumer = $1 AND topic = $2 AND key = $3 AND ($4::bigint IS NULL OR pseq < $4) ORDER BY pseq LIMIT $5
"""
_COUNT_SQL: Final = "SELECT count(*) FROM inbox_parked WHERE consumer = $1 AND topic = $2 AND key = $3"
_REMOVE_SQL: Final = """
DELETE FROM inbox_parked WHERE consumer = $1 AND topic = $2 AND partition = $3 AND pseq = ANY($4::bigint[])
"""
_CHANGE_SQL: Final = """
UPDATE inbox_parked SET message = $5, error_code = $6, error = $7
WHERE consumer = $1 AND topic = $2 AND partition = $3 AND pseq = $4
"""
_ERROR_LENGTH_MAX: Final = 2000


class ParkedMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message with why it is parked."""

    message: Message
    error_code: str
    error: str

    @property
    def pseq(self) -> int:
        """The publisher's number in its partition."""
        return self.message.pseq

    @property
    def is_waiting(self) -> bool:
        """Whether nothing is wrong with it but that an earlier one is parked."""
        return self.error_code in WAITING

    @classmethod
    def of_row(cls, row: Row) -> Self:
        """The message of a row of ``inbox_parked``."""
        message = msgspec.msgpack.decode(row["message"], type=Message)
        return cls(message=message, error_code=row["error_code"], error=row["error"])


class Parked:
    """One consumer's parked messages, inside the transactions of whoever asks.

    ``followed`` are the consumers of the same topic that this one goes behind: what they have parked holds it, too.
    """

    def __init__(self, consumer: str, topic: str, followed: Collection[str] = ()) -> None:
        self._consumer = consumer
        self._topic = topic
        #: The consumers whose parked keys this one must not go past.
        self.holders = [consumer, *followed]

    async def held(self, connection: Connection, messages: Sequence[Message]) -> dict[str, str]:
        """The keys of these messages of which an earlier one is parked, each with the code of why it has to wait."""
        keys = list({message.key for message in messages})
        rows = await connection.fetch(_KEYS_SQL, self._consumer, self.holders, self._topic, keys)
        return {row["key"]: KEY_PARKED if row["own"] else FOLLOWED_PARKED for row in rows}

    async def park(self, connection: Connection | SingleConnection, message: Message, code: str, error: str) -> None:
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

    async def partition_of(self, connection: Connection, key: str) -> int | None:
        """The partition of a key of which something is parked."""
        found: int | None = await connection.fetchval(_PARTITION_SQL, self._consumer, self._topic, key)
        return found

    async def hold(self, connection: Connection, partition: int) -> None:
        """Until the transaction ends, let the consumer come no further on a partition, and so park nothing of it."""
        await connection.execute(_HOLD_SQL, self._consumer, self._topic, partition)

    async def of_key(
        self, connection: Connection, key: str, *, limit: int, before: int | None = None
    ) -> list[ParkedMessage]:
        """A key's first messages in their order, those numbered below ``before`` where that is given."""
        rows = await connection.fetch(_OF_KEY_SQL, self._consumer, self._topic, key, before, limit)
        return [ParkedMessage.of_row(row) for row in rows]

    async def count(self, connection: Connection, key: str) -> int:
        """How many of a key's messages are parked."""
        return int(await connection.fetchval(_COUNT_SQL, self._consumer, self._topic, key))

    async def remove(self, connection: Connection, partition: int, pseqs: Sequence[int]) -> None:
        """These are done with."""
        await connection.execute(_REMOVE_SQL, self._consumer, self._topic, partition, pseqs)

    async def change(self, connection: Connection, message: Message, code: str, error: str) -> None:
        """Keep the message in another form, or with another reason."""
        place = self._consumer, self._topic, message.partition, message.pseq
        body = msgspec.msgpack.encode(message)
        await connection.execute(_CHANGE_SQL, *place, body, code, error[:_ERROR_LENGTH_MAX])
