"""How far consumers have come, so that what is only late is not taken for what was lost."""

import asyncio
import time
from typing import Final

import msgspec

from kernel.messaging.event_log import partition_of
from kernel.messaging.event_log.port import PARTITIONS
from kernel.writing.database import SingleConnection
from kernel.writing.event_store.log import read_stream
from onestop.reconcile.difference import Redelivery
from onestop.reconcile.sent import numbered, sent
from onestop.services import SERVICES

_LAST_SQL: Final = 'SELECT COALESCE(max(pos), 0) FROM "{schema}".events'
_UNNUMBERED_SQL: Final = """
SELECT EXISTS (SELECT FROM "{schema}".events WHERE pos <= $1
               AND (order_tx, pos) > (SELECT order_tx, pos FROM "{schema}".sequencer))
"""
_CURSOR_SQL: Final = 'SELECT partition, last_pseq FROM "{schema}".inbox_cursor WHERE consumer = $1 AND topic = $2'
_PARKED_SQL: Final = (
    'SELECT EXISTS (SELECT FROM "{schema}".inbox_parked WHERE consumer = $1 AND topic = $2 AND key = $3)'
)
_PAUSE_SECONDS: Final = 0.1


class At(msgspec.Struct, frozen=True):
    """Where a consumer stands to one key: it may still come to what is missed, or has it parked."""

    key: str
    late: bool
    parked: bool


class Standings:
    """Waits, once for each consumer, until it has come as far as its publisher was when it was first asked."""

    def __init__(self, owner: SingleConnection, patience_seconds: float) -> None:
        self._owner = owner
        self._until = time.monotonic() + patience_seconds
        self._late: dict[tuple[str, str, str], frozenset[int]] = {}

    async def of(self, again: Redelivery) -> At:
        """Where the consumer stands to the key of what would be given to it again."""
        parts = SERVICES[again.publisher].parts
        key = await self._key_of(again)
        late = await self.late(again.publisher, again.service, again.consumer)
        sql = _PARKED_SQL.format(schema=SERVICES[again.service].schema)
        parked = await self._owner.fetchval(sql, again.consumer, parts.topic, key)
        return At(key, partition_of(key) in late, parked)

    async def late(self, publisher: str, service: str, consumer: str) -> frozenset[int]:
        """The partitions on which a consumer has not come as far in time; all where nothing was told in time."""
        asked = (publisher, service, consumer)
        if asked not in self._late:
            self._late[asked] = await self._wait(*asked)
        return self._late[asked]

    async def _key_of(self, again: Redelivery) -> str:
        service = SERVICES[again.publisher]
        async with self._owner.transaction():
            await self._owner.execute(f'SET LOCAL search_path TO "{service.schema}"')
            logged = await read_stream(self._owner, service.parts.registry, again.stream)
        (recorded,) = (one.recorded for one in logged if str(one.recorded.event_id) == again.event_id)
        published = service.parts.publish(recorded)
        assert published is not None, f"event {again.event_id} is told"
        return published.key

    async def _wait(self, publisher: str, service: str, consumer: str) -> frozenset[int]:
        source, schema = SERVICES[publisher], SERVICES[service].schema
        last = await self._owner.fetchval(_LAST_SQL.format(schema=source.schema))
        counts: list[int] | None = None
        while True:
            if counts is None:
                counts = await self._sent(publisher, last)
            if counts is not None:
                rows = await self._owner.fetch(_CURSOR_SQL.format(schema=schema), consumer, source.parts.topic)
                come = {row[0]: row[1] for row in rows}
                late = frozenset(at for at in range(PARTITIONS) if come.get(at, 0) < counts[at])
                if not late or time.monotonic() > self._until:
                    return late
            elif time.monotonic() > self._until:
                return frozenset(range(PARTITIONS))
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _sent(self, publisher: str, last: int) -> list[int] | None:
        """The counts of what was sent, once everything up to ``last`` was."""
        if await self._owner.fetchval(_UNNUMBERED_SQL.format(schema=SERVICES[publisher].schema), last):
            return None
        known = await sent(self._owner, publisher, await numbered(self._owner, publisher))
        return None if known is None else known.pseqs
