"""The numbered log as a tree: its root at any length, from what is stored now, and every entry against its leaf."""

from collections.abc import AsyncIterator, Iterable
from typing import Final

import msgspec

from kernel.writing.database import SingleConnection
from kernel.writing.event_store.leaves import leaf_sql
from kernel.writing.event_store.merkle import Tree
from kernel.writing.event_store.stream import Row

_PAGE: Final = 5000
# An entry whose event lies in a detached archive stands by the hash that it was numbered with.
_ENTRIES_SQL: Final = f"""
WITH away AS MATERIALIZED (
  SELECT x.pos FROM archived_entries x JOIN archives a ON a.name = x.archive WHERE a.detached_at IS NOT NULL
)
SELECT l.gseq, l.logged_at, l.leaf AS stored, e.stream_id, e.version, e.type,
       e.pos IS NULL AND x.pos IS NOT NULL AS away,
       CASE WHEN e.pos IS NULL AND x.pos IS NOT NULL THEN l.leaf ELSE {leaf_sql("l", "e")} END AS leaf
FROM event_log l LEFT JOIN events e ON e.pos = l.pos LEFT JOIN away x ON x.pos = l.pos
WHERE l.gseq > $1 ORDER BY l.gseq
"""
# What is stored of the leaves is enough to go on with a tree; of entries without one it is computed.
_LEAVES_SQL: Final = f"""
SELECT COALESCE(l.leaf, {leaf_sql("l", "e")}) AS leaf
FROM event_log l LEFT JOIN events e ON l.leaf IS NULL AND e.pos = l.pos
WHERE l.gseq > $1 AND ($2::bigint IS NULL OR l.gseq <= $2) ORDER BY l.gseq
"""
_GAP_MAX: Final = 1_000_000
#: How many faults of one kind are said in full.
SAID_MAX: Final = 20


class Entry(msgspec.Struct, frozen=True):
    """A numbered entry as it stands now: the hash of what is stored, and which event that is."""

    gseq: int
    leaf: bytes
    event: str


class LogVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """A log's walk: how long it is, its root at the lengths that were asked for, and what is broken.

    ``leafless`` is the number of the last entry that got no hash when it was numbered, because an older program did it;
    ``away`` is how many stand by their hash alone, because their events lie in a detached archive.
    """

    entries: int
    roots: dict[int, bytes]
    broken: tuple[str, ...]
    leafless: int
    away: int = 0


async def check_log(connection: SingleConnection, sizes: Iterable[int] = ()) -> LogVerdict:
    """Walk the whole log: numbers without a gap, times that never run back, each entry's event as it was numbered."""
    tree, wanted, faults = Tree(), set(sizes), Faults()
    roots = {0: tree.root} if 0 in wanted else {}
    leafless, away, before = 0, 0, None
    async for row in connection.cursor(_ENTRIES_SQL, 0, prefetch=_PAGE):
        gseq = row["gseq"]
        if gseq != tree.size + 1:
            faults.say(f"the log goes from number {tree.size} to {gseq}")
            if gseq - tree.size > _GAP_MAX:
                break  # no root behind it could be anybody's
            while tree.size < gseq - 1:
                tree.add(bytes(32))
        if row["leaf"] is None:
            faults.say(f"number {gseq} has no event")
        elif row["stored"] is None:
            leafless = gseq
        elif row["stored"] != row["leaf"]:
            faults.say(f"number {gseq}, {_name(row)}: the event or its times were changed after it was numbered")
        if before is not None and row["logged_at"] < before:
            faults.say(f"number {gseq} says that it was given before the number in front of it")
        away += row["away"]
        before = row["logged_at"]
        tree.add(row["leaf"] or bytes(32))
        if tree.size in wanted:
            roots[tree.size] = tree.root
    return LogVerdict(entries=tree.size, roots=roots, broken=faults.said, leafless=leafless, away=away)


async def leaves(connection: SingleConnection, *, after: int, upto: int | None = None) -> AsyncIterator[bytes]:
    """The hashes of the entries after a number and up to another, in order, as they were stored with them."""
    async for row in connection.cursor(_LEAVES_SQL, after, upto, prefetch=_PAGE):
        yield row["leaf"]


async def entries(connection: SingleConnection, *, after: int) -> list[Entry]:
    """The entries after a number as they stand now; all in memory, for the search of what was changed."""
    rows = await connection.fetch(_ENTRIES_SQL, after)
    return [Entry(row["gseq"], row["leaf"] or b"", _name(row)) for row in rows]


class Faults:
    """What was found, said in full up to a limit and counted beyond it."""

    def __init__(self) -> None:
        self._said: list[str] = []
        self._more = 0

    def say(self, fault: str) -> None:
        """One fault more."""
        if len(self._said) < SAID_MAX:
            self._said.append(fault)
        else:
            self._more += 1

    @property
    def said(self) -> tuple[str, ...]:
        """The faults, and how many more there are."""
        return (*self._said, f"and {self._more} more of them") if self._more else tuple(self._said)


def _name(row: Row) -> str:
    return f"stream {row['stream_id']} version {row['version']} ({row['type']})"
