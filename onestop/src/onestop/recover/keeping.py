"""The rows that a recovered service keeps of others' messages, written as its consumer would have.

What somebody mended and another one released is taken as it was mended. What leaves no row, because it cannot be read
or breaks a rule, is parked with the later ones of its key, as the consumer would: somebody sees it, and the rest goes
on.
"""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import msgspec

from kernel.messaging.event_log import Message
from kernel.messaging.heard import Heard, read
from kernel.messaging.inbox import reason_of
from kernel.messaging.mending import MessageMended, MessagesRetried, MessageVoided
from kernel.messaging.parked import KEY_PARKED, MENDED, VOIDED, Parked
from kernel.running.service import Service
from kernel.writing.database import SingleConnection
from kernel.writing.passing import passes_by_itself
from kernel.writing.read_tables import Change, write

_MENDINGS_SQL: Final = """
SELECT type, schema_version, data FROM events
WHERE type IN ('MessageMended', 'MessageVoided', 'MessagesRetried') ORDER BY pos
"""
_KEYS_SQL: Final = "SELECT DISTINCT key FROM inbox_parked WHERE consumer = $1 AND topic = $2"
_COUNT_SQL: Final = "SELECT count(*) FROM inbox_parked WHERE consumer = $1 AND topic = $2"
_WAITS: Final = "an earlier message of this key is parked"

#: Consumer, topic, partition and number.
Place: TypeAlias = tuple[str, str, int, int]


class Mendings(msgspec.Struct, frozen=True):
    """What was done to parked messages, the last word on each, and which of them were worked off then."""

    said: Mapping[Place, MessageMended | MessageVoided]
    released: frozenset[Place]


async def mendings_of(connection: SingleConnection, service: Service) -> Mendings:
    """Read it from the events of the service whose schema the connection sees."""
    said: dict[Place, MessageMended | MessageVoided] = {}
    released: set[Place] = set()
    for row in await connection.fetch(_MENDINGS_SQL):
        done = service.parts.registry.decode(row["type"], row["schema_version"], row["data"])
        if isinstance(done, MessagesRetried):
            pseqs = (*done.pseqs, *done.voided)
            released |= {(done.consumer, done.topic, done.partition, pseq) for pseq in pseqs}
        else:
            assert isinstance(done, MessageMended | MessageVoided), "the question asks for these only"
            said[done.consumer, done.topic, done.partition, done.pseq] = done
    return Mendings(said, frozenset(released))


class Keeping:
    """One consumer's rows of one topic."""

    def __init__(self, connection: SingleConnection, heard: Heard, mendings: Mendings) -> None:
        self._connection = connection
        self._heard = heard
        self._mendings = mendings
        self._parked = Parked(heard.consumer, heard.contract.topic)
        self._held: set[str] = set()

    @property
    def consumer(self) -> str:
        """Its name."""
        return self._heard.consumer

    async def begin(self) -> None:
        """Know what a recovery that was broken off has parked."""
        rows = await self._connection.fetch(_KEYS_SQL, self.consumer, self._heard.contract.topic)
        self._held = {row["key"] for row in rows}

    async def parked(self) -> int:
        """How many messages are parked."""
        return int(await self._connection.fetchval(_COUNT_SQL, self.consumer, self._heard.contract.topic))

    async def keep(self, messages: Sequence[Message]) -> None:
        """Write what these messages leave; inside the caller's transaction."""
        wanted = [message for message in messages if message.type in self._heard.types]
        plain = all(m.key not in self._held and self._place(m) not in self._mendings.said for m in wanted)
        if not plain or await self._attempt(wanted) is not None:
            for message in wanted:
                await self._keep_one(message)

    async def _keep_one(self, message: Message) -> None:
        place = self._place(message)
        done = self._mendings.said.get(place)
        if place in self._mendings.released:
            if isinstance(done, MessageVoided):
                return
            message = _mended(message, done)
        elif done is not None:
            code, word = (VOIDED, "voided") if isinstance(done, MessageVoided) else (MENDED, "mended")
            by = done.voided_by if isinstance(done, MessageVoided) else done.mended_by
            await self._park(_mended(message, done), code, f"{word} by {by}: {done.reason}")
            return
        if message.key in self._held:
            await self._park(message, KEY_PARKED, _WAITS)
        elif (error := await self._attempt([message])) is not None:
            await self._park(message, *reason_of(error))

    async def _attempt(self, messages: Sequence[Message]) -> Exception | None:
        try:
            changes: list[Change] = [
                change for message in messages for change in self._heard.project(read(self._heard.contract, message))
            ]
            async with self._connection.transaction():
                await write(self._connection, changes)
        except Exception as error:
            if passes_by_itself(error):
                raise
            return error
        return None

    async def _park(self, message: Message, code: str, why: str) -> None:
        await self._parked.park(self._connection, message, code, why)
        self._held.add(message.key)

    def _place(self, message: Message) -> Place:
        return self.consumer, self._heard.contract.topic, message.partition, message.pseq


def _mended(message: Message, done: MessageMended | MessageVoided | None) -> Message:
    body = done.body.encode() if isinstance(done, MessageMended) else message.body
    return msgspec.structs.replace(message, body=body)
