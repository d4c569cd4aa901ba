"""Stored names of the events of operations."""

from typing import Final, get_args

from kernel.messaging.mending import MendingEvent
from kernel.writing.event_registry import EventRegistry

REGISTRY: Final = EventRegistry([*get_args(MendingEvent)])
