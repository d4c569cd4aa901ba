"""Archives: whole streams that ended long ago lie in tables of their own, which can be detached and brought back.

While attached, an archive inherits from ``events``: whoever asks for a stream finds it, and a stream that goes on after
all goes on beside it. A detached one is a table by itself, to be dumped, dropped and restored with PostgreSQL's own
tools; what needs its streams is refused until it is back. The numbered log stays whole, so that checkpoints hold.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Final

import msgspec

from kernel.values.refusals import Refused, conflict, not_found
from kernel.writing.database import SingleConnection
from kernel.writing.event_store.chain import walk_streams
from kernel.writing.event_store.leaves import leaf_sql
from kernel.writing.event_store.log_tree import Faults
from kernel.writing.event_store.schema import ARCHIVE_PREFIX, KERNEL_METADATA

_COLUMNS: Final = ", ".join(
    c.name for c in KERNEL_METADATA.tables["events"].columns if c.name not in ("pos", "order_tx")
)
#: About so many events are moved at once: for so long nobody appends.
_BATCH_EVENTS: Final = 2000
_ALONE_SQL: Final = "SELECT pg_try_advisory_lock(hashtext('onestop-archive-' || current_schema()))"
_ARCHIVES_SQL: Final = """
SELECT name, before, streams, events, begun_at, detached_at, to_regclass(name) IS NOT NULL AS present
FROM archives ORDER BY before, name
"""
_CREATE_SQL: Final = """
CREATE TABLE IF NOT EXISTS {name} (
  LIKE events INCLUDING DEFAULTS INCLUDING STORAGE INCLUDING COMPRESSION,
  CONSTRAINT {name}_pkey PRIMARY KEY (pos),
  CONSTRAINT {name}_event_id_key UNIQUE (event_id),
  CONSTRAINT {name}_stream_version UNIQUE (stream_id, version)
);
CREATE OR REPLACE TRIGGER {name}_are_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
# What nobody has numbered or published yet may still be wanted by its place.
_ENDED_SQL: Final = """
CREATE TEMP TABLE ended ON COMMIT PRESERVE ROWS AS
SELECT e.stream_id, count(*) AS events FROM ONLY events e LEFT JOIN event_log l ON l.pos = e.pos
WHERE split_part(e.stream_id, '/', 1) = ANY('{kinds}'::text[])
GROUP BY e.stream_id
HAVING max(e.recorded_at) < '{before}'
   AND bool_and(COALESCE(l.gseq, 9223372036854775807) <= COALESCE(
         (SELECT min(gseq) FROM relay WHERE topic <> ALL('{unfilled}'::text[])), 9223372036854775807))
   AND count(l.gseq) = count(*)
"""
_BATCHES_SQL: Final = f"""
SELECT array_agg(stream_id) AS streams FROM (
  SELECT stream_id, (sum(events) OVER (ORDER BY stream_id) - events) / {_BATCH_EVENTS} AS batch FROM ended
) numbered GROUP BY batch ORDER BY batch
"""
# Taking the guard off locks the table against everybody who writes; readers go on.
_UNGUARDED: Final = "ALTER TABLE {table} DISABLE TRIGGER {table}_are_immutable"
_GUARDED: Final = "ALTER TABLE {table} ENABLE TRIGGER {table}_are_immutable"
_MOVE_SQL: Final = """
WITH still AS (
  SELECT stream_id FROM ONLY events WHERE stream_id = ANY($1::text[])
  GROUP BY stream_id HAVING max(recorded_at) < $2
), gone AS (
  DELETE FROM ONLY events e USING still WHERE e.stream_id = still.stream_id RETURNING e.*
), kept AS (
  INSERT INTO {name} SELECT * FROM gone RETURNING stream_id, pos
), entries AS (
  INSERT INTO archived_entries (pos, archive) SELECT pos, '{name}' FROM kept RETURNING 1
), streams AS (
  INSERT INTO archived_streams (stream_id, archive) SELECT DISTINCT stream_id, '{name}' FROM kept
  ON CONFLICT DO NOTHING RETURNING 1
)
UPDATE archives SET streams = streams + (SELECT count(*) FROM streams), events = events + (SELECT count(*) FROM entries)
WHERE name = '{name}' RETURNING (SELECT count(*) FROM entries) AS moved
"""
# Streams that have gone on since: a detached archive holds whole streams only.
_WENT_ON_SQL: Final = """
SELECT s.stream_id FROM archived_streams s WHERE s.archive = '{name}' AND (
  EXISTS (SELECT FROM ONLY events e WHERE e.stream_id = s.stream_id)
  OR EXISTS (SELECT FROM archived_streams o WHERE o.stream_id = s.stream_id AND o.archive <> s.archive))
"""
# They have their number, and what another cluster's transactions were called means nothing here (adoption).
_MOVE_BACK_SQL: Final = """
WITH gone AS (DELETE FROM {name} WHERE stream_id = ANY($1::text[]) RETURNING *),
back AS (
  INSERT INTO events (pos, order_tx, {columns}) OVERRIDING SYSTEM VALUE SELECT pos, 0, {columns} FROM gone RETURNING pos
),
entries AS (DELETE FROM archived_entries x USING back WHERE x.pos = back.pos RETURNING 1),
streams AS (DELETE FROM archived_streams WHERE archive = '{name}' AND stream_id = ANY($1) RETURNING 1)
UPDATE archives SET streams = streams - (SELECT count(*) FROM streams), events = events - (SELECT count(*) FROM entries)
WHERE name = '{name}'
"""
# Entries of programs without the log's tree get their hash while their events are still there to make it from.
_LEAVES_SQL: Final = """
UPDATE event_log l SET leaf = {leaf} FROM {name} e WHERE e.pos = l.pos AND l.leaf IS NULL
"""
_STRANGE_SQL: Final = """
SELECT (SELECT count(*) FROM {name} e WHERE NOT EXISTS (
          SELECT FROM archived_entries x WHERE x.pos = e.pos AND x.archive = '{name}')) AS foreign_events,
       (SELECT count(*) FROM archived_entries x WHERE x.archive = '{name}' AND NOT EXISTS (
          SELECT FROM {name} e WHERE e.pos = x.pos)) AS missing,
       (SELECT count(*) FROM {name} e JOIN event_log l USING (pos) WHERE l.leaf <> {leaf}) AS changed
"""


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """One archive of a service: of streams whose last event was stored before the day ``before`` (UTC).

    ``present`` says whether its table is in the database; of a detached one that was dropped it is not.
    """

    name: str
    before: date
    streams: int
    events: int
    begun_at: datetime
    detached_at: datetime | None
    present: bool


async def archives(connection: SingleConnection) -> list[Archive]:
    """A service's archives, oldest first."""
    return [Archive(**dict(row)) for row in await connection.fetch(_ARCHIVES_SQL)]


async def put_away(
    connection: SingleConnection,
    before: datetime,
    kinds: Sequence[str],
    advance: Callable[[int, int], None] = lambda _done, _all: None,
    *,
    unfilled: Sequence[str] = (),
) -> Archive:
    """Move the streams without an event since ``before`` (midnight, UTC) into the archive of that day, a few at a time.

    Only streams of these ``kinds`` (what stands before the first ``/`` of their names), numbered and published, move.
    Broken off, it goes on where it was when it is called again. ``advance`` is told how many events of how many have
    moved. For topics that are ``unfilled``, because nobody sends to them any more, nothing waits. The connection is an
    administrator's, in the service's schema.
    Raises Refused ARCHIVE_BUSY where another one runs, ARCHIVE_DETACHED where the archive of that day is away, and
    asyncpg.LockNotAvailableError where the table was not to be had in two seconds; then the rest is left.
    """
    await _alone(connection)
    name = f"{ARCHIVE_PREFIX}{before:%Y%m%d}"
    known = {one.name: one for one in await archives(connection)}
    if name in known and known[name].detached_at is not None:
        raise conflict("ARCHIVE_DETACHED", f"{name} is detached: bring it back, or take another day", archive=name)
    async with connection.transaction():
        await connection.execute(_CREATE_SQL.format(name=name))
        if name not in known:
            await connection.execute(f"ALTER TABLE {name} INHERIT events")
            sql = "INSERT INTO archives (name, before, streams, events) VALUES ($1, $2, 0, 0)"
            await connection.execute(sql, name, before.date())
    await connection.execute("DROP TABLE IF EXISTS pg_temp.ended")
    texts = {"kinds": _array(kinds), "unfilled": _array(unfilled)}
    await connection.execute(_ENDED_SQL.format(**texts, before=before.isoformat()))
    total = await connection.fetchval("SELECT COALESCE(sum(events), 0)::bigint FROM ended")
    moved = 0
    for row in await connection.fetch(_BATCHES_SQL):
        async with connection.transaction():
            await _unguarded(connection, "events")
            moved += await connection.fetchval(_MOVE_SQL.format(name=name), row["streams"], before)
            await connection.execute(_GUARDED.format(table="events"))
        advance(moved, total)
    return await _archive(connection, name)


def _array(names: Sequence[str]) -> str:
    return "{" + ",".join(names) + "}"


async def detach(connection: SingleConnection, name: str) -> Archive:
    """Take an archive out of the question: its streams are refused until it is brought back, and its table may go.

    Streams that have gone on since are taken out of it first. Raises Refused ARCHIVE_UNKNOWN, ARCHIVE_DETACHED,
    ARCHIVE_BUSY; asyncpg.LockNotAvailableError as ``put_away``.
    """
    await _alone(connection)
    if (await _archive(connection, name)).detached_at is not None:
        raise conflict("ARCHIVE_DETACHED", f"{name} is detached already", archive=name)
    await connection.execute(_LEAVES_SQL.format(name=name, leaf=leaf_sql("l", "e")))  # long, and in nobody's way
    async with connection.transaction():
        await _unguarded(connection, "events")
        await _unguarded(connection, name)
        went_on = [row["stream_id"] for row in await connection.fetch(_WENT_ON_SQL.format(name=name))]
        await connection.execute(_MOVE_BACK_SQL.format(name=name, columns=_COLUMNS), went_on)
        for table in ("events", name):
            await connection.execute(_GUARDED.format(table=table))
        await connection.execute(f"ALTER TABLE {name} NO INHERIT events")
        await connection.execute("UPDATE archives SET detached_at = clock_timestamp() WHERE name = $1", name)
    return await _archive(connection, name)


async def bring_back(connection: SingleConnection, name: str) -> Archive:
    """Attach an archive again, after it was proven to be what was detached: every event by its chain and by the log.

    Raises Refused ARCHIVE_UNKNOWN, ARCHIVE_ATTACHED, ARCHIVE_MISSING where its table is not in the database,
    ARCHIVE_CHANGED where it is not what was detached, ARCHIVE_BUSY; asyncpg.LockNotAvailableError as ``put_away``.
    """
    await _alone(connection)
    known = await _archive(connection, name)
    if known.detached_at is None:
        raise conflict("ARCHIVE_ATTACHED", f"{name} is attached", archive=name)
    if not known.present:
        raise conflict(
            "ARCHIVE_MISSING", f"table {name} is not in the database: restore it with pg_restore", archive=name
        )
    async with connection.transaction():
        await connection.execute(f"SET LOCAL lock_timeout = '2s'; LOCK TABLE {name} IN SHARE ROW EXCLUSIVE MODE")
        if faults := await _faults(connection, name):
            detail = f"{name} is not what was detached, and is not attached: " + "; ".join(faults)
            raise conflict("ARCHIVE_CHANGED", detail, archive=name)
        await connection.execute(f"ALTER TABLE {name} INHERIT events")
        await connection.execute("UPDATE archives SET detached_at = NULL WHERE name = $1", name)
    return await _archive(connection, name)


async def _faults(connection: SingleConnection, name: str) -> Sequence[str]:
    faults = Faults()
    await walk_streams(connection, name, faults)
    strange = await connection.fetchrow(_STRANGE_SQL.format(name=name, leaf=leaf_sql("l", "e")))
    assert strange is not None
    for count, what in zip(strange, ("events are not of it", "events are missing", "are not as numbered"), strict=True):
        if count:
            faults.say(f"{count} {what}")
    return faults.said


async def _archive(connection: SingleConnection, name: str) -> Archive:
    known = {one.name: one for one in await archives(connection)}
    if name not in known:
        said = ", ".join(known) or "there is none"
        raise not_found("ARCHIVE_UNKNOWN", f"no archive {name!r} in this service; known: {said}", archive=name)
    return known[name]


async def _alone(connection: SingleConnection) -> None:
    if not await connection.fetchval(_ALONE_SQL):
        raise Refused(
            "ARCHIVE_BUSY", "another run puts away, detaches or brings back in this service: wait for its end"
        )


async def _unguarded(connection: SingleConnection, table: str) -> None:
    await connection.execute("SET LOCAL lock_timeout = '2s'")
    await connection.execute(_UNGUARDED.format(table=table))
