"""The relay: publishes a service's events in their order, each with a dense number in its partition."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Any, Final

import msgspec

from kernel.messaging.envelope import Election
from kernel.messaging.event_log import EventLog, Publisher
from kernel.messaging.event_log.port import partitions_of
from kernel.messaging.following import told_and_ended
from kernel.messaging.taking_over import begun, taken_over, to_be_known
from kernel.messaging.telling import Cursor, Teller
from kernel.messaging.traced import began
from kernel.security.signing_keys import PublicKey
from kernel.writing import failpoints
from kernel.writing.database import Pool
from kernel.writing.event_registry import EventRegistry
from kernel.writing.event_store.timeline import know_timeline
from kernel.writing.progress import UNHEARD, Progress
from kernel.writing.signals import Signal

BATCH_MAX: Final = 1000
#: The sequencer of the same process says when there is more; this is for what nobody said.
_LOOK_AGAIN_SECONDS: Final = 1.0
_STORE_SECONDS: Final = 0.1
_LAST_STORE_SECONDS: Final = 2.0

_ELECT_SQL: Final = """
INSERT INTO relay (topic, gseq, pseqs, epoch) VALUES ($1, 0, $2::text::json, 1)
ON CONFLICT (topic) DO UPDATE SET epoch = relay.epoch + 1 WHERE EXISTS (SELECT FROM leadership WHERE term = $3)
RETURNING gseq, pseqs, epoch, heads, unchained
"""
_ADVANCE_SQL: Final = """
UPDATE relay SET gseq = $2, pseqs = $3::text::json, heads = $5::text::json, unchained = $6::text::json
WHERE topic = $1 AND epoch = $4 RETURNING 1
"""


class DeposedError(Exception):
    """Another instance leads meanwhile; its relay goes on from the stored cursor."""


class Relay:
    """Publishes one service's events on its topic; run it only while elected, in the ``term`` of that election.

    Nothing is ever marked as sent: the cursor is one row, and what lies on the topic beyond it is out all the same.
    ``own_keys`` are the keys with which the service has ever sealed, by their ids. What the relay ``behind`` has not
    sent yet is not sent here either, unless that one is only filling its topic; ``sent`` is told of what has gone out.
    """

    def __init__(
        self,
        pool: Pool,
        registry: EventRegistry,
        telling: Teller[Any],
        *,
        log: EventLog,
        logged: Signal,
        term: Callable[[], int],
        own_keys: Mapping[str, PublicKey] = MappingProxyType({}),
        progress: Progress = UNHEARD,
        behind: "Relay | None" = None,
        sent: Signal | None = None,
    ) -> None:
        self._pool = pool
        self._registry = registry
        self._telling = telling
        self._topic = telling.topic
        self._log = log
        self._own_keys = own_keys
        self._logged = logged
        self._term = term
        self._progress = progress
        self._behind = behind
        self._sent = sent
        #: Up to which number it is out; None before this run has taken over.
        self.upto: int | None = None

    async def run(self) -> None:
        """Publish as events are numbered, until cancelled or deposed; any error starts over from the cursor."""
        self.upto = None
        publisher = await self._log.publisher()
        try:
            await self._go_on(publisher, await self._taken_over())
        finally:
            await publisher.close()

    async def _taken_over(self) -> Cursor:
        zero = msgspec.json.encode([0] * partitions_of(self._topic)).decode()
        term = self._term()
        row = await self._pool.fetchrow(_ELECT_SQL, self._topic, zero, term)
        if row is None:
            raise DeposedError(f"topic {self._topic}: the leader of term {term} leads no longer")
        stored = Cursor(
            gseq=row["gseq"],
            pseqs=msgspec.json.decode(row["pseqs"], type=list[int]),
            election=Election(row["epoch"], (await know_timeline(self._pool)).name),
            heads=msgspec.json.decode(row["heads"] or "null", type=list[str] | None),
            unchained=msgspec.json.decode(row["unchained"] or "null", type=list[int] | None),
        )
        # With the last message of the cursor itself: what it says is the head, however the cursor came there.
        out = await self._log.beyond(self._topic, [max(0, pseq - 1) for pseq in stored.pseqs])
        beyond = (await told_and_ended(self._pool, self._topic)).counting(out)
        cursor = await taken_over(self._pool, begun(stored, self._telling.key, beyond), beyond, self._own_keys)
        known = to_be_known(cursor, stored)
        if known != stored:
            await self._store(known)  # where a chain begins is known before its first message is out
        return cursor

    async def _go_on(self, publisher: Publisher, cursor: Cursor) -> None:
        clock, stored, stored_at = asyncio.get_running_loop().time, cursor, 0.0
        self._is_out(cursor)
        try:
            while True:
                logged = await self._next(cursor)
                if logged:
                    cursor = await self._send(publisher, logged, cursor)
                self._is_out(cursor)
                self._progress.works()
                # The stored cursor may lag: whoever takes over reads on the topic what is out beyond it.
                if cursor != stored and cursor.is_whole and (clock() - stored_at > _STORE_SECONDS or not logged):
                    await self._store(cursor)
                    stored, stored_at = cursor, clock()
                if len(logged) < BATCH_MAX:
                    await self._logged.wait(_LOOK_AGAIN_SECONDS if cursor == stored else _STORE_SECONDS)
        except asyncio.CancelledError:
            # Whoever comes next need not read the topic then. Where the database is away nothing can be stored, and the
            # cancellation must go on all the same.
            if cursor != stored and cursor.is_whole:
                with suppress(Exception):
                    async with asyncio.timeout(_LAST_STORE_SECONDS):
                        await self._store(cursor)
            raise

    async def _next(self, cursor: Cursor) -> Sequence[Any]:
        """The next entries that may go out."""
        limit = BATCH_MAX
        if self._behind is not None:
            first = self._behind.upto
            if first is None:
                return ()
            if first >= cursor.gseq:  # else that one fills a topic that is new, and nobody waits for it
                limit = min(limit, first - cursor.gseq)
        if not limit:
            return ()
        return await self._telling.read(self._pool, self._registry, after=cursor.gseq, limit=limit)

    def _is_out(self, cursor: Cursor) -> None:
        # Behind a takeover the topic has more than the stored cursor says: nobody takes that for a topic that is new.
        upto = max([cursor.gseq, *cursor.out.values()])
        if self.upto != upto:
            self.upto = upto
            if self._sent is not None:
                self._sent.set()

    async def _send(self, publisher: Publisher, logged: Sequence[Any], cursor: Cursor) -> Cursor:
        messages, after = self._telling.of(logged, cursor)
        failpoints.reach("relay.before_send")
        if messages:
            began_ns = began()
            await publisher.publish(messages)
            self._telling.tell_sent(logged, messages, began_ns)
        failpoints.reach("relay.after_send")
        return after

    async def _store(self, cursor: Cursor) -> None:
        texts = [
            None if part is None else msgspec.json.encode(part).decode()
            for part in (cursor.pseqs, cursor.heads, cursor.unchained)
        ]
        epoch = cursor.election.epoch
        if await self._pool.fetchval(_ADVANCE_SQL, self._topic, cursor.gseq, texts[0], epoch, *texts[1:]) is None:
            raise DeposedError(
                f"topic {self._topic}: the relay of epoch {cursor.election.epoch} is no longer the elected one"
            )
        failpoints.reach("relay.after_cursor")
