"""A check: what it needs to remember for a page of events, and what it says of each event."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from kernel.writing.event_store.stream import LoggedEvent
from onestop.replay.difference import Difference


class Check(Protocol):
    """Sees one service's events page by page, each once and in order."""

    async def page(self, entries: Sequence[LoggedEvent]) -> Iterable[Difference]:
        """What is wrong with the next page's events."""

    async def end(self) -> Iterable[Difference]:
        """What is wrong with what has come of all of them."""
