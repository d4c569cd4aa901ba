"""The look at indicators of the month that has ended: one that is below what its document wants is a breach."""

from datetime import date, timedelta
from typing import Final

from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from operations.breaches.commands.register import BreachCommands, breach_id_of, party_of
from operations.breaches.domain.breach import Breach, CloseBreach, OpenBreach, RefuteBreach
from operations.breaches.domain.kinds import OF_INDICATORS, BreachKind
from operations.breaches.queries import BreachQueries
from operations.config import Config
from operations.indicators.domain.measures import Line
from operations.indicators.queries import IndicatorQueries
from operations.periods.domain import Period, month_of

#: The bills that a breach names as evidence are those that weigh most.
_EVIDENCE_MAX: Final = 20


class IndicatorLook:
    """Looks at one county at a time."""

    def __init__(self, runtime: Runtime, config: Config, clock: Clock) -> None:
        self._found = IndicatorQueries(runtime)
        self._breaches = BreachQueries(runtime)
        self._library = config.library
        self._commands = BreachCommands(runtime)
        self._clock = clock

    async def look(self, county: str, today: date) -> None:
        """Open a breach for each indicator of the month before that its document wants higher; end those that are met.

        Not on the 1st: what happened on the month's last evening may still be on its way here.
        """
        if today.day == 1:
            return
        month = month_of(today.replace(day=1) - timedelta(days=1))
        lines = await self._lines(county, month)
        for line in lines:
            if line.reached is False:
                await self._open(line, county, month, today)
        reached = {(line.indicator, line.of): line for line in lines if line.reached}
        for breach in await self._breaches.measured(county) if reached else ():
            name, _, of = breach.about.partition(".")
            then, _, hospital = of.partition(".")
            now = reached.get((name, hospital or county))
            if now is not None:
                await self._end(breach, now, month, then, today)

    async def _lines(self, county: str, month: Period) -> list[Line]:
        """The county's lines, and those of its hospitals of what hospitals answer for."""
        lines = await self._found.of_period(self._library, county, month)
        if all(line.indicator not in OF_INDICATORS for line in lines):
            return lines
        of_hospitals = await self._found.of_period(self._library, county, month, "hospital")
        return [line for line in (*lines, *of_hospitals) if (line.of != county) == (line.indicator in OF_INDICATORS)]

    async def _open(self, line: Line, county: str, month: Period, today: date) -> None:
        kind = OF_INDICATORS.get(line.indicator, BreachKind.INDICATOR_BELOW)
        about = _about(line, county, month.name)
        breach_id = breach_id_of(kind, county, about)
        figures = f"{month.title} {line.title} {line.value}%，应达到 {line.at_least_percent}%"
        owner = line.of if kind is not BreachKind.INDICATOR_BELOW else line.owner
        breach = Breach(
            breach_id=breach_id,
            kind=kind,
            county=county,
            party=owner or party_of(self._library, kind, county, today),
            about=about,
            why=f"{line.document} {line.clause}: {figures}",
            evidence=await self._found.bills_below(self._library, county, month, line, _EVIDENCE_MAX),
            status="OPEN",
            opened_on=today,
            opened_by="operations",
        )
        context = CommandContext.of_service("operations", f"breach/{breach_id}", self._clock())
        await self._commands.do(context, breach_id, OpenBreach(breach, again=True))

    async def _end(self, breach: Breach, line: Line, month: Period, then: str, today: date) -> None:
        """One of the same month was none, as what was heard later shows; one of an earlier month was put right."""
        because = f"{month.title} {line.title} {line.value}%，已达到 {line.at_least_percent}%"
        context = CommandContext.of_service("operations", f"breach/{breach.breach_id}/reached", self._clock())
        if then == month.name:
            await self._commands.do(context, breach.breach_id, RefuteBreach(because, today))
        elif then < month.name:
            await self._commands.do(context, breach.breach_id, CloseBreach(because, today))


def _about(line: Line, county: str, month: str) -> str:
    """What a breach is about: the indicator, its month, and the hospital where it is one hospital's."""
    return f"{line.indicator}.{month}" if line.of == county else f"{line.indicator}.{month}.{line.of}"
