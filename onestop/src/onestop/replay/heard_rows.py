"""Rows that a service keeps of another's messages, rebuilt from that one's events up to what was consumed by now."""

from collections.abc import Sequence

from kernel.writing.database import SingleConnection
from kernel.writing.read_tables import Change
from onestop.replay.hearing import Hearing
from onestop.replay.published import Told
from onestop.replay.run import Run
from onestop.replay.shadow import Shadow


class HeardRows:
    """One consumer's rows."""

    def __init__(self, writer: SingleConnection, run: Run, hearing: Hearing) -> None:
        self._shadow = Shadow(writer, run, hearing.service)
        self._hearing = hearing

    async def begin(self, live: SingleConnection) -> None:
        """See how far the consumer has come."""
        await self._hearing.begin(live)

    async def take(self, told: Sequence[Told]) -> None:
        """Rebuild what a page of messages left."""
        changes: list[Change] = []
        project, taken_of = self._hearing.heard.project, self._hearing.taken
        for one in told:
            if (taken := taken_of(one)) is not None:
                changes.extend(project(taken))
        await self._shadow.apply(changes)
