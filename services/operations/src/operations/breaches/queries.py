"""Questions about breaches."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from kernel.values.divisions import counties_in
from kernel.writing.reads import Reads, checked
from operations.breaches.domain.breach import Breach
from operations.breaches.domain.doctors import Cancelled, DoctorLine
from operations.breaches.domain.kinds import OF_CLOCKS, OF_INDICATORS, BreachKind

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
# Breaches about clocks that were said to be done meanwhile, with the newest event that says so.
_MET_SQL: Final = """
SELECT b.breach_id, d.clock, d.period, d.due_on, d.done_on, d.evidence AS proof, (
    SELECT e.event_id::text FROM events e
    WHERE e.stream_id = concat_ws('/', 'clock', d.county, d.clock, d.period, d.unit) AND e.type = 'ClockDone'
    ORDER BY e.version DESC LIMIT 1
  ) AS event_id
FROM breaches b JOIN clocks_done d ON d.county = b.county AND b.about = d.clock || '.' || d.period || CASE d.unit
  WHEN '' THEN '' ELSE '.' || left(encode(sha256(convert_to(d.unit, 'UTF8')), 'hex'), 8) END
WHERE b.county = $1 AND b.opened_by = 'operations' AND b.status IN ('OPEN', 'NOTICED') AND b.kind = ANY($2::text[])
ORDER BY b.breach_id LIMIT 500
"""
_MEASURED_SQL: Final = f"""
SELECT {_COLUMNS} FROM breaches
WHERE county = $1 AND opened_by = 'operations' AND status IN ('OPEN', 'NOTICED') AND kind = ANY($2::text[])
ORDER BY breach_id LIMIT 500
"""


class MetClock(msgspec.Struct, frozen=True, kw_only=True):
    """A clock that was met although a breach of it is not ended; ``event_id`` says so, ``proof`` is what it names."""

    breach_id: str
    clock: str
    period: str
    due_on: date
    done_on: date
    proof: str
    event_id: str | None


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

    async def met(self, county: str) -> list[MetClock]:
        """A county's clocks that were met although a breach of them is not ended, at most 500."""
        kinds = sorted({kind.value for kind in OF_CLOCKS.values()})
        return await self.many(MetClock, _MET_SQL, county, kinds)

    async def measured(self, county: str) -> list[Breach]:
        """A county's breaches of indicators that are not ended, at most 500."""
        kinds = [BreachKind.INDICATOR_BELOW.value, *sorted(kind.value for kind in OF_INDICATORS.values())]
        return await self.many(checked(Breach), _MEASURED_SQL, county, kinds)

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
