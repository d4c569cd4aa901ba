"""The list of look-ups: who asked for a person by ID number, when and why."""

from datetime import datetime
from typing import Final

import msgspec

from kernel.running.runtime import Runtime

# $2 is the last one shown; its moment is looked up, so that a cursor needs no time that could be malformed.
_LIST_SQL: Final = """
SELECT lookup_id, asked_by, roles, reason, asked_at FROM lookups
WHERE person_id = $1
  AND ($2::text IS NULL OR (asked_at, lookup_id) < ((SELECT asked_at FROM lookups WHERE lookup_id = $2), $2))
ORDER BY asked_at DESC, lookup_id DESC LIMIT $3
"""


class LookupRow(msgspec.Struct, frozen=True):
    """Who asked, in which roles, when and why."""

    lookup_id: str
    asked_by: str
    roles: list[str]
    reason: str
    asked_at: datetime


class LookupQueries:
    """Reads of the look-ups, bounded."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def of_person(self, person_id: str, *, after: str | None, limit: int) -> list[LookupRow]:
        """The look-ups that found a person, the newest first."""
        rows = await self._runtime.store.pool.fetch(_LIST_SQL, person_id, after, limit)
        return [LookupRow(*row) for row in rows]
