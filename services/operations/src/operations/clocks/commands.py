"""Commands on clocks: to say that something due was done, and that it was not."""

from collections.abc import Callable, Sequence
from datetime import date

from kernel.running.runtime import Runtime
from kernel.values.refusals import not_found
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from law.packs import PackLibrary
from operations.clocks.domain.claims import CLAIM
from operations.clocks.domain.done import DECIDER, Done, SayDone, WithdrawDone, stream_of
from operations.clocks.domain.schedule import Due
from operations.clocks.queries.done import ClockQueries
from operations.periods.domain import period

#: A period's things are due within this many days of its end.
_WITHIN_DAYS = 62


class ClockCommands:
    """One method a command."""

    def __init__(self, runtime: Runtime, found: ClockQueries, library: PackLibrary) -> None:
        self._runtime = runtime
        self._found = found
        self._library = library

    async def due(self, county: str, clock: str, of: str, unit: str) -> Due:
        """What is due under these names; raises Refused CLOCK_UNKNOWN, PERIOD_MALFORMED."""
        every = [due for span in _around(of) for due in await self._found.due(self._library, county, *span)]
        every += await self._found.due_of_claim(self._library, county, unit) if clock == CLAIM else ()
        for due in every:
            if due.key == (county, clock, of, unit):
                return due
        units = "、".join(due.unit for due in every if (due.clock, due.period) == (clock, of))
        detail = f"no document in force at {county} has {clock} of {of} be done{f' by {unit}' if unit else ''}"
        raise not_found("CLOCK_UNKNOWN", f"{detail}; it is due by {units}" if units else detail, clock=clock)

    async def say_done(self, context: CommandContext, command: SayDone) -> Answered:
        """Say that something due was done."""
        stream = stream_of(command.due)
        return await self._runtime.path.decide(context, DECIDER, stream, command, lambda d: _body(d.after), status=201)

    async def withdraw(self, context: CommandContext, due: Due, command: WithdrawDone) -> Answered:
        """Say that something was not done after all."""
        body = {"clock": due.clock, "period": due.period, "due_on": due.due_on.isoformat()}
        return await self._runtime.path.decide(context, DECIDER, stream_of(due), command, lambda _d: body)


def _body(done: Done | None) -> dict[str, object]:
    assert done is not None, "what was said is there"
    return {
        "clock": done.clock,
        "period": done.period,
        "due_on": done.due_on.isoformat(),
        "done_on": done.done_on.isoformat(),
        "in_time": done.done_on <= done.due_on,
        "version": done.version,
    }


def _around(of: str) -> Sequence[tuple[date, date]]:
    """The days on which what is for a period can be due, a year's in two parts; a milestone's period is its day."""
    shift: Callable[[date, int], date] = lambda day, days: date.fromordinal(day.toordinal() + days)  # noqa: E731
    if len(of) == len("2019-08-01"):
        try:
            return [(date.fromisoformat(of), date.fromisoformat(of))]
        except ValueError:
            period(of)
    named = period(of)
    last = shift(named.last, _WITHIN_DAYS)
    if named.kind != "year":
        return [(shift(named.last, -_WITHIN_DAYS), last)]
    middle = named.first.replace(month=7)
    return [(shift(named.first, -_WITHIN_DAYS), shift(middle, -1)), (middle, last)]
