"""The store: read a stream, and commit what commands write, many at a time in one statement."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from kernel.values.refusals import Refused
from kernel.writing.coalescer import Coalescer
from kernel.writing.database import Connection, Pool, SingleConnection
from kernel.writing.event_registry import EventRegistry
from kernel.writing.event_store.archived import at_hand_sql
from kernel.writing.event_store.stream import (
    GENESIS,
    NewEvent,
    RecordedEvent,
    Stream,
    StreamAppend,
    chain_hash,
    event_id_of,
    parts_of,
)
from kernel.writing.event_store.write import Answer, ConcurrencyError, DuplicateKeyError, Write, statement_for
from kernel.writing.read_tables import Change, is_guarded, key_of
from kernel.writing.signals import Signal

_LOAD_SQL: Final = f"""
SELECT version, event_id, type, schema_version, data, meta, occurred_at, chain
FROM events WHERE stream_id = $1 AND {at_hand_sql("$1")} ORDER BY version
"""
_LOAD_MANY_SQL: Final = """
SELECT stream_id, version, type, schema_version, data, chain
FROM events WHERE stream_id = ANY($1::text[])
  AND (NOT EXISTS (SELECT FROM archived_streams WHERE stream_id = ANY($1)) OR may_append($1, '{}'))
ORDER BY stream_id, version
"""
_ANSWER_SQL: Final = (
    "SELECT key, request_hash, status, response FROM idempotency WHERE scope = $1 AND key = ANY($2::text[])"
)
_CONFLICTS: Final = {
    "events_stream_version": ConcurrencyError,
    "events_event_id_key": DuplicateKeyError,
}
#: Each part of the stored answers has a constraint of its own.
_ANSWERED_BEFORE: Final = "idempotency_"

Project = Callable[[RecordedEvent], Iterable[Change]]


class EventStore:
    """One service's event store in its own schema.

    ``project`` is the service's inline projection: the read rows that commit together with an event.
    """

    def __init__(
        self,
        pool: Pool,
        registry: EventRegistry,
        project: Project,
        *,
        writers: int = 3,
        refusals: Mapping[str, Callable[[], Refused]] | None = None,
    ) -> None:
        self.pool = pool
        self.registry = registry
        self.project = project
        self._refusals = refusals or {}
        #: Set after each commit, so that the sequencer of the same process need not wait for its next look.
        self.appended = Signal()
        self._coalescer = Coalescer(self._commit_batch, workers=writers, batch_max=64, keys_of=_keys_of)

    async def load(
        self, stream_id: str, connection: Connection | SingleConnection | None = None
    ) -> tuple[Stream, list[Any]]:
        """A stream's standing and its events, oldest first; an unknown stream has version 0 and no events.

        Raises ArchivedError where its events were put away and are not at hand.
        """
        rows = await (connection or self.pool).fetch(_LOAD_SQL, stream_id)
        if not rows:
            return Stream(stream_id), []
        events = [self.registry.decode(r["type"], r["schema_version"], r["data"]) for r in rows]
        return Stream(stream_id, rows[-1]["version"], rows[-1]["chain"]), events

    async def load_many(
        self, stream_ids: Sequence[str], connection: Connection | SingleConnection | None = None
    ) -> dict[str, tuple[Stream, list[Any]]]:
        """The standing and events of many streams in one round trip; unknown streams stand at version 0."""
        found: dict[str, tuple[Stream, list[Any]]] = {stream_id: (Stream(stream_id), []) for stream_id in stream_ids}
        for row in await (connection or self.pool).fetch(_LOAD_MANY_SQL, list(found)):
            stream_id = row["stream_id"]
            events = found[stream_id][1]
            events.append(self.registry.decode(row["type"], row["schema_version"], row["data"]))
            found[stream_id] = Stream(stream_id, row["version"], row["chain"]), events
        return found

    async def answer(
        self, scope: str, keys: Sequence[str], connection: Connection | SingleConnection | None = None
    ) -> Answer | None:
        """The answer stored under one of the forms of an idempotency key, if there is one."""
        row = await (connection or self.pool).fetchrow(_ANSWER_SQL, scope, list(keys))
        return None if row is None else Answer(scope, row["key"], row["request_hash"], row["status"], row["response"])

    def prepare(
        self,
        appends: Sequence[StreamAppend],
        *,
        command_id: UUID,
        occurred_at: Any,
        meta: dict[str, str],
        answer: Answer | None = None,
    ) -> Write:
        """Encode, number and chain events, and project their inline rows; nothing is written yet."""
        meta_text = msgspec.json.encode(meta, order="deterministic").decode()
        new: list[NewEvent] = []
        changes: list[Change] = []
        for append in appends:
            stream = append.stream
            for event in append.events:
                encoded = self._encode(event, stream, event_id_of(command_id, len(new)), meta_text, occurred_at)
                stream = Stream(stream.stream_id, encoded.version, encoded.chain)
                new.append(encoded)
                recorded = RecordedEvent(
                    stream_id=encoded.stream_id,
                    version=encoded.version,
                    event_id=encoded.event_id,
                    occurred_at=occurred_at,
                    event=event,
                    correlation_id=meta.get("correlation_id", ""),
                )
                changes.extend(self.project(recorded))
        return Write(tuple(new), tuple(changes), answer)

    def _encode(self, event: Any, stream: Stream, event_id: UUID, meta: str, occurred_at: Any) -> NewEvent:
        name, schema_version, data = self.registry.encode(event)
        row = {
            "stream_id": stream.stream_id,
            "version": stream.version + 1,
            "event_id": event_id,
            "type": name,
            "schema_version": schema_version,
            "data": data.decode(),
            "meta": meta,
            "occurred_at": occurred_at,
        }
        return NewEvent(**row, chain=chain_hash(stream.chain or GENESIS, parts_of(row)))

    async def commit(self, write: Write) -> None:
        """Write one command, together with others that wait at the same moment.

        Raises ConcurrencyError, DuplicateKeyError, the Refused named for a constraint, or the database's error;
        then nothing of this write is stored.
        """
        await self._coalescer.submit(write)
        self.appended.set()

    async def commit_in(self, connection: Connection | SingleConnection, writes: Sequence[Write]) -> None:
        """Write inside the caller's transaction, as consumers do together with their position."""
        sql, arguments = statement_for(writes)
        try:
            await connection.execute(sql, *arguments)
        except asyncpg.PostgresError as error:
            raise self._translated(error) from error

    async def _commit_batch(self, writes: Sequence[Write]) -> list[BaseException | None]:
        try:
            async with self.pool.acquire() as connection:
                await self.commit_in(connection, writes)
        except (ConcurrencyError, DuplicateKeyError, Refused, asyncpg.IntegrityConstraintViolationError) as error:
            if len(writes) == 1:
                return [error]
            # One of them is in the way; alone, each finds out whether it is the one.
            return [(await self._commit_batch([write]))[0] for write in writes]
        return [None] * len(writes)

    def _translated(self, error: asyncpg.PostgresError) -> Exception:
        if error.sqlstate in ("OS001", "40001", "40P01"):
            return ConcurrencyError(str(error))
        constraint = error.constraint_name or ""
        if constraint.startswith(_ANSWERED_BEFORE):
            return DuplicateKeyError(str(error))
        if constraint in _CONFLICTS:
            return _CONFLICTS[constraint](str(error))
        return self._refusals[constraint]() if constraint in self._refusals else error


def _keys_of(write: Write) -> Iterable[Hashable]:
    yield from {event.stream_id for event in write.events}
    if write.answer is not None:
        yield (write.answer.scope, write.answer.key)
    for change in write.changes:
        if is_guarded(change.table):
            yield (change.table.name, key_of(change))
