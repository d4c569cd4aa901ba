"""Questions about insurers, and about what the critical-illness insurance gave the registered poor in a year."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import msgspec

from kernel.writing.reads import Reads
from operations.insurers.domain import Insurer, PoorYear

_COLUMNS: Final = (
    "insurer_id, county, name, qualification, qualified_until, terms::text AS terms, checks::text AS checks, version"
)
_OF_INSURER_SQL: Final = f"""
SELECT {_COLUMNS} FROM county_insurers WHERE insurer_id = $1 AND county LIKE ANY($2::text[]) ORDER BY county LIMIT $3
"""
_MANY_SQL: Final = f"""
SELECT {_COLUMNS} FROM county_insurers WHERE county = $1 AND insurer_id > $2 ORDER BY insurer_id LIMIT $3
"""
# A supplement's changes belong to its bill; bills of which the compliant cost was not told cannot be measured.
_YEARS_SQL: Final = """
WITH standing AS (
  SELECT b.person_id, b.settlement_id, b.compliant_fen, b.payers, b.amounts FROM bills b
  WHERE b.county = $1 AND b.discharged_on BETWEEN $2 AND $3 AND b.category = 'REGISTERED_POOR'
    AND b.compliant_fen IS NOT NULL AND b.person_id > $4
    AND NOT EXISTS (SELECT FROM bill_revocations r WHERE r.settlement_id = b.settlement_id)
), parts AS (
  SELECT s.person_id, p.payer, p.fen FROM standing s CROSS JOIN LATERAL unnest(s.payers, s.amounts) AS p(payer, fen)
  UNION ALL
  SELECT s.person_id, p.payer, p.fen FROM standing s JOIN bill_supplements u USING (settlement_id)
  CROSS JOIN LATERAL unnest(u.payers, u.amounts) AS p(payer, fen)
), given AS (
  SELECT person_id, COALESCE(sum(fen) FILTER (WHERE payer = 'BMI'), 0)::bigint AS basic_fen,
         COALESCE(sum(fen) FILTER (WHERE payer = 'CII'), 0)::bigint AS given_fen
  FROM parts GROUP BY person_id
)
SELECT s.person_id, sum(s.compliant_fen)::bigint - g.basic_fen AS base_fen, g.given_fen,
       array_agg(s.settlement_id ORDER BY s.settlement_id) AS settlement_ids
FROM standing s JOIN given g USING (person_id)
GROUP BY s.person_id, g.basic_fen, g.given_fen HAVING sum(s.compliant_fen) - g.basic_fen > $5
ORDER BY s.person_id LIMIT $6
"""


class InsurerQueries(Reads):
    """Read-only questions, each bounded."""

    async def of_insurer(self, insurer_id: str, counties: Sequence[str], limit: int) -> list[Insurer]:
        """An insurer's files in counties that are like one of these."""
        return await self.many(_insurer, _OF_INSURER_SQL, insurer_id, list(counties), limit)

    async def insurers(self, county: str, after: str, limit: int) -> list[Insurer]:
        """A county's files in the order of their ids."""
        return await self.many(_insurer, _MANY_SQL, county, after, limit)

    async def poor_years(self, county: str, year: int, after: str, above_fen: int, limit: int) -> list[PoorYear]:
        """The year of each of the registered poor whose base is above an amount, in the order of their ids."""
        span = date(year, 1, 1), date(year, 12, 31)
        return await self.over_lists(_year, _YEARS_SQL, county, *span, after, above_fen, limit)


def _insurer(terms: str, checks: str, **columns: Any) -> Insurer:
    kept = {"terms": msgspec.json.decode(terms), "checks": msgspec.json.decode(checks)}
    return msgspec.convert({**columns, **kept}, Insurer)


def _year(settlement_ids: list[str], **columns: Any) -> PoorYear:
    return PoorYear(**columns, settlement_ids=tuple(settlement_ids))
