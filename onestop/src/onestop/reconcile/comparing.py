"""Comparing two sides: counts and digests of parts of all names first, name by name only in the parts that differ."""

from typing import Final

import msgspec

from kernel.writing.database import SingleConnection
from onestop.reconcile.pairs import Pair

#: Into so many parts the names are cut by their hash; where one differs, a two hundred and fifty-sixth is looked into.
_PARTS: Final = 256
#: Differences of one pair that one run looks into; the next run goes on when these are mended.
ENTRIES_MAX: Final = 200

_PART: Final = f"hashtext(id) & {_PARTS - 1}"
_DIGESTS: Final = f"""
SELECT {_PART} AS part, count(*) AS names, bit_xor(hashtextextended(id || ' ' || said, 0)) AS digest
FROM ({{sql}}) AS side GROUP BY 1
"""
_DIFFERING_SQL: Final = f"""
WITH one AS ({_DIGESTS.format(sql="{one}")}), other AS ({_DIGESTS.format(sql="{other}")})
SELECT COALESCE(sum(one.names), 0)::bigint AS ours, COALESCE(sum(other.names), 0)::bigint AS theirs,
       COALESCE(array_agg(part) FILTER (WHERE (one.names, one.digest) IS DISTINCT FROM (other.names, other.digest)),
                '{{{{}}}}') AS parts
FROM one FULL JOIN other USING (part)
"""
# Whatever is said twice of one name stands as "a + b".
_SAID: Final = f"""
SELECT id, string_agg(said, ' + ' ORDER BY said) AS said FROM ({{sql}}) AS side WHERE {_PART} = ANY($1::int[])
GROUP BY 1
"""
_ENTRIES_SQL: Final = f"""
WITH one AS ({_SAID.format(sql="{one}")}), other AS ({_SAID.format(sql="{other}")})
SELECT id, one.said AS ours, other.said AS theirs FROM one FULL JOIN other USING (id)
WHERE one.said IS DISTINCT FROM other.said ORDER BY id LIMIT {ENTRIES_MAX}
"""
_STILL_SQL: Final = _ENTRIES_SQL.replace(f"{_PART} = ANY($1::int[])", "id = ANY($1::text[])")


class Entry(msgspec.Struct, frozen=True):
    """A name of which the sides say different things; None where a side knows nothing of it."""

    name: str
    ours: str | None
    theirs: str | None


class Compared(msgspec.Struct, frozen=True):
    """What comparing one pair came to. ``ours`` and ``theirs`` count what each side has."""

    pair: str
    ours: int
    theirs: int
    parts: int
    entries: tuple[Entry, ...]


async def compare(picture: SingleConnection, pair: Pair) -> Compared:
    """Compare a pair in one picture of the database, which is only read.

    Where all agrees this is one walk through each side, whatever the number of names; memory does not grow.
    """
    sides = {"one": pair.one.sql, "other": pair.other.sql}
    row = await picture.fetchrow(_DIFFERING_SQL.format(**sides))
    assert row is not None, "counts and sums are always there"
    found = await picture.fetch(_ENTRIES_SQL.format(**sides), row["parts"]) if row["parts"] else []
    entries = tuple(Entry(one["id"], one["ours"], one["theirs"]) for one in found)
    return Compared(pair.name, row["ours"], row["theirs"], len(row["parts"]), entries)


async def stands(owner: SingleConnection, pair: Pair, entries: tuple[Entry, ...]) -> tuple[tuple[Entry, ...], int]:
    """Those of the entries that are still exactly so, and how many differ in another way by now; the rest agrees.

    What moves meanwhile is nobody's fault.
    """
    sides = {"one": pair.one.sql, "other": pair.other.sql}
    found = await owner.fetch(_STILL_SQL.format(**sides), [entry.name for entry in entries])
    now = {Entry(row["id"], row["ours"], row["theirs"]) for row in found}
    still = tuple(entry for entry in entries if entry in now)
    return still, len(now) - len(still)
