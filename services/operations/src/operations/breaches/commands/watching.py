"""The look for clocks that have passed."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Final

from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from kernel.running.troubles import Cause, cause_of
from kernel.values.china_time import china_date
from kernel.writing.command_context import CommandContext
from law.clocks.official import official_calendar
from operations.breaches.commands.late_cases import LateCaseLook
from operations.breaches.commands.measuring import IndicatorLook
from operations.breaches.commands.register import BreachCommands, breach_id_of, party_of
from operations.breaches.domain.breach import Breach, OpenBreach
from operations.breaches.domain.kinds import OF_CLOCKS
from operations.clocks.domain.schedule import ABOUT_DAYS, Due, due_between, state_of
from operations.clocks.queries import ClockQueries, done_on
from operations.config import Config

#: Clocks that passed longer ago are history: who installs operations later gets no flood of old breaches.
_LOOK_BACK_DAYS: Final = 40
_OPENED_BY: Final = "operations"


class ClockWatch:
    """Looks every so often which clocks are about to break, and opens a breach for each that has passed.

    With them it looks at the indicators of the month that has ended, and at bills on paper that are paid late.
    """

    def __init__(self, runtime: Runtime, found: ClockQueries, config: Config, clock: Clock) -> None:
        self._runtime = runtime
        self._found = found
        self._library, self._seconds = config.library, config.watch_seconds
        self._clock = clock
        self._commands = BreachCommands(runtime)
        self._measuring = IndicatorLook(runtime, config, clock)
        self._late_cases = LateCaseLook(runtime, config.library, clock)
        # Its own name: a job that keeps running counts as working, whatever it could not do for a county.
        self._progress = runtime.troubles.of("clocks-of-counties")
        #: How many clocks are in which state, as of the last look; empty where another instance looks.
        self.counts: dict[str, int] = {}

    async def run(self) -> None:
        """Look until cancelled; a county at which nobody can look is an alarm, and the others are looked at."""
        measured: dict[str, date] = {}
        try:
            while True:
                self.counts, errors = await self._look(["%"], measured)
                if errors:
                    self._progress.held_up(errors[0])
                else:
                    self._progress.works()
                await asyncio.sleep(self._seconds)
        finally:
            self.counts = {}
            self._progress.works()  # whoever looks next has this trouble

    async def look(self, patterns: Sequence[str]) -> dict[str, int]:
        """One look at the counties, like one of the patterns, of which people are known: how many stand how.

        Raises the first error of a county after the others have been looked at.
        """
        counts, errors = await self._look(patterns, {})
        if errors:
            raise errors[0]
        return counts

    async def _look(
        self, patterns: Sequence[str], measured: dict[str, date]
    ) -> tuple[dict[str, int], Sequence[Exception]]:
        """``measured`` says which county's indicators were worked out on which day: once a day is enough."""
        today = china_date(self._clock())
        counts, errors = {"ABOUT": 0, "LATE": 0}, list[Exception]()
        for county in await self._found.counties(patterns):
            try:
                await self._look_at(county, today, counts)
                await self._late_cases.look(county, today)
                if measured.get(county) != today:
                    await self._measuring.look(county, today)
                    measured[county] = today
            except Exception as error:
                if cause_of(error) is not Cause.FAULT:
                    raise  # the database is away for every county
                errors.append(error)
        return counts, errors

    async def _look_at(self, county: str, today: date, counts: dict[str, int]) -> None:
        for due, state in await self._standing(county, today):
            counts[state] = counts.get(state, 0) + 1
            if state == "LATE" and due.clock in OF_CLOCKS:
                await self._open(due, today)

    async def _standing(self, county: str, today: date) -> Sequence[tuple[Due, str]]:
        span = today - timedelta(days=_LOOK_BACK_DAYS), today + timedelta(days=ABOUT_DAYS)
        dues = due_between(self._library, county, *span, official_calendar())
        done = await self._found.done(dues)
        return [(due, state_of(due, done_on(done, due), today)) for due in dues]

    async def _open(self, due: Due, today: date) -> None:
        kind = OF_CLOCKS[due.clock]
        unit = f".{sha256(due.unit.encode()).hexdigest()[:8]}" if due.unit else ""
        about = f"{due.clock}.{due.period}{unit}"
        breach_id = breach_id_of(kind, due.county, about)
        breach = Breach(
            breach_id=breach_id,
            kind=kind,
            county=due.county,
            party=due.owner or party_of(self._library, kind, due.county, due.due_on),
            about=about,
            why=f"{due.document} {due.clause}: {due.due_on} 前应完成，至 {today} 未完成",
            evidence=(),
            status="OPEN",
            opened_on=today,
            opened_by=_OPENED_BY,
            due_on=due.due_on,
        )
        context = CommandContext.of_service("operations", f"breach/{breach_id}", self._clock())
        await self._commands.do(context, breach_id, OpenBreach(breach, again=True))
