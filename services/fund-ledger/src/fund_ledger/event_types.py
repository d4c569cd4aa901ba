"""Stored names of the ledger's events."""

from typing import Final

from fund_ledger.journals.domain.events import FundOverdrawn, FundRestored, JournalBooked, JournalReversed
from kernel.writing.event_registry import EventRegistry, EventType

REGISTRY: Final = EventRegistry(
    [
        EventType("JournalBooked", JournalBooked),
        EventType("JournalReversed", JournalReversed),
        EventType("FundOverdrawn", FundOverdrawn),
        EventType("FundRestored", FundRestored),
    ]
)
