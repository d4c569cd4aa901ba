"""The questions that identity's API answers from its read tables."""

from datetime import date, datetime
from typing import Final

import msgspec

from kernel.running.runtime import Runtime

_PERSON_SQL: Final = """
SELECT person_id, county, revision, deceased_on, merged_into, annulled, erased FROM persons WHERE person_id = $1
"""
_IN_FEED_SQL: Final = """
SELECT EXISTS (SELECT FROM personal_data WHERE person_id = $1 AND registered_by = $2)
    OR EXISTS (SELECT FROM memberships WHERE person_id = $1 AND department = $2)
"""
_COLUMNS: Final = """membership_id, person_id, department, category, "group", poverty_status, exit_date,
valid_from, valid_to, evidence, revision, recorded_at"""
_OF_PERSON_SQL: Final = f"""
SELECT {_COLUMNS} FROM memberships
WHERE person_id = $1 AND ($2::text IS NULL OR department = $2) AND membership_id > $3
ORDER BY membership_id LIMIT $4
"""
_OF_DEPARTMENT_SQL: Final = f"""
SELECT {_COLUMNS} FROM memberships m WHERE department = $1 AND membership_id > $2
  AND EXISTS (SELECT FROM persons p WHERE p.person_id = m.person_id AND p.county LIKE ANY($4::text[]))
ORDER BY membership_id LIMIT $3
"""


class PersonRow(msgspec.Struct, frozen=True):
    """What is known of a person besides personal data."""

    person_id: str
    county: str
    revision: int
    deceased_on: date | None
    merged_into: str | None
    annulled: bool
    erased: bool


class MembershipRow(msgspec.Struct, frozen=True):
    """A membership as it stands, and since when it is known so."""

    membership_id: str
    person_id: str
    department: str
    category: str
    group: str | None
    poverty_status: str | None
    exit_date: date | None
    valid_from: date
    valid_to: date | None
    evidence: str
    revision: int
    recorded_at: datetime


class Queries:
    """Reads of one service's tables, each bounded."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def person(self, person_id: str) -> PersonRow | None:
        """The person of this id."""
        row = await self._runtime.store.pool.fetchrow(_PERSON_SQL, person_id)
        return None if row is None else PersonRow(*row)

    async def is_in_feed(self, person_id: str, department: str) -> bool:
        """Whether a department registered the person or ever asserted a membership."""
        found: bool = await self._runtime.store.pool.fetchval(_IN_FEED_SQL, person_id, department)
        return found

    async def memberships_of_person(
        self, person_id: str, department: str | None, *, after: str, limit: int
    ) -> list[MembershipRow]:
        """A person's memberships, those of one department or all."""
        rows = await self._runtime.store.pool.fetch(_OF_PERSON_SQL, person_id, department, after, limit)
        return [MembershipRow(*row) for row in rows]

    async def memberships_of_department(
        self, department: str, counties: list[str], *, after: str, limit: int
    ) -> list[MembershipRow]:
        """A department's own feed as it stands, of the people whose counties are like one of these."""
        rows = await self._runtime.store.pool.fetch(_OF_DEPARTMENT_SQL, department, after, limit, counties)
        return [MembershipRow(*row) for row in rows]
