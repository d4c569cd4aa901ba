"""Who a person is besides personal data, and whose feed the person is in."""

from datetime import date
from typing import Final

import msgspec

from identity.persons.domain.person import person_unknown
from kernel.writing.reads import Reads

_PERSON_SQL: Final = """
SELECT person_id, county, revision, deceased_on, merged_into, annulled, erased FROM persons WHERE person_id = $1
"""
_IN_FEED_SQL: Final = """
SELECT EXISTS (SELECT FROM personal_data WHERE person_id = $1 AND registered_by = $2)
    OR EXISTS (SELECT FROM memberships WHERE person_id = $1 AND department = $2)
"""


class PersonRow(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a person besides personal data."""

    person_id: str
    county: str
    revision: int
    deceased_on: date | None
    merged_into: str | None
    annulled: bool
    erased: bool


class PersonQueries(Reads):
    """Reads of how persons stand."""

    async def known(self, person_id: str) -> PersonRow:
        """The person of this id; raises Refused PERSON_UNKNOWN."""
        row = await self.one(PersonRow, _PERSON_SQL, person_id)
        if row is None:
            raise person_unknown()
        return row

    async def is_in_feed(self, person_id: str, department: str) -> bool:
        """Whether a department registered the person or ever asserted a membership."""
        found: bool = await self.pool.fetchval(_IN_FEED_SQL, person_id, department)
        return found
