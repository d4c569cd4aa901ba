"""The relay: publishes a service's events in their order, each with a dense number in its partition."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import msgspec

from kernel.messaging.envelope import Published, headers_of
from kernel.messaging.event_log import EventLog, Outgoing, Publisher, partition_of
from kernel.messaging.event_log.port import PARTITIONS
from kernel.values.contract import Contract
from kernel.writing import failpoints
from kernel.writing.database import Pool
from kernel.writing.event_registry import EventRegistry
from kernel.writing.event_store.log import read_log
from kernel.writing.event_store.stream import LoggedEvent, RecordedEvent
from kernel.writing.signals import Signal

BATCH_MAX: Final = 1000
#: The sequencer of the same process says when there is more; this is for what nobody said.
_LOOK_AGAIN_SECONDS: Final = 1.0
_STORE_SECONDS: Final = 0.1
_LAST_STORE_SECONDS: Final = 2.0

_ELECT_SQL: Final = """
INSERT INTO relay (topic, gseq, pseqs, epoch) VALUES ($1, 0, $2::text::json, 1)
ON CONFLICT (topic) DO UPDATE SET epoch = relay.epoch + 1 RETURNING gseq, pseqs, epoch
"""
_ADVANCE_SQL: Final = "UPDATE relay SET gseq = $2, pseqs = $3::text::json WHERE topic = $1 AND epoch = $4 RETURNING 1"

Publish = Callable[[RecordedEvent], Published | None]


class Cursor(msgspec.Struct, frozen=True):
    """How far a relay has come: the last event, the count in each partition, and which election it belongs to."""

    gseq: int
    pseqs: list[int]
    epoch: int


class DeposedError(Exception):
    """Another relay was elected meanwhile; it goes on from the stored cursor."""


def number(
    contract: Contract, logged: Sequence[LoggedEvent], publish: Publish, pseqs: Sequence[int], epoch: int
) -> tuple[list[Outgoing], list[int]]:
    """The messages of some events and the counters after them; the same events always get the same numbers."""
    counters, messages = list(pseqs), []
    for entry in logged:
        published = publish(entry.recorded)
        if published is None:
            continue
        partition = partition_of(published.key)
        pseq = counters[partition] = counters[partition] + 1
        headers, body = headers_of(published, contract, entry, pseq, epoch)
        messages.append(
            Outgoing(
                topic=contract.topic, partition=partition, pseq=pseq, key=published.key, headers=headers, body=body
            )
        )
    return messages, counters


class Relay:
    """Publishes one service's events on its topic; run it only while elected.

    Nothing is ever marked as sent: the cursor is one row. After a crash the last batch goes out again under the
    same numbers, and consumers drop what they have.
    """

    def __init__(
        self, pool: Pool, registry: EventRegistry, contract: Contract, publish: Publish, log: EventLog, logged: Signal
    ) -> None:
        self._pool = pool
        self._registry = registry
        self._contract = contract
        self._topic = contract.topic
        self._publish = publish
        self._log = log
        self._logged = logged

    async def run(self) -> None:
        """Publish as events are numbered, until cancelled or deposed; any error starts over from the cursor."""
        publisher = await self._log.publisher()
        try:
            zero = msgspec.json.encode([0] * PARTITIONS).decode()
            row = await self._pool.fetchrow(_ELECT_SQL, self._topic, zero)
            assert row is not None
            cursor = Cursor(row["gseq"], msgspec.json.decode(row["pseqs"], type=list[int]), row["epoch"])
            await self._go_on(publisher, cursor)
        finally:
            await publisher.close()

    async def _go_on(self, publisher: Publisher, cursor: Cursor) -> None:
        clock, stored, stored_at = asyncio.get_running_loop().time, cursor, 0.0
        try:
            while True:
                logged = await read_log(self._pool, self._registry, after=cursor.gseq, limit=BATCH_MAX)
                if logged:
                    cursor = await self._send(publisher, logged, cursor)
                # The stored cursor may lag: what goes out again after a crash has its old numbers, and is dropped.
                if cursor != stored and (clock() - stored_at > _STORE_SECONDS or not logged):
                    await self._store(cursor)
                    stored, stored_at = cursor, clock()
                if len(logged) < BATCH_MAX:
                    await self._logged.wait(_LOOK_AGAIN_SECONDS if cursor == stored else _STORE_SECONDS)
        except asyncio.CancelledError:
            # A program that comes after this one may number otherwise: it should not send again what is out. Where the
            # database is away nothing can be stored, and the cancellation must go on all the same.
            if cursor != stored:
                with suppress(Exception):
                    async with asyncio.timeout(_LAST_STORE_SECONDS):
                        await self._store(cursor)
            raise

    async def _send(self, publisher: Publisher, logged: Sequence[LoggedEvent], cursor: Cursor) -> Cursor:
        messages, pseqs = number(self._contract, logged, self._publish, cursor.pseqs, cursor.epoch)
        failpoints.reach("relay.before_send")
        if messages:
            await publisher.publish(messages)
        failpoints.reach("relay.after_send")
        return Cursor(logged[-1].gseq, pseqs, cursor.epoch)

    async def _store(self, cursor: Cursor) -> None:
        text = msgspec.json.encode(cursor.pseqs).decode()
        if await self._pool.fetchval(_ADVANCE_SQL, self._topic, cursor.gseq, text, cursor.epoch) is None:
            raise DeposedError(f"topic {self._topic}: the relay of epoch {cursor.epoch} is no longer the elected one")
        failpoints.reach("relay.after_cursor")
