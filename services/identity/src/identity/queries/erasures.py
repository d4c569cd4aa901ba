"""The list of erasures."""

from datetime import datetime
from typing import Final

import msgspec

from kernel.runtime import Runtime

_LIST_SQL: Final = """
SELECT person_id, state, reason, asked_by, asked_at, decided_by, decided_at FROM erasures
WHERE person_id > $1 ORDER BY person_id LIMIT $2
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

    async def erasures(self, *, after: str, limit: int) -> list[ErasureRow]:
        """Erasures in the order of persons."""
        return [ErasureRow(*row) for row in await self._runtime.store.pool.fetch(_LIST_SQL, after, limit)]
