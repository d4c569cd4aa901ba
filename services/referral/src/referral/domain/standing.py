"""A referral as it stands after an event, for rows and messages."""

from datetime import date

import msgspec

from referral.domain.referral import (
    Event,
    ReferralApplied,
    ReferralCancelled,
    ReferralEndorsed,
    ReferralReviewed,
    ReferralUsed,
)


class Standing(msgspec.Struct, frozen=True):
    """A referral after an event, whole."""

    form: ReferralApplied
    state: str
    endorsed_on: date | None = None
    approved_on: date | None = None
    encounter_id: str | None = None


def standing_after(event: Event) -> Standing:
    """What a referral looks like after an event; each event says enough."""
    match event:
        case ReferralApplied():
            return Standing(event, "APPLIED")
        case ReferralEndorsed():
            return Standing(event.form, "HOSPITAL_AGREED" if event.agreed else "HOSPITAL_REFUSED", event.sealed_on)
        case ReferralReviewed(approved=True):
            return Standing(event.form, "AGENCY_APPROVED", event.endorsed_on, event.sealed_on)
        case ReferralReviewed():
            return Standing(event.form, "AGENCY_REJECTED", event.endorsed_on)
        case ReferralCancelled():
            return Standing(event.form, "CANCELLED")
        case ReferralUsed():
            return Standing(event.form, "USED", event.endorsed_on, event.approved_on, event.encounter_id)
