"""Questions about breaches."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from kernel.values.divisions import counties_in
from kernel.writing.reads import Reads, checked
from operations.breaches.domain.breach import Breach
from operations.breaches.domain.doctors import Cancelled, DoctorLine

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
WHERE county = $1 AND opened_on BETWEEN $2 AND $3 AND status <> 'WITHDRAWN' ORDER BY breach_id LIMIT $4
"""


# What was found by a day and had not been put right before another one.
_STANDING_SQL: Final = f"""
SELECT {_COLUMNS} FROM breaches
WHERE county = $1 AND opened_on <= $3 AND (closed_on IS NULL OR closed_on >= $2) AND status <> 'WITHDRAWN'
ORDER BY breach_id LIMIT $4
"""
_CERTIFICATION_SQL: Final = """
SELECT c.certification_id, p.county, c.hospital_id, c.disease, c.effective_from, c.cancelled_from,
       c.doctors
FROM people p CROSS JOIN LATERAL jsonb_to_recordset(p.certifications)
     AS c(certification_id text, disease text, hospital_id text, effective_from date, cancelled_from date,
          doctors text[])
WHERE p.person_id = $1 AND c.certification_id = $2 LIMIT 1
"""
_DOCTORS_SQL: Final = """
SELECT party AS doctor_id, count(*) AS incidents, count(*) FILTER (WHERE status IN ('OPEN', 'NOTICED')) AS open,
       min(opened_on) AS first_on, max(opened_on) AS last_on
FROM breaches
WHERE county = $1 AND kind = 'CERTIFICATION_FRAUD' AND status <> 'WITHDRAWN' AND party > $2
GROUP BY party ORDER BY party LIMIT $3
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

    async def certification(self, person_id: str, certification_id: str) -> Cancelled | None:
        """A person's certification as identity told it."""
        return await self.one(checked(Cancelled), _CERTIFICATION_SQL, person_id, certification_id)

    async def doctors(self, county: str, after: str, limit: int) -> list[DoctorLine]:
        """A county's doctors with incidents, by licence number."""
        return await self.many(DoctorLine, _DOCTORS_SQL, county, after, limit)

    async def opened(self, county: str, first: date, last: date, limit: int) -> list[Breach]:
        """The breaches of a county that were opened in some days and not withdrawn."""
        return await self.over_lists(checked(Breach), _OPENED_SQL, county, first, last, limit)

    async def standing(self, county: str, first: date, last: date, limit: int) -> list[Breach]:
        """Those found up to the last day that were not put right before the first."""
        return await self.over_lists(checked(Breach), _STANDING_SQL, county, first, last, limit)
