"""What is known of a clinic's visits before another is entered."""

from typing import Final

from kernel.writing.reads import Reads
from settlement.institutions.domain import Institution, hospital_unknown
from settlement.institutions.queries import INSTITUTION, institution_in
from settlement.visit_records.domain import VisitRecord

_CLINIC_SQL: Final = f"SELECT {INSTITUTION} FROM institutions i WHERE i.hospital_id = $1"
_SAME_SQL: Final = """
SELECT s.settlement_id FROM encounters e JOIN settlements s USING (encounter_id)
LEFT JOIN revocations r USING (settlement_id)
WHERE e.person_id = $1 AND e.hospital_id = $2 AND e.kind = $3 AND e.admitted_on = $4 AND s.total_fen = $5
  AND r.settlement_id IS NULL LIMIT 1
"""


class VisitQueries(Reads):
    """Questions before a record is entered."""

    async def clinic(self, clinic_id: str) -> Institution:
        """The clinic as the registry has it; raises Refused HOSPITAL_UNKNOWN."""
        row = await self.pool.fetchrow(_CLINIC_SQL, clinic_id)
        found = None if row is None else institution_in(row)
        if found is None:
            raise hospital_unknown(clinic_id)
        return found

    async def same_visit(self, clinic_id: str, record: VisitRecord) -> str | None:
        """A settlement that stands of the same person, clinic, kind, day and sum; None where there is none."""
        asked = (record.person_id, clinic_id, record.kind, record.on, record.total_fen)
        return await self.text(_SAME_SQL, *asked)
