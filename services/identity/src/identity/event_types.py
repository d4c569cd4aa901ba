"""Stored names of identity's events; a name never changes, a class may move."""

from typing import Final

from identity.domain.entry import (
    EntryAmended,
    EntryApproved,
    EntryEntered,
    EntryRejected,
    EntryReturned,
    EntryReviewed,
    EntryWithdrawn,
)
from identity.domain.lookup import LookupMade
from identity.domain.person import (
    DeathRecorded,
    MembershipAsserted,
    MembershipCorrected,
    MembershipEnded,
    PersonEnrolled,
    PersonRegistered,
)
from kernel.event_registry import EventRegistry, EventType

REGISTRY: Final = EventRegistry(
    [
        EventType("PersonRegistered", PersonRegistered),
        EventType("MembershipAsserted", MembershipAsserted),
        EventType("MembershipEnded", MembershipEnded),
        EventType("MembershipCorrected", MembershipCorrected),
        EventType("PersonEnrolled", PersonEnrolled),
        EventType("DeathRecorded", DeathRecorded),
        EventType("LookupMade", LookupMade),
        EventType("EntryEntered", EntryEntered),
        EventType("EntryAmended", EntryAmended),
        EventType("EntryReviewed", EntryReviewed),
        EventType("EntryApproved", EntryApproved),
        EventType("EntryReturned", EntryReturned),
        EventType("EntryRejected", EntryRejected),
        EventType("EntryWithdrawn", EntryWithdrawn),
    ]
)
