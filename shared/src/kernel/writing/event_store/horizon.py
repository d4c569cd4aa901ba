"""The horizon: behind which place in the order of events nothing can appear any more, whoever else still writes.

The oldest write transaction of the cluster bounds it, and needs no look beyond the snapshot. Where that one is somebody
else's (another database, another schema, a consumer that has not appended yet), ``place_of`` finds the place that this
service's own writers leave, and why that is safe stands there and in docs/decisions/0029.
"""

from collections.abc import Collection
from typing import Final

import msgspec

from kernel.writing.database import Pool

_LOW_BITS: Final = 0xFFFFFFFF
_ANY_POSITION: Final = 2**63 - 1

# The snapshot comes first, then the look at the locks: that is the order which a statement has anyway. Writers of
# events hold ROW EXCLUSIVE on the table, from before the snapshot that gives their events a place until after commit.
_SNAPSHOT_SQL: Final = """
SELECT ARRAY(SELECT x::text::bigint FROM pg_snapshot_xip(pg_current_snapshot()) AS x) AS running,
       pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next, COALESCE((SELECT max(pos) FROM events), 0) AS pos,
       ARRAY(SELECT pid FROM pg_locks WHERE locktype = 'relation' AND relation = 'events'::regclass AND pid IS NOT NULL
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
             AND mode = 'RowExclusiveLock' AND granted) AS writers
"""
# A statement of its own, so that it certainly looks after the locks were looked at.
_OTHERS_SQL: Final = """
SELECT backend_xid::text::bigint AS transaction FROM pg_stat_activity
WHERE backend_xid IS NOT NULL AND pid <> ALL($1::int[])
"""


class Place(msgspec.Struct, frozen=True, order=True):
    """A place in the order of events."""

    order_tx: int
    pos: int


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot: the transactions that run, the first that does not yet, and the last event's position."""

    running: tuple[int, ...]
    next: int
    pos: int


def place_of(seen: Seen, others: Collection[int]) -> Place:
    """The last place at or before which no event can appear that the snapshot does not show.

    ``others`` are transactions (low 32 bits) that ran after the snapshot in sessions which had no lock on the table
    at a moment between the two. What such a one appends, it places after that moment: not before
    ``(seen.next - 1, seen.pos)``, because a place is at least the snapshot's end at the insertion, less one, and its
    position is newer than all that were visible. Any other transaction may have appended already, and places nothing
    before its own number.
    """
    ours = [transaction for transaction in seen.running if transaction & _LOW_BITS not in others]
    return Place(min(ours) - 1, _ANY_POSITION) if ours else Place(seen.next - 1, seen.pos)


async def settled_place(pool: Pool) -> Place:
    """The last place at or before which this service's events are settled, whatever other transactions run."""
    row = await pool.fetchrow(_SNAPSHOT_SQL)
    assert row is not None, "a question without a table gives a row"
    others = {found["transaction"] for found in await pool.fetch(_OTHERS_SQL, row["writers"])}
    return place_of(Seen(running=tuple(row["running"]), next=row["next"], pos=row["pos"]), others)
