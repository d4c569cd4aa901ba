"""Outcomes decided again: every settlement and supplement, by the law that was adopted."""

from collections.abc import Iterable, Sequence

from kernel.writing.event_store.stream import LoggedEvent
from onestop.replay.difference import Difference
from onestop.replay.redecide import Redecider


class Outcomes:
    """Decides again what comes by."""

    def __init__(self) -> None:
        self._redecider = Redecider()

    @property
    def decided(self) -> int:
        """How many were decided again."""
        return self._redecider.decided

    async def page(self, entries: Sequence[LoggedEvent]) -> Iterable[Difference]:
        """Where the next page's outcomes come out otherwise."""
        return [found for entry in entries if (found := self._redecider.check(entry.recorded.event))]

    async def end(self) -> Iterable[Difference]:
        """Each was decided where it stood."""
        return ()
