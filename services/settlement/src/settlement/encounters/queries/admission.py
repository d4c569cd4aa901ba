"""What admission needs to know: the person, the hospital, the law and the referral, in one round trip."""

from datetime import date
from typing import Any, Final

import msgspec

from kernel.running.runtime import Runtime
from kernel.values.refusals import conflict
from law import Standing
from settlement.institutions.domain import Institution, hospital_unknown
from settlement.institutions.queries import INSTITUTION, institution_in
from settlement.people.domain import check_record, person_told, person_unknown

_SQL: Final = f"""
SELECT p.county, p.entitlement, {INSTITUTION},
       COALESCE(f.merged_into, r.person_id) AS referral_person, r.receiving_hospital,
       h.result AS handbook, h.person_id AS handbook_person, h.hospital_id AS handbook_hospital
FROM (SELECT 1) one
LEFT JOIN people p ON p.person_id = $1
LEFT JOIN institutions i ON i.hospital_id = $2
LEFT JOIN referrals r ON r.referral_id = $3
LEFT JOIN handbook_checks h ON h.check_id = $4
LEFT JOIN people f ON f.person_id = r.person_id
"""


class AdmissionFile(msgspec.Struct, frozen=True, kw_only=True):
    """A person at a hospital's door."""

    county: str
    standing: Standing
    deceased_on: date | None
    institution: Institution
    #: Whom the referral is for and to which hospital, if it is known.
    referral_told: tuple[str, str] | None
    #: What identity said of a handbook that was shown.
    handbook: str | None


async def load_admission(
    runtime: Runtime, person_id: str, hospital_id: str, referral_id: str | None, handbook_check_id: str | None = None
) -> AdmissionFile:
    """Everything for one admission; raises Refused PERSON_…, HOSPITAL_UNKNOWN, HANDBOOK_CHECK_UNKNOWN."""
    row = await runtime.store.pool.fetchrow(_SQL, person_id, hospital_id, referral_id, handbook_check_id)
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
        deceased_on=told.deceased_on,
        institution=institution,
        referral_told=(row["referral_person"], row["receiving_hospital"]) if referred else None,
        handbook=None if handbook_check_id is None else _handbook(row, person_id, hospital_id, handbook_check_id),
    )


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
