"""Lists of encounters: a hospital's own or those of counties, by day, person and state; and who is in hospital now."""

from datetime import date, datetime
from typing import Final

import msgspec

from kernel.http import Wire
from kernel.values.divisions import counties_in
from kernel.writing.reads import Reads

#: $1 to $3 are whose, after which and how many.
_WANTED: Final = """
  AND ($4::text IS NULL OR e.person_id = $4) AND ($5::text IS NULL OR e.hospital_id = $5)
  AND ($6::text IS NULL OR e.kind = $6)
  AND ($7::date IS NULL OR e.admitted_on >= $7) AND ($8::date IS NULL OR e.admitted_on <= $8)
  AND ($9::text IS NULL OR e.encounter_id = ANY (ARRAY(
    SELECT owner_id FROM hospital_numbers WHERE kind = 'INPATIENT' AND number = $9)))
"""
_STANDING: Final = """
  SELECT e.encounter_id, e.person_id, e.hospital_id, e.kind, e.admitted_on, e.deposit_required, e.category,
         e.referral_id, c.cancelled_at, x.ended_on AS discharged_on, CASE
    WHEN c.encounter_id IS NOT NULL THEN 'CANCELLED'
    WHEN EXISTS (SELECT FROM settlements s WHERE s.encounter_id = e.encounter_id AND NOT EXISTS (
      SELECT FROM revocations r WHERE r.settlement_id = s.settlement_id)) THEN 'SETTLED'
    WHEN x.encounter_id IS NOT NULL THEN 'DISCHARGED' ELSE 'ADMITTED' END AS state
"""
_BESIDE: Final = "LEFT JOIN cancellations c USING (encounter_id) LEFT JOIN stay_ends x USING (encounter_id)"
_ENCOUNTERS_SQL: Final = f"""SELECT * FROM ({_STANDING} FROM encounters e {_BESIDE}
  WHERE ($1::text IS NULL OR e.hospital_id = $1) AND e.encounter_id > $2 {_WANTED}
) found WHERE ($10::text IS NULL OR state = $10) ORDER BY encounter_id LIMIT $3
"""
ENCOUNTERS_OF_COUNTIES_SQL: Final = f"""SELECT s.* FROM {counties_in("encounters", "$1")} k CROSS JOIN LATERAL (
  SELECT * FROM ({_STANDING} FROM encounters e {_BESIDE}
    WHERE e.county = k.county AND e.encounter_id > $2 {_WANTED}
  ) found WHERE ($10::text IS NULL OR state = $10) ORDER BY encounter_id LIMIT $3
) s ORDER BY s.encounter_id LIMIT $3
"""
#: Stays that go on are few, however many there ever were: these lists begin with them.
IN_HOSPITAL_SQL: Final = f"""{_STANDING} FROM open_stays o JOIN encounters e USING (encounter_id) {_BESIDE}
WHERE ($1::text IS NULL OR e.hospital_id = $1) AND ($10::text[] IS NULL OR e.county LIKE ANY($10))
  AND o.encounter_id > $2 {_WANTED} ORDER BY o.encounter_id LIMIT $3
"""
#: The state of a stay that goes on.
ADMITTED: Final = "ADMITTED"


class EncounterRow(Wire, frozen=True, kw_only=True):
    """One encounter in a list; ``state`` as in what is read of one."""

    encounter_id: str
    person_id: str
    hospital_id: str
    kind: str
    state: str
    admitted_on: date
    discharged_on: date | None
    deposit_required: bool
    category: str | None
    referral_id: str | None
    cancelled_at: datetime | None


class WantedEncounters(msgspec.Struct, frozen=True, kw_only=True):
    """Which encounters a list is to have; what is None does not matter."""

    person_id: str | None = None
    hospital_id: str | None = None
    kind: str | None = None
    admitted_from: date | None = None
    admitted_to: date | None = None
    #: The hospital's own number (住院号).
    inpatient_number: str | None = None


class ListingQueries(Reads):
    """Lists of encounters, each bounded."""

    async def encounters(
        self, hospital_id: str | None, wanted: WantedEncounters, state: str | None, after: str, limit: int
    ) -> list[EncounterRow]:
        """Encounters of one hospital, or of all, after one, in order of their ids."""
        asked = (hospital_id, after, limit, *msgspec.structs.astuple(wanted))
        if state == ADMITTED:
            return await self.many(EncounterRow, IN_HOSPITAL_SQL, *asked, None)
        return await self.many(EncounterRow, _ENCOUNTERS_SQL, *asked, state)

    async def encounters_of(
        self, counties: list[str], wanted: WantedEncounters, state: str | None, after: str, limit: int
    ) -> list[EncounterRow]:
        """Encounters of people whose counties are like one of these, in order of their ids."""
        asked = (after, limit, *msgspec.structs.astuple(wanted))
        if state == ADMITTED:
            return await self.many(EncounterRow, IN_HOSPITAL_SQL, None, *asked, counties)
        return await self.many(EncounterRow, ENCOUNTERS_OF_COUNTIES_SQL, counties, *asked, state)
