"""Which stays hospitals settled at once, by how far from home they were."""

from typing import Final

from kernel.writing.reads import Reads
from operations.reach.domain import Settled, Untold

# Bills on paper are settled by the agency afterwards, which is not at once. A scope in which a stay stands was reached
# by its first one, also where that was taken back and settled anew.
_SETTLED_SQL: Final = """
SELECT b.reach, count(*) FILTER (WHERE r.settlement_id IS NULL) AS stays,
       min((b.settled_at AT TIME ZONE 'Asia/Shanghai')::date) AS first_on
FROM bills b LEFT JOIN bill_revocations r USING (settlement_id)
WHERE b.county >= $1 AND b.county < $2 AND b.encounter_kind = 'inpatient' AND b.route = 'HOSPITAL'
  AND b.reach IS NOT NULL
GROUP BY b.reach HAVING count(*) FILTER (WHERE r.settlement_id IS NULL) > 0
"""
# Settled before settlement told how far a stay was, or while it was told not to: they may be of any scope.
_UNTOLD_SQL: Final = """
SELECT count(*) AS stays, min((b.settled_at AT TIME ZONE 'Asia/Shanghai')::date) AS first_on FROM bills b
WHERE b.county >= $1 AND b.county < $2 AND b.encounter_kind = 'inpatient' AND b.route = 'HOSPITAL'
  AND b.reach IS NULL
"""


class ReachQueries(Reads):
    """Read-only questions over a place's bills."""

    async def settled(self, low: str, high: str) -> dict[str, Settled]:
        """The stays that stand of the counties between two codes, by scope; older bills were told without one."""
        return {row.reach: row for row in await self.over_lists(Settled, _SETTLED_SQL, low, high)}

    async def untold(self, low: str, high: str) -> Untold:
        """The stays of which nobody told how far from home they were."""
        (found,) = await self.over_lists(Untold, _UNTOLD_SQL, low, high)
        return found
