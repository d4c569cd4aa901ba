"""The list of look-ups: who asked for a person by ID number, when and why."""

from datetime import datetime
from typing import Final

from kernel.http import Wire
from kernel.writing.reads import Reads

# $2 is the last one shown; its moment is looked up, so that a cursor needs no time that could be malformed.
_LIST_SQL: Final = """
SELECT lookup_id, asked_by, roles, reason, asked_at FROM lookups
WHERE person_id = $1
  AND ($2 = '' OR (asked_at, lookup_id) < ((SELECT asked_at FROM lookups WHERE lookup_id = $2), $2))
ORDER BY asked_at DESC, lookup_id DESC LIMIT $3
"""


class LookupAnswer(Wire, frozen=True):
    """A look-up by ID number that found the person."""

    lookup_id: str
    asked_by: str
    roles: list[str]
    reason: str
    asked_at: datetime


class LookupQueries(Reads):
    """Reads of the look-ups, bounded."""

    async def of_person(self, person_id: str, *, after: str, limit: int) -> list[LookupAnswer]:
        """The look-ups that found a person, the newest first."""
        return await self.many(LookupAnswer, _LIST_SQL, person_id, after, limit)
