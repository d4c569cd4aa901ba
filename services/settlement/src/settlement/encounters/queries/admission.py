"""What admission needs to know: the person, the hospital, the law and the referral, in one round trip."""

from datetime import date
from typing import Any, Final

import msgspec

from kernel.running.runtime import Runtime
from kernel.values.refusals import conflict
from law import Standing
from settlement.encounters.domain.stays import Stay
from settlement.institutions.domain import Institution, hospital_unknown
from settlement.institutions.queries import INSTITUTION, institution_in
from settlement.people.domain import Life, check_record, person_told, person_unknown


def _other_stays(encounter: str, since: str) -> str:
    """Stays of person $1 but for an encounter that went on after a day, as a JSON array; of merged records, too."""
    return f"""(
  SELECT json_agg(json_build_array(e.admitted_on, x.ended_on, s.in_hospital_since) ORDER BY e.admitted_on)
  FROM encounters e LEFT JOIN stays s USING (encounter_id) LEFT JOIN stay_ends x USING (encounter_id)
  WHERE e.person_id = ANY (array_append(ARRAY(SELECT person_id FROM people WHERE merged_into = $1), $1))
  AND e.kind = 'inpatient' AND e.encounter_id <> {encounter} AND (x.ended_on IS NULL OR x.ended_on >= {since})
  AND NOT EXISTS (SELECT FROM cancellations c WHERE c.encounter_id = e.encounter_id))"""


_SQL: Final = f"""
SELECT p.county, p.entitlement, {INSTITUTION},
       COALESCE(f.merged_into, r.person_id) AS referral_person, r.receiving_hospital,
       h.result AS handbook, h.person_id AS handbook_person, h.hospital_id AS handbook_hospital,
       COALESCE(n.version, 0) AS admissions, {_other_stays("$5", "$6")} AS others, (
  SELECT e.encounter_id FROM encounters e
  WHERE e.referral_id = $3 AND e.encounter_id <> $5 AND NOT EXISTS (
    SELECT FROM cancellations c WHERE c.encounter_id = e.encounter_id)
  LIMIT 1) AS referral_taken_by
FROM (SELECT 1) one
LEFT JOIN admission_numbers n ON n.person_id = $1
LEFT JOIN people p ON p.person_id = $1
LEFT JOIN institutions i ON i.hospital_id = $2
LEFT JOIN referrals r ON r.referral_id = $3
LEFT JOIN handbook_checks h ON h.check_id = $4
LEFT JOIN people f ON f.person_id = r.person_id
"""
_BESIDE_SQL: Final = f"SELECT {_other_stays('$2', '$3')}"
_stays_decoder: Final = msgspec.json.Decoder(tuple[Stay, ...])


class AdmissionFile(msgspec.Struct, frozen=True, kw_only=True):
    """A person at a hospital's door."""

    county: str
    standing: Standing
    life: Life
    institution: Institution
    #: Whom the referral is for and to which hospital, if it is known.
    referral_told: tuple[str, str] | None
    #: What identity said of a handbook that was shown.
    handbook: str | None
    #: The person's stays that went on after the day of the admission.
    others: tuple[Stay, ...]
    #: How many admissions there were that may exclude this one; the number of this one is the next.
    admissions: int
    #: The encounter that rests on the referral already.
    referral_taken_by: str | None


async def load_admission(
    runtime: Runtime,
    person_id: str,
    hospital_id: str,
    referral_id: str | None,
    handbook_check_id: str | None = None,
    *,
    encounter_id: str,
    day: date,
) -> AdmissionFile:
    """Everything for one admission; raises Refused PERSON_…, HOSPITAL_UNKNOWN, HANDBOOK_CHECK_UNKNOWN."""
    row = await runtime.store.pool.fetchrow(
        _SQL, person_id, hospital_id, referral_id, handbook_check_id, encounter_id, day
    )
    assert row is not None
    if row["county"] is None:
        raise person_unknown(person_id)
    institution = institution_in(row)
    if institution is None:
        raise hospital_unknown(hospital_id)
    told = person_told(row["entitlement"])
    check_record(person_id, told)
    referred = row["receiving_hospital"] is not None
    return AdmissionFile(
        county=row["county"],
        standing=told.standing,
        life=told.life,
        institution=institution,
        referral_told=(row["referral_person"], row["receiving_hospital"]) if referred else None,
        handbook=None if handbook_check_id is None else _handbook(row, person_id, hospital_id, handbook_check_id),
        others=_stays_decoder.decode(row["others"] or "[]"),
        admissions=row["admissions"],
        referral_taken_by=row["referral_taken_by"],
    )


async def stays_beside(runtime: Runtime, person_id: str, encounter_id: str, since: date) -> tuple[Stay, ...]:
    """The person's other stays that went on after a day."""
    return _stays_decoder.decode(await runtime.store.pool.fetchval(_BESIDE_SQL, person_id, encounter_id, since) or "[]")


def _handbook(row: Any, person_id: str, hospital_id: str, check_id: str) -> str:
    """What a check said; raises Refused HANDBOOK_CHECK_UNKNOWN for another person's or hospital's, too."""
    if (row["handbook_person"], row["handbook_hospital"]) != (person_id, hospital_id):
        raise conflict(
            "HANDBOOK_CHECK_UNKNOWN",
            f"no check {check_id} of a handbook is known for this person and hospital; check it, or send this again "
            "in a moment",
            handbook_check_id=check_id,
        )
    result: str = row["handbook"]
    return result
