"""The questions that may be asked of admissions on a handbook alone."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from kernel.http import Wire
from kernel.writing.reads import Reads

_ADMISSION_CHECKS_SQL: Final = """
SELECT c.encounter_id, c.person_id, c.hospital_id, c.county, c.admitted_on, c.handbook,
       o.outcome, o.closed_by, o.note, o.closed_at
FROM admission_checks c LEFT JOIN admission_check_outcomes o USING (encounter_id)
WHERE ($1::text IS NULL OR c.county = $1) AND (o.encounter_id IS NULL) = $2 AND c.encounter_id > $3
  AND c.county LIKE ANY($5::text[])
ORDER BY c.encounter_id LIMIT $4
"""
_HANDBOOK_SQL: Final = "SELECT handbook FROM admission_checks WHERE encounter_id = $1"


class AdmissionCheckRow(Wire, frozen=True, kw_only=True):
    """An admission on a handbook: HOLDS where only the list lacks the person, LAPSED, or UNLISTED."""

    encounter_id: str
    person_id: str
    hospital_id: str
    county: str
    admitted_on: date
    handbook: str
    outcome: str | None
    closed_by: str | None
    note: str | None
    closed_at: datetime | None


class AdmissionCheckQueries(Reads):
    """Questions of those who look into admissions."""

    async def admission_checks(
        self, county: str | None, counties: Sequence[str], *, is_open: bool, after: str, limit: int
    ) -> list[AdmissionCheckRow]:
        """Admissions on a handbook alone that are to be looked into, or were, in order of their ids."""
        return await self.many(AdmissionCheckRow, _ADMISSION_CHECKS_SQL, county, is_open, after, limit, counties)

    async def handbook_of(self, encounter_id: str) -> str | None:
        """What handbook an admission rests on; None where it rests on none."""
        return await self.text(_HANDBOOK_SQL, encounter_id)
