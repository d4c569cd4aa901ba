"""The watch over the yearly confirmation: how many counties' people a department has not confirmed and should have."""

import asyncio
from collections import Counter
from typing import Final

from identity.feeds.domain.confirming import Stage, season_of, year_to_confirm
from identity.feeds.queries.confirmations import ConfirmationQueries
from identity.persons.domain.categories import Department
from kernel.running.clock import Clock
from kernel.values.china_time import china_date

#: It counts everybody who is supported, so it looks once an hour, and not while a service starts.
_LOOK_SECONDS: Final = 3600.0
_FIRST_LOOK_SECONDS: Final = 900.0


class ConfirmationWatch:
    """Looks every so often who is overdue; the elected instance alone."""

    def __init__(self, queries: ConfirmationQueries, clock: Clock, due: tuple[int, int]) -> None:
        self._queries = queries
        self._clock = clock
        self._due = due
        #: Overdue lines by department as of the last look; empty before the first, and where another instance looks.
        self.overdue: dict[str, int] = {}

    async def run(self) -> None:
        """Look until cancelled."""
        await asyncio.sleep(_FIRST_LOOK_SECONDS)
        try:
            while True:
                await self.look()
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            self.overdue = {}

    async def look(self) -> None:
        """One look at all departments."""
        today = china_date(self._clock())
        season = season_of(year_to_confirm(today), self._due)
        lines = await self._queries.confirmations(season, today, list(Department), ["%"])
        overdue = Counter(line.department for line in lines if line.stage == Stage.OVERDUE)
        self.overdue = {department.value: overdue[department.value] for department in Department}
