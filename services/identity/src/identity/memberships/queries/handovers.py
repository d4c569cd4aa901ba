"""Which memberships are another department's to say now, and which were handed over."""

from datetime import date, datetime
from typing import Final

import msgspec

from identity.persons.domain.categories import Category, Department, Group
from identity.persons.domain.owners import Owners
from kernel.http import Wire
from kernel.values.divisions import prefix_of
from kernel.writing.reads import Reads, checked

# What has ended stays the word of who said it.
_STANDING_SQL: Final = """
SELECT m.membership_id, m.person_id, m."group", p.county FROM memberships m JOIN persons p USING (person_id)
WHERE m.department = $1 AND m.category = $2 AND p.county LIKE $3 AND (m.valid_to IS NULL OR m.valid_to >= $4)
  AND m.membership_id > $5
ORDER BY m.membership_id LIMIT $6
"""
_LIST_SQL: Final = """
SELECT h.membership_id, h.person_id, h.category, h.former, h.department, h.handed_over_at
FROM handovers h JOIN persons p USING (person_id)
WHERE (h.former = $1 OR h.department = $1) AND p.county LIKE ANY($2::text[]) AND h.membership_id > $3
ORDER BY h.membership_id, h.revision LIMIT $4
"""


class Standing(msgspec.Struct, frozen=True):
    """A membership that stands, and where its person lives."""

    membership_id: str
    person_id: str
    group: Group | None
    county: str


class Asked(msgspec.Struct, frozen=True):
    """What is looked through: what a department said of a category in an area."""

    former: Department
    category: Category
    area: str


class HandoverAnswer(Wire, frozen=True, kw_only=True):
    """A membership that went from one department to another."""

    membership_id: str
    person_id: str
    category: str
    former: str
    department: str
    handed_over_at: datetime


class HandoverQueries(Reads):
    """Reads of memberships that change hands, each bounded."""

    async def standing(self, asked: Asked, on: date, after: str, limit: int) -> list[Standing]:
        """What a department said that stands on a day, by the memberships' ids."""
        area = f"{prefix_of(asked.area)}%"
        return await self.many(
            checked(Standing), _STANDING_SQL, asked.former.value, asked.category.value, area, on, after, limit
        )

    async def of_department(self, department: str, counties: list[str], after: str, limit: int) -> list[HandoverAnswer]:
        """What a department gave away or was given."""
        return await self.many(HandoverAnswer, _LIST_SQL, department, counties, after, limit)


def heir(held: Standing, asked: Asked, owners: Owners) -> Department | None:
    """Who says it now, where that is another department than the one before."""
    owner = owners.owner(asked.category, held.group, held.county)
    return None if owner is asked.former else owner
