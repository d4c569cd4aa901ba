"""The look at indicators of the month that has ended: one that is below what its document wants is a breach."""

from datetime import date, timedelta

from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from operations.breaches.commands.register import BreachCommands, breach_id_of, party_of
from operations.breaches.domain.breach import Breach, OpenBreach
from operations.breaches.domain.kinds import OF_INDICATORS, BreachKind
from operations.config import Config
from operations.indicators.domain.measures import Line
from operations.indicators.queries import IndicatorQueries
from operations.periods.domain import Period, month_of


class IndicatorLook:
    """Looks at one county at a time."""

    def __init__(self, runtime: Runtime, config: Config, clock: Clock) -> None:
        self._found = IndicatorQueries(runtime)
        self._library = config.library
        self._commands = BreachCommands(runtime)
        self._clock = clock

    async def look(self, county: str, today: date) -> None:
        """Open a breach for each indicator of the month before that its document wants higher.

        Not on the 1st: what happened on the month's last evening may still be on its way here.
        """
        if today.day == 1:
            return
        month = month_of(today.replace(day=1) - timedelta(days=1))
        for line in await self._found.of_period(self._library, county, month):
            if line.reached is False:
                await self._open(line, county, month, today)

    async def _open(self, line: Line, county: str, month: Period, today: date) -> None:
        kind = OF_INDICATORS.get(line.indicator, BreachKind.INDICATOR_BELOW)
        about = f"{line.indicator}.{month.name}"
        breach_id = breach_id_of(kind, county, about)
        figures = f"{month.title} {line.title} {line.value}%，应达到 {line.at_least_percent}%"
        breach = Breach(
            breach_id=breach_id,
            kind=kind,
            county=county,
            party=line.owner or party_of(self._library, kind, county, today),
            about=about,
            why=f"{line.document} {line.clause}: {figures}",
            evidence=(),
            status="OPEN",
            opened_on=today,
            opened_by="operations",
        )
        context = CommandContext.of_service("operations", f"breach/{breach_id}", self._clock())
        await self._commands.do(context, breach_id, OpenBreach(breach, again=True))
