"""Referrals as referral told of them: for whom, to which hospital, and whether the approval stands."""

from datetime import date

import msgspec

from kernel.values.refusals import Refused, conflict


class Referral(msgspec.Struct, frozen=True, kw_only=True):
    """The referral that an encounter names, as referral last told of it."""

    state: str
    person_id: str
    receiving_hospital: str
    approved_on: date | None
    emergency_admitted_on: date | None = None
    revision: int | None = None
    approval_entered_on: date | None = None

    @property
    def standing_approval(self) -> date | None:
        """The day of the agency's approval, while it stands."""
        return self.approved_on if self.state in ("AGENCY_APPROVED", "USED") else None

    def filed_for(self, admitted_on: date | None) -> bool:
        """Whether it was filed afterwards for an emergency admission of that day."""
        return self.emergency_admitted_on == admitted_on


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


def check_free(referral_id: str, taken_by: str | None) -> None:
    """Refuse a referral on which another stay rests: one referral, one stay (AMB-H5)."""
    if taken_by is not None:
        detail = f"referral {referral_id} was used by encounter {taken_by}; file another one, or cancel that admission"
        raise conflict("REFERRAL_USED", detail, referral=referral_id, encounter=taken_by)
