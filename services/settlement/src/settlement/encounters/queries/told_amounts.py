"""What the owners of outer payers may see of stays: whose and when they were, and what was told of them."""

from datetime import date
from typing import Final

import msgspec

from kernel.values.divisions import counties_in
from kernel.writing.reads import Reads
from settlement.encounters.domain import refusals
from settlement.encounters.domain.encounter import DECIDER
from settlement.encounters.domain.owners_events import OuterAmountTold
from settlement.encounters.domain.state import Cancelled, Open, Settled

_STAY: Final = """
SELECT e.encounter_id, e.person_id, e.hospital_id, e.kind, e.county, e.admitted_on, x.ended_on AS discharged_on
"""
_BESIDE: Final = """
LEFT JOIN stay_ends x USING (encounter_id)
WHERE e.person_id = $2 AND e.encounter_id > $3 AND NOT EXISTS (
  SELECT FROM cancellations c WHERE c.encounter_id = e.encounter_id)
"""
_STAYS_SQL: Final = f"""{_STAY} FROM encounters e {_BESIDE} AND $1::text[] IS NULL ORDER BY e.encounter_id LIMIT $4"""
STAYS_OF_COUNTIES_SQL: Final = f"""SELECT s.* FROM {counties_in("encounters", "$1")} k CROSS JOIN LATERAL (
  {_STAY} FROM encounters e {_BESIDE} AND e.county = k.county ORDER BY e.encounter_id LIMIT $4
) s ORDER BY s.encounter_id LIMIT $4
"""


class StayOfPerson(msgspec.Struct, frozen=True, kw_only=True):
    """A stay or visit of a person, with no word of what it was for."""

    encounter_id: str
    person_id: str
    hospital_id: str
    kind: str
    county: str
    admitted_on: date
    discharged_on: date | None


class ToldAmountQueries(Reads):
    """Questions about amounts that owners tell."""

    async def stays(self, counties: list[str] | None, person_id: str, after: str, limit: int) -> list[StayOfPerson]:
        """A person's stays that were not cancelled, of people of these counties or of all, in order of their ids."""
        sql = _STAYS_SQL if counties is None else STAYS_OF_COUNTIES_SQL
        return await self.many(StayOfPerson, sql, counties, person_id, after, limit)

    async def told(self, encounter_id: str, hospital_id: str | None) -> tuple[OuterAmountTold, ...]:
        """What was told last of each payer; raises Refused ENCOUNTER_UNKNOWN, also for another hospital's stay."""
        match DECIDER.fold(await self.events(f"encounter/{encounter_id}")):
            case Settled(before=opened) | Cancelled(before=opened) | (Open() as opened):
                if hospital_id in (None, opened.admission.hospital_id):
                    return tuple(one for _, one in sorted(opened.told.items()))
            case _:
                pass
        raise refusals.encounter_unknown(encounter_id)
