"""Stored names of referral's events."""

from typing import Final, get_args

from kernel.messaging.mending import MendingEvent
from kernel.writing.event_registry import EventRegistry
from referral.copies.domain import CopyDelivered
from referral.referrals.domain.referral import Event

REGISTRY: Final = EventRegistry([*get_args(Event), CopyDelivered, *get_args(MendingEvent)])
