"""Who was taken from a county by another one's list: the county that they are of no more is told."""

from datetime import datetime
from typing import Final

from kernel.http import Wire
from kernel.writing.reads import Reads

_MOVES_SQL: Final = """
SELECT m.person_id, m.formerly, m.county, m.told_by, m.moved_at, p.county AS now_of
FROM person_moves m JOIN persons p USING (person_id)
WHERE m.told_by = $1 AND m.formerly LIKE ANY($2::text[])
  AND ($3 = '' OR (m.moved_at, m.person_id) < ((SELECT max(moved_at) FROM person_moves WHERE person_id = $3), $3))
ORDER BY m.moved_at DESC, m.person_id DESC LIMIT $4
"""


class MoveAnswer(Wire, frozen=True, kw_only=True):
    """Somebody whom another county's list names: ``formerly`` told, ``county`` told by whose list, ``now_of`` today."""

    person_id: str
    formerly: str
    county: str
    told_by: str
    moved_at: datetime
    now_of: str


class MoveQueries(Reads):
    """Reads of the moves, bounded."""

    async def away_from(self, department: str, counties: list[str], after: str, limit: int) -> list[MoveAnswer]:
        """Whom lists of a department took away from counties that are like one of these, the newest first."""
        return await self.many(MoveAnswer, _MOVES_SQL, department, counties, after, limit)
