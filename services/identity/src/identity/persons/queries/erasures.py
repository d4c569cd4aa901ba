"""The list of erasures."""

from datetime import datetime
from typing import Final

from kernel.http import Wire
from kernel.writing.reads import Reads

_LIST_SQL: Final = """
SELECT person_id, state, reason, asked_by, asked_at, decided_by, decided_at FROM erasures e
WHERE person_id > $1
  AND EXISTS (SELECT FROM persons p WHERE p.person_id = e.person_id AND p.county LIKE ANY($3::text[]))
ORDER BY person_id LIMIT $2
"""


class ErasureAnswer(Wire, frozen=True):
    """An erasure: who asked and who decided."""

    person_id: str
    state: str
    reason: str
    asked_by: str
    asked_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None


class ErasureQueries(Reads):
    """Reads of the erasures, bounded."""

    async def erasures(self, counties: list[str], *, after: str, limit: int) -> list[ErasureAnswer]:
        """Erasures of people whose counties are like one of these, in the order of persons, without their tokens."""
        return await self.many(ErasureAnswer, _LIST_SQL, after, limit, counties)
