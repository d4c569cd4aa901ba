"""A referral as it stands; every event carries the standing that it leads to."""

from datetime import date
from enum import StrEnum

import msgspec

from referral.referrals.domain.form import Form


class State(StrEnum):
    """Where a referral is (DOMAIN B11). A draft is the hospital's own affair and is not known here."""

    APPLIED = "APPLIED"
    HOSPITAL_AGREED = "HOSPITAL_AGREED"
    HOSPITAL_REFUSED = "HOSPITAL_REFUSED"
    AGENCY_APPROVED = "AGENCY_APPROVED"
    AGENCY_REJECTED = "AGENCY_REJECTED"
    USED = "USED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"


class Opinion(msgspec.Struct, frozen=True):
    """What an office wrote on the form, and the day of its seal."""

    text: str
    sealed_on: date


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The whole referral. ``review`` is the agency's opinion, ``approved_on`` its day where it approved.

    ``revision`` grows by one with each change. ``expires_on`` is the last day on which a stay may begin; None where
    approvals do not expire. ``county`` is the applicant's on the day of the application: its agency decides; None where
    identity had told of none.
    """

    form: Form
    state: State
    revision: int
    endorsement: Opinion | None = None
    review: Opinion | None = None
    approved_on: date | None = None
    expires_on: date | None = None
    encounter_id: str | None = None
    ended_because: str | None = None
    county: str | None = None
    #: The day on which the approval was entered; None for those of before this was kept.
    approval_entered_on: date | None = None

    @property
    def waiting_since(self) -> date | None:
        """Since when it waits for the hospital's seal, or then for the agency's; None where it waits for neither."""
        if self.state is State.APPLIED:
            return self.form.signed_on
        return self.endorsed_on if self.state is State.HOSPITAL_AGREED else None

    @property
    def endorsed_on(self) -> date | None:
        """The day of the sending hospital's seal."""
        return None if self.endorsement is None else self.endorsement.sealed_on

    @property
    def reviewed_on(self) -> date | None:
        """The day of the agency's seal."""
        return None if self.review is None else self.review.sealed_on

    def moved(self, **parts: object) -> "Standing":
        """This referral one change later."""
        return msgspec.structs.replace(self, revision=self.revision + 1, **parts)
