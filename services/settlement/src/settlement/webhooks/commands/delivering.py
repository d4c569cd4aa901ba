"""Delivering: the elected instance brings each hospital what happened, in order; nobody waits for another."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog

from kernel.http import encode
from kernel.http.paging import write_cursor
from kernel.running.clock import Clock
from kernel.writing.event_store.archived import ArchivedError
from kernel.writing.signals import asked_to_end
from settlement.encounters.queries.changes import ChangeQueries, Numbered
from settlement.webhooks.commands.failing import FailingWatch
from settlement.webhooks.commands.sending import Sender
from settlement.webhooks.queries.delivery import Delivery
from settlement.webhooks.queries.positions import PositionQueries, Standing

_log: Final = structlog.get_logger(__name__)

#: Changes in one request, and requests at a time.
ITEMS_MAX: Final = 50
_AT_ONCE: Final = 16
#: Pauses after failures: this, twice this, and so on up to an hour. A day's outage is made good within the hour after.
FIRST_PAUSE: Final = timedelta(seconds=2)
_LAST_PAUSE: Final = timedelta(hours=1)
_DOUBLINGS_MAX: Final = 11
#: Something went wrong here that nobody thought of: the log has it.
NOT_SENT: Final = "NOT_SENT"


class Delivering:
    """The job of the elected instance. ``look_seconds`` lie between two looks for news."""

    def __init__(
        self,
        positions: PositionQueries,
        changes: ChangeQueries,
        sender: Sender,
        clock: Clock,
        failing: FailingWatch,
        look_seconds: float,
    ) -> None:
        self._positions = positions
        self._changes = changes
        self._sender = sender
        self._clock = clock
        self._failing = failing
        self._look_seconds = look_seconds
        self._sending: dict[str, asyncio.Task[None]] = {}
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def run(self) -> None:
        """Deliver until cancelled."""
        try:
            while not asked_to_end():
                await self._look()
                await self._failing.look()
                await asyncio.sleep(self._look_seconds)
        finally:
            self._failing.stop()
            for task in self._sending.values():
                task.cancel()
            await asyncio.gather(*self._sending.values(), return_exceptions=True)
            self._sending.clear()

    async def _look(self) -> None:
        for hospital_id, task in list(self._sending.items()):
            if task.done():
                del self._sending[hospital_id]
                task.result()  # what could not even be noted ends the job, which begins again
        # Those that have reached the same number are asked for in one question: nearly always all of them.
        groups = defaultdict[int, list[Standing]](list)
        for standing in await self._positions.due(self._clock()):
            if standing.hospital_id not in self._sending:
                groups[standing.reached].append(standing)
        for reached, standings in sorted(groups.items()):
            await self._begin(reached, standings)

    async def _begin(self, reached: int, standings: list[Standing]) -> None:
        try:
            found = await self._changes.of_hospitals(reached, [each.hospital_id for each in standings], ITEMS_MAX)
        except ArchivedError:
            for standing in standings:
                await self._failed(standing, "ARCHIVED")
            return
        theirs = defaultdict[str, list[Numbered]](list)
        for item in found.items:
            theirs[item.change.hospital_id].append(item)
        idle = [standing for standing in standings if standing.hospital_id not in theirs]
        if idle and found.last > reached:
            await self._positions.passed(idle, found.last, self._clock())
        for standing in standings:
            if items := theirs.get(standing.hospital_id):
                task = asyncio.create_task(self._deliver(standing, items))
                self._sending[standing.hospital_id] = task

    async def _deliver(self, standing: Standing, items: Sequence[Numbered]) -> None:
        try:
            await self._bring(standing, items)
        except Exception as error:  # whatever it is, the others get theirs
            if standing.last_failure != NOT_SENT:  # a line when it begins, not one an attempt
                _log.error("a webhook is not sent", hospital=standing.hospital_id, exc_info=error)
            await self._failed(standing, NOT_SENT)

    async def _bring(self, standing: Standing, items: Sequence[Numbered]) -> None:
        last = items[-1].number
        body = Delivery(
            hospital_id=standing.hospital_id,
            items=tuple(item.change for item in items),
            next=write_cursor((last,)),
        )
        async with self._gate:
            now = self._clock()
            failure = await self._sender.send(standing.url, encode(body), f"{items[0].number}-{last}", now)
        if failure is None:
            await self._positions.delivered(standing, last, self._clock())
        else:
            await self._failed(standing, failure)

    async def _failed(self, standing: Standing, why: str) -> None:
        now = self._clock()
        await self._positions.failed(standing, why, now, now + pause_after(standing.failures))


def pause_after(failures: int) -> timedelta:
    """How long to wait after a failure that had so many before it without a success between."""
    return min(FIRST_PAUSE * (1 << min(failures, _DOUBLINGS_MAX)), _LAST_PAUSE)
