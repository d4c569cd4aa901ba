"""The look for clocks that money has met, and for those that have passed."""

import asyncio
from collections.abc import Sequence
from datetime import date

from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from kernel.running.troubles import Cause, cause_of
from kernel.values.china_time import china_date
from operations.breaches.commands.late_cases import LateCaseLook
from operations.breaches.commands.late_clocks import LateClockLook
from operations.breaches.commands.measuring import IndicatorLook
from operations.breaches.commands.met_clocks import MetClockLook
from operations.clocks.queries.done import ClockQueries
from operations.config import Config


class ClockWatch:
    """Looks every so often which clocks are about to break, and which have passed or were met after all.

    Before it looks which of them money has met, and with them at the indicators of the month that has ended, and at
    bills on paper that are paid late.
    """

    def __init__(self, runtime: Runtime, found: ClockQueries, config: Config, clock: Clock) -> None:
        self._runtime = runtime
        self._found = found
        self._seconds = config.watch_seconds
        self._clock = clock
        self._money = MetClockLook(runtime, found, config.library, clock)
        self._late_clocks = LateClockLook(runtime, found, config.library, clock)
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
                await self._money.look(county, today)
                await self._late_clocks.look(county, today, counts)
                await self._late_cases.look(county, today)
                if measured.get(county) != today:
                    await self._measuring.look(county, today)
                    measured[county] = today
            except Exception as error:
                if cause_of(error) is not Cause.FAULT:
                    raise  # the database is away for every county
                errors.append(error)
        return counts, errors
