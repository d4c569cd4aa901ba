"""Memberships as they stand: of one person, or a department's whole feed."""

from datetime import date, datetime
from typing import Final

from kernel.http import Wire
from kernel.writing.reads import Reads

COLUMNS: Final = """membership_id, person_id, department, category, "group", poverty_status, exit_date,
valid_from, valid_to, evidence, revision, recorded_at"""
_OF_PERSON_SQL: Final = f"""
SELECT {COLUMNS} FROM memberships
WHERE person_id = $1 AND ($2::text IS NULL OR department = $2) AND membership_id > $3
ORDER BY membership_id LIMIT $4
"""
_OF_DEPARTMENT_SQL: Final = f"""
SELECT {COLUMNS} FROM memberships m WHERE department = $1 AND membership_id > $2
  AND EXISTS (SELECT FROM persons p WHERE p.person_id = m.person_id AND p.county LIKE ANY($4::text[]))
ORDER BY membership_id LIMIT $3
"""


class MembershipAnswer(Wire, frozen=True, kw_only=True):
    """A membership as it stands. ``recorded_at`` is when this version of it became known."""

    membership_id: str
    person_id: str
    department: str
    category: str
    valid_from: date
    evidence: str
    revision: int
    recorded_at: datetime
    valid_to: date | None = None
    group: str | None = None
    poverty_status: str | None = None
    exit_date: date | None = None


class MembershipQueries(Reads):
    """Reads of memberships, each bounded."""

    async def of_person(
        self, person_id: str, department: str | None, *, after: str, limit: int
    ) -> list[MembershipAnswer]:
        """A person's memberships, those of one department or all."""
        return await self.many(MembershipAnswer, _OF_PERSON_SQL, person_id, department, after, limit)

    async def of_department(
        self, department: str, counties: list[str], *, after: str, limit: int
    ) -> list[MembershipAnswer]:
        """A department's own feed as it stands, of the people whose counties are like one of these."""
        return await self.many(MembershipAnswer, _OF_DEPARTMENT_SQL, department, after, limit, counties)
