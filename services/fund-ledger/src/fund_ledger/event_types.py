"""Stored names of the ledger's events."""

from typing import Final, get_args

from fund_ledger.journals.domain.events import JournalEvent
from kernel.writing.event_registry import EventRegistry

REGISTRY: Final = EventRegistry(get_args(JournalEvent))
