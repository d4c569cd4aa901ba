"""On what identity had told persons were last looked at: what came since says which of their years it can change.

A row says that every bill of the person was looked at on this, or rests on it. A bill that was settled on another
revision than the row's is looked at when its own message comes (``concerned.settled_meanwhile``).
"""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from kernel.writing.database import Connection
from settlement.people.domain import ALWAYS, Days, days_changed, person_told

_READ_SQL: Final = """
SELECT p.person_id, p.revision, p.entitlement, l.entitlement AS before FROM people p
LEFT JOIN looked_at l USING (person_id) WHERE p.person_id = ANY($1::text[])
"""
_KEEP_SQL: Final = """
INSERT INTO looked_at (person_id, revision, entitlement)
SELECT * FROM unnest($1::text[], $2::int[], $3::text[]::json[])
ON CONFLICT (person_id) DO UPDATE SET revision = EXCLUDED.revision, entitlement = EXCLUDED.entitlement
"""
# Whose bills all rest on what is known now needs no look to know what they rest on.
_BEGIN_SQL: Final = """
INSERT INTO looked_at (person_id, revision, entitlement)
SELECT person_id, revision, entitlement FROM people p WHERE person_id = ANY($1::text[])
AND NOT EXISTS (SELECT FROM looked_at l WHERE l.person_id = p.person_id)
AND NOT EXISTS (SELECT FROM benefit_year_joins j WHERE j.person_id = p.person_id)
AND NOT EXISTS (SELECT FROM settlements s WHERE s.counted_for = p.person_id
                AND s.identity_revision IS DISTINCT FROM p.revision)
ON CONFLICT DO NOTHING
"""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a person now, and the days for which it says something else than at the last look."""

    person_id: str
    revision: int
    entitlement: str
    changed: Days | None


async def known_since(connection: Connection, persons: Iterable[str]) -> list[Known]:
    """What identity told of persons, and what of it is new since they were looked at."""
    rows = await connection.fetch(_READ_SQL, list(persons))
    return [
        Known(
            person_id=row["person_id"],
            revision=row["revision"],
            entitlement=row["entitlement"],
            changed=ALWAYS
            if row["before"] is None
            else days_changed(person_told(row["before"]), person_told(row["entitlement"])),
        )
        for row in rows
    ]


async def keep(connection: Connection, known: Sequence[Known]) -> None:
    """These persons were looked at on what was known, or nothing of it concerns a bill of theirs."""
    if known:
        columns = [[getattr(k, name) for k in known] for name in ("person_id", "revision", "entitlement")]
        await connection.execute(_KEEP_SQL, *columns)


async def begin(connection: Connection, persons: Iterable[str]) -> None:
    """Begin with persons who were never looked at, where all of their bills rest on what is known now."""
    await connection.execute(_BEGIN_SQL, sorted(persons))
