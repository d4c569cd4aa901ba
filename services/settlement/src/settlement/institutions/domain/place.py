"""Places: pooling area and locality of care, from six-digit division codes."""

from kernel.values.refusals import Refused


def pooling_area(county: str) -> str:
    """The pooling area (统筹区) of a county: its city."""
    return county[:4] + "00"


def locality(county: str, institution_division: str) -> str:
    """``in_county`` where the institution lies in the person's county; for somebody of the city itself, in its city."""
    same_city = institution_division[:4] == county[:4]
    if institution_division == county or (same_city and county.endswith("00")):
        return "in_county"
    return "out_county"


def check_referral(referral_id: str, person_id: str, hospital_id: str, told: tuple[str, str] | None) -> None:
    """Refuse a referral of another person or to another hospital; ``told`` is (person, receiving hospital)."""
    if told is None:
        raise Refused("REFERRAL_UNKNOWN", f"referral {referral_id} is not known here; file it first")
    if told != (person_id, hospital_id):
        raise Refused(
            "REFERRAL_FOREIGN",
            f"referral {referral_id} is for another person or another hospital than {hospital_id}",
            about={"referral": referral_id},
        )
