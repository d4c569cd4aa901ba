"""Stored names of referral's events."""

from typing import Final

from kernel.writing.event_registry import EventRegistry, EventType
from referral.copies import domain as delivery
from referral.referrals.domain import referral

REGISTRY: Final = EventRegistry(
    [
        EventType("ReferralApplied", referral.ReferralApplied),
        EventType("HospitalAgreed", referral.HospitalAgreed),
        EventType("HospitalRefused", referral.HospitalRefused),
        EventType("AgencyApproved", referral.AgencyApproved),
        EventType("AgencyRejected", referral.AgencyRejected),
        EventType("ReferralCancelled", referral.ReferralCancelled),
        EventType("ReferralExpired", referral.ReferralExpired),
        EventType("ReferralUsed", referral.ReferralUsed),
        EventType("MisuseRecorded", referral.MisuseRecorded),
        EventType("CopyDelivered", delivery.CopyDelivered),
    ]
)
