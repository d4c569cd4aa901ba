"""Stored names of referral's events."""

from typing import Final, get_args

from kernel.messaging.mending import MendingEvent
from kernel.running.scans.domain import ScanEvent
from kernel.writing.event_registry import EventRegistry
from referral.copies.domain import CopyDelivered
from referral.referrals.domain.referral import Event

REGISTRY: Final = EventRegistry([*get_args(Event), CopyDelivered, *get_args(ScanEvent), *get_args(MendingEvent)])
