"""Questions about breaches."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from kernel.values.divisions import counties_in
from kernel.writing.reads import Reads, checked
from operations.breaches.domain.breach import Breach

_COLUMNS: Final = (
    "breach_id, kind, county, party, about, why, evidence, status, opened_on, opened_by, due_on, notice, noticed_on,"
    " closed_on, closed_because"
)
_ONE_SQL: Final = f"SELECT {_COLUMNS} FROM breaches WHERE breach_id = $1"
_MANY_SQL: Final = f"""
SELECT {_COLUMNS} FROM (
  SELECT b.* FROM {counties_in("breaches", "$1")} c
  CROSS JOIN LATERAL (
    SELECT * FROM breaches b WHERE b.county = c.county AND b.breach_id > $2
      AND ($3 = '' OR b.kind = $3) AND ($4 = '' OR b.status = $4) AND ($5 = '' OR b.party = $5)
    ORDER BY b.breach_id LIMIT $6
  ) b
) found ORDER BY breach_id LIMIT $6
"""
_OPENED_SQL: Final = f"""
SELECT {_COLUMNS} FROM breaches
WHERE county = $1 AND opened_on BETWEEN $2 AND $3 AND status <> 'WITHDRAWN' ORDER BY breach_id LIMIT 100
"""


class BreachQueries(Reads):
    """Read-only questions, each bounded."""

    async def one_breach(self, breach_id: str) -> Breach | None:
        """A breach as it stands."""
        return await self.one(checked(Breach), _ONE_SQL, breach_id)

    async def breaches(
        self, patterns: Sequence[str], after: str, kind: str, status: str, party: str, limit: int
    ) -> list[Breach]:
        """Breaches of some counties, in the order of their ids."""
        return await self.many(checked(Breach), _MANY_SQL, list(patterns), after, kind, status, party, limit)

    async def opened(self, county: str, first: date, last: date) -> list[Breach]:
        """The breaches of a county that were opened in some days and not withdrawn, at most a hundred."""
        return await self.many(checked(Breach), _OPENED_SQL, county, first, last)
