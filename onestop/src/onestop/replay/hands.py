"""The two hands of a pass: one makes rows again, the other judges. Either can work alone, in a process of its own."""

from collections.abc import Sequence
from typing import Protocol

from kernel.running.service import Service
from kernel.writing.database import SingleConnection
from kernel.writing.event_store.log import eventless, unnumbered
from kernel.writing.event_store.stream import LoggedEvent
from kernel.writing.read_tables import Change
from onestop.replay.checks.books import BookedMoney, ToldMoney
from onestop.replay.checks.check import Check
from onestop.replay.checks.claims import Claims
from onestop.replay.checks.messages import Messages
from onestop.replay.checks.outcomes import Outcomes
from onestop.replay.checks.people import lost_people
from onestop.replay.checks.years import Years
from onestop.replay.difference import Difference, Findings
from onestop.replay.heard_rows import HeardRows
from onestop.replay.hearing import hearings_of
from onestop.replay.published import Told
from onestop.replay.run import Run
from onestop.replay.shadow import Shadow


class Hand(Protocol):
    """Sees a log page by page, each event once and in order, with the messages that it tells."""

    async def begin(self) -> None:
        """See how far others have come."""

    async def take(self, page: Sequence[LoggedEvent], told: Sequence[Told]) -> None:
        """Work the next page off."""

    async def end(self, counters: Sequence[int]) -> None:
        """All has come; ``counters`` are how many messages of each partition it told."""


class Rebuilding:
    """Makes the rows of a log again: those of its service, and those that others keep of what it tells."""

    def __init__(self, run: Run, service: Service, live: SingleConnection, writer: SingleConnection) -> None:
        self._project = service.parts.project
        self._live = live
        self._own = Shadow(writer, run, service)
        self._heard = [HeardRows(writer, run, hearing) for hearing in hearings_of(service, run.otherwise)]

    async def begin(self) -> None:
        """See how far the consumers have come."""
        for rows in self._heard:
            await rows.begin(self._live)

    async def take(self, page: Sequence[LoggedEvent], told: Sequence[Told]) -> None:
        """Write what a page leaves."""
        changes: list[Change] = []
        for entry in page:
            changes.extend(self._project(entry.recorded))
        await self._own.apply(changes)
        for rows in self._heard:
            await rows.take(told)

    async def end(self, counters: Sequence[int]) -> None:
        """All rows are there; they are compared when every log is through."""


class Judging:
    """Decides a log's outcomes again, and holds what was told and booked against its events."""

    def __init__(
        self, run: Run, service: Service, live: SingleConnection, writer: SingleConnection, found: Findings
    ) -> None:
        self._service = service
        self._live = live
        self._outcomes = Outcomes()
        self._checks = self._checks_of(run, writer)
        self._messages = Messages(live, service.parts.publishes)
        self._money = ToldMoney(writer, run, service)
        self._found = found

    @property
    def decided(self) -> int:
        """How many outcomes were decided again."""
        return self._outcomes.decided

    def _checks_of(self, run: Run, writer: SingleConnection) -> list[Check]:
        match self._service.parts.name:
            case "settlement":
                return [self._outcomes, Years(self._live, writer, run.name), Claims(writer, run.name)]
            case "fund-ledger":
                return [BookedMoney(writer, run.name)]
            case _:
                return []

    async def begin(self) -> None:
        """See how far the relay and the ledger have come."""
        await self._messages.begin()
        await self._money.begin(self._live)

    async def take(self, page: Sequence[LoggedEvent], told: Sequence[Told]) -> None:
        """What is wrong with a page's events and messages."""
        for check in self._checks:
            self._found.add(check, await check.page(page))
        self._found.add(self._messages, await self._messages.take(told))
        await self._money.take(told)

    async def end(self, counters: Sequence[int]) -> None:
        """What is wrong with what has come of all of them."""
        for check in self._checks:
            self._found.add(check, await check.end())
        self._found.add(self._messages, await self._messages.end(counters))
        await self._both_ways()
        if self._service.parts.name == "identity":
            self._found.add(self, await lost_people(self._live))

    async def _both_ways(self) -> None:
        name = self._service.parts.name
        lost = [
            Difference(f"{name} {fault}", "an event", "no entry of the log") for fault in await unnumbered(self._live)
        ]
        empty = [Difference(f"{name} {fault}", "an entry", "no event") for fault in await eventless(self._live)]
        self._found.add(self, [*lost, *empty])
