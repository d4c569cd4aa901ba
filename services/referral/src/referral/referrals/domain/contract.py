"""Which hospital files: a contracted one of the applicant's own county, 在当地定点协议医疗机构办理 (001 二(六))."""

from datetime import date

import msgspec

from kernel.values.divisions import is_local
from kernel.values.refusals import conflict


class Contract(msgspec.Struct, frozen=True):
    """The first and the last day of an institution's contract with the agency; None while it goes on."""

    begins_on: date
    ends_on: date | None = None


def check_contract(hospital_id: str, contract: Contract | None, signed_on: date) -> None:
    """Refuse a form of a hospital whose contract does not hold on the day of the signature: HOSPITAL_NOT_CONTRACTED.

    One of which the registry has told nothing has no contract that anybody knows of.
    """
    if contract is None:
        raise conflict(
            "HOSPITAL_NOT_CONTRACTED",
            f"no contract of {hospital_id} is known: the agency enters it in the registry (POST /v1/institutions of "
            "settlement); right after that, try again",
            hospital=hospital_id,
        )
    if signed_on < contract.begins_on or (contract.ends_on is not None and contract.ends_on < signed_on):
        until = "goes on" if contract.ends_on is None else f"ended on {contract.ends_on}"
        raise conflict(
            "HOSPITAL_NOT_CONTRACTED",
            f"the contract of {hospital_id} began on {contract.begins_on} and {until}; on {signed_on} it files no "
            "referral, so let a designated hospital file it",
            hospital=hospital_id,
        )


def check_local(hospital_id: str, division: str | None, county: str | None) -> None:
    """Refuse a form of a hospital outside the county that is in charge of the applicant: HOSPITAL_NOT_LOCAL.

    当地 is read as where the stay would be one in the county (县域内诊治), which is what the referral is to leave. Of
    whom nobody knows the county, or of a hospital whose place has not been told, nothing is local.
    """
    if county is None or division is None or not is_local(division, county):
        place = "is not known to lie anywhere" if division is None else f"lies in {division}"
        raise conflict(
            "HOSPITAL_NOT_LOCAL",
            f"{hospital_id} {place}; a referral is filed by a designated hospital of the applicant's own county, "
            "before the patient leaves it",
            hospital=hospital_id,
        )
