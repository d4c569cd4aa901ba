"""What referral publishes: how far a filing for care outside the county has come."""

from datetime import date
from typing import Final

import msgspec

from kernel.values.contract import Contract

TOPIC: Final = "referral"


class ReferralChanged(msgspec.Struct, frozen=True, kw_only=True):
    """A referral after a change (DOMAIN B11); ``revision`` grows by one with each."""

    referral_id: str
    revision: int
    person_id: str
    state: str
    sending_hospital: str
    receiving_hospital: str
    applied_on: date | None = None
    endorsed_on: date | None = None
    approved_on: date | None = None
    expires_on: date | None = None
    #: The day of an emergency admission that this was filed for afterwards.
    emergency_admitted_on: date | None = None
    #: The day on which the agency's seal was entered, which may be later than the day that it bears.
    approval_entered_on: date | None = None


CONTRACT: Final = Contract.of(TOPIC, ReferralChanged)
