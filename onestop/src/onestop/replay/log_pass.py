"""One log, read once: its rows and what others keep of it are rebuilt, its events checked, its messages compared."""

import asyncio
import gc
from collections.abc import AsyncIterator, Sequence
from typing import Final

import msgspec

from kernel.running.service import Service
from kernel.writing.database import SingleConnection, administering
from kernel.writing.event_store.log import eventless, events_in_order, unnumbered
from kernel.writing.event_store.stream import LoggedEvent
from kernel.writing.read_tables import Change
from kernel.writing.snapshots import FOR_AS_LONG_AS_IT_TAKES, snapshot
from onestop.replay.checks.books import BookedMoney, ToldMoney
from onestop.replay.checks.check import Check
from onestop.replay.checks.claims import Claims
from onestop.replay.checks.messages import Messages
from onestop.replay.checks.outcomes import Outcomes
from onestop.replay.checks.people import lost_people
from onestop.replay.checks.years import Years
from onestop.replay.difference import Difference, Findings
from onestop.replay.from_topics import FromTopic
from onestop.replay.heard_rows import HeardRows
from onestop.replay.published import Numbering
from onestop.replay.run import Run, begin_once, come_to
from onestop.replay.shadow import Shadow
from onestop.services import SERVICES

_TOTAL_SQL: Final = "SELECT COALESCE(max(gseq), 0) FROM event_log"


class PassVerdict(msgspec.Struct, frozen=True):
    """What one log's pass came to."""

    events: int
    settlements: int
    differences: tuple[Difference, ...]


def pass_in_process(run: Run, name: str) -> PassVerdict:
    """The same in a process of its own, or at a worker that goes on to other things."""
    collected = gc.isenabled()
    gc.disable()  # what replay makes lives for one page and has no cycles
    try:
        return asyncio.run(pass_log(run, name))
    finally:
        if collected:
            gc.enable()


async def pass_log(run: Run, name: str) -> PassVerdict:
    """Read one service's log from the run's picture, and fill the run's schemas from it."""
    async with (
        snapshot(run.admin_url, SERVICES[name].schema, run.picture) as live,
        administering(run.admin_url, **FOR_AS_LONG_AS_IT_TAKES) as writer,
    ):
        await begin_once(writer, run, name)
        checks, outcomes = _checks(live, writer, run, name)
        return await _Pass(run, SERVICES[name], live, writer).through(checks, outcomes)


def _checks(live: SingleConnection, writer: SingleConnection, run: Run, name: str) -> tuple[list[Check], Outcomes]:
    outcomes = Outcomes()
    if name == "settlement":
        return [outcomes, Years(live, writer, run.name), Claims(writer, run.name)], outcomes
    return ([BookedMoney(writer, run.name)] if name == "fund-ledger" else []), outcomes


class _Pass:
    def __init__(self, run: Run, service: Service, live: SingleConnection, writer: SingleConnection) -> None:
        topic = service.parts.topic
        self._run = run
        self._service = service
        self._live = live
        self._writer = writer
        self._own = Shadow(writer, run, service)
        self._heard = [
            HeardRows(writer, run, consumer, heard)
            for consumer in SERVICES.values()
            for heard in consumer.parts.heard
            if heard.contract.topic == topic
        ]
        self._numbering = Numbering(service.parts.publish)
        self._messages = Messages(live, service.parts.publishes)
        self._money = ToldMoney(writer, run.name, service)
        self._found = Findings()

    async def through(self, checks: Sequence[Check], outcomes: Outcomes) -> PassVerdict:
        events, total = 0, await self._live.fetchval(_TOTAL_SQL)
        await self._messages.begin()
        await self._money.begin(self._live)
        for rows in self._heard:
            await rows.begin(self._live, self._service)
        async for page in self._pages():
            for check in checks:
                self._found.add(check, await check.page(page))
            await self._rebuild(page)
            events += len(page)
            await come_to(self._writer, self._run, self._service.parts.name, events, max(events, total))
        for check in checks:
            self._found.add(check, await check.end())
        self._found.add(self._messages, await self._messages.end(self._numbering.counters))
        await self._both_ways()
        if self._service.parts.name == "identity":
            self._found.add(self, await lost_people(self._live))
        return PassVerdict(events, outcomes.decided, self._found.all)

    def _pages(self) -> AsyncIterator[list[LoggedEvent]]:
        if self._run.topics is None:
            return events_in_order(self._live, self._service.parts.registry)
        return FromTopic(self._service, self._live, self._run.topics, self._found).pages(self._run.admin_url)

    async def _rebuild(self, page: Sequence[LoggedEvent]) -> None:
        changes: list[Change] = []
        for entry in page:
            changes.extend(self._service.parts.project(entry.recorded))
        await self._own.apply(changes)
        told = self._numbering.take(page)
        for rows in self._heard:
            await rows.take(told)
        self._found.add(self._messages, await self._messages.take(told))
        await self._money.take(told)

    async def _both_ways(self) -> None:
        name = self._service.parts.name
        lost = [
            Difference(f"{name} {fault}", "an event", "no entry of the log") for fault in await unnumbered(self._live)
        ]
        empty = [Difference(f"{name} {fault}", "an entry", "no event") for fault in await eventless(self._live)]
        self._found.add(self, [*lost, *empty])
