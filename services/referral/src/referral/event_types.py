"""Stored names of referral's events."""

from typing import Final

from kernel.event_registry import EventRegistry, EventType
from referral.domain.referral import (
    ReferralApplied,
    ReferralCancelled,
    ReferralEndorsed,
    ReferralReviewed,
    ReferralUsed,
)

REGISTRY: Final = EventRegistry(
    [
        EventType("ReferralApplied", ReferralApplied),
        EventType("ReferralEndorsed", ReferralEndorsed),
        EventType("ReferralReviewed", ReferralReviewed),
        EventType("ReferralCancelled", ReferralCancelled),
        EventType("ReferralUsed", ReferralUsed),
    ]
)
