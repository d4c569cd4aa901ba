"""Adoption: what a restore brought becomes this database's own, on an operator's word.

Transaction numbers of the cluster that the events come from mean nothing here. Inside the dump they still say in which
order events that had no number yet were appended: a dump is one snapshot, so nothing can come between them any more.
"""

from typing import Final

import msgspec

from kernel.writing.database import SingleConnection
from kernel.writing.event_store.leaves import leaf_sql
from kernel.writing.event_store.timeline import begin_timeline, known_timeline

#: Nobody appends, numbers or relays while events are counted and moved over.
_LOCK_SQL: Final = "LOCK TABLE events, event_log, sequencer, relay IN ACCESS EXCLUSIVE MODE"
# A new table beside the old one, without the trigger that guards events and without a dead row: ten million events
# take minutes, and an UPDATE of each would double the table. No byte of the chain is touched.
_FORGET_ORDER_SQL: Final = "ALTER TABLE events ALTER COLUMN order_tx TYPE bigint USING 0"
_FIRST_SQL: Final = """
INSERT INTO sequencer (one, order_tx, pos, gseq, logged_at) VALUES (1, 0, 0, 0, clock_timestamp())
ON CONFLICT DO NOTHING
"""
_NUMBER_SQL: Final = f"""
WITH last AS MATERIALIZED (SELECT gseq, GREATEST(logged_at, clock_timestamp()) AS logged_at FROM sequencer),
moved AS (UPDATE sequencer SET logged_at = last.logged_at FROM last),
logged AS (
  INSERT INTO event_log (gseq, pos, logged_at, leaf)
  SELECT last.gseq + row_number() OVER (ORDER BY e.order_tx, e.pos), e.pos, last.logged_at, {leaf_sql("last", "e")}
  FROM events e, last WHERE NOT EXISTS (SELECT FROM event_log l WHERE l.pos = e.pos) RETURNING 1
)
SELECT count(*) FROM logged
"""
_GO_ON_SQL: Final = """
UPDATE sequencer SET order_tx = pg_current_xact_id()::text::bigint, pos = (SELECT COALESCE(max(pos), 0) FROM events),
                     gseq = gseq + $1 RETURNING gseq
"""


class Adopted(msgspec.Struct, frozen=True, kw_only=True):
    """An adopted store: its last number, how many events got theirs only now, the timeline that ended and the new."""

    gseq: int
    numbered_now: int
    ended: str
    timeline: str


async def adopt_restored(connection: SingleConnection) -> Adopted:
    """Number what had no number, forget the old cluster's order, and begin a new timeline; all or nothing.

    The connection sees the service's schema with its owner's rights, has no time limit, and is in a transaction.
    """
    await connection.execute(_LOCK_SQL)
    await connection.execute(_FIRST_SQL)
    numbered_now = await connection.fetchval(_NUMBER_SQL)
    ended = await known_timeline(connection)
    await connection.execute(_FORGET_ORDER_SQL)
    gseq = await connection.fetchval(_GO_ON_SQL, numbered_now)
    timeline = await begin_timeline(connection)
    return Adopted(gseq=gseq, numbered_now=numbered_now, ended=ended.name if ended else "", timeline=timeline.name)
