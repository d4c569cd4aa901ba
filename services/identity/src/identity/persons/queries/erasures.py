"""The list of erasures."""

from datetime import datetime
from typing import Final

import msgspec

from kernel.running.runtime import Runtime

_LIST_SQL: Final = """
SELECT person_id, state, reason, asked_by, asked_at, decided_by, decided_at FROM erasures e
WHERE person_id > $1
  AND EXISTS (SELECT FROM persons p WHERE p.person_id = e.person_id AND p.county LIKE ANY($3::text[]))
ORDER BY person_id LIMIT $2
"""


class ErasureRow(msgspec.Struct, frozen=True):
    """An erasure without its tokens."""

    person_id: str
    state: str
    reason: str
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None


class ErasureQueries:
    """Reads of the erasures, bounded."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def erasures(self, counties: list[str], *, after: str, limit: int) -> list[ErasureRow]:
        """Erasures of people whose counties are like one of these, in the order of persons."""
        rows = await self._runtime.store.pool.fetch(_LIST_SQL, after, limit, counties)
        return [ErasureRow(*row) for row in rows]
