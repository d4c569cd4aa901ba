"""The look for clocks that money or a push has met, and for those from which it was taken back (decision 0071)."""

from datetime import date, timedelta
from typing import Final

from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from law.clocks.official import official_calendar
from law.packs import PackLibrary
from operations.clocks.domain.done import BY_ITSELF, DECIDER, Done, DoneCommand, MeetClock, TakeBackMet, stream_of
from operations.clocks.domain.money import OF_MONEY, Met, MoneyTold, met_by
from operations.clocks.domain.schedule import ABOUT_DAYS, Due, due_between
from operations.clocks.queries.done import ClockQueries
from operations.clocks.queries.money import MoneyQueries

#: Money that comes later than so many days after it was due is told by hand.
_LOOK_BACK_DAYS: Final = 340
#: Met by the push of a comparison (003 一(一) 每月上旬…推送).
_COMPARISON: Final = "enrolment_comparison"


class MetClockLook:
    """Looks at one county at a time."""

    def __init__(self, runtime: Runtime, found: ClockQueries, library: PackLibrary, clock: Clock) -> None:
        self._runtime = runtime
        self._found = found
        self._money = MoneyQueries(runtime)
        self._library = library
        self._clock = clock

    async def look(self, county: str, today: date) -> None:
        """Say of each such clock what met it on which day; what a person has said of one, or withdrawn, stands."""
        first = today - timedelta(days=_LOOK_BACK_DAYS)
        told = await self._money.told(county, first - timedelta(days=62))
        pushed = await self._money.pushed(county, first)
        claims = await self._found.claims(self._library, county, first, today)
        if told == MoneyTold() and not pushed and not claims:
            return
        last = today + timedelta(days=31 + ABOUT_DAYS)
        dues = due_between(self._library, county, first, last, official_calendar())
        met = {due: self._met(due, told) for due in dues if due.clock in OF_MONEY}
        met |= {due: pushed.get(due.period) for due in dues if due.clock == _COMPARISON}
        met |= {due: claim.met for due, claim in claims}
        done = await self._found.done(list(met))
        changed = [due for due, now in met.items() if _differs(done.get(due.key), now, today)]
        withdrawn, refuted = await self._found.withdrawn(changed), await self._found.refuted(changed)
        for due in changed:
            stream, now = stream_of(due), met[due]
            if now is not None and now.proof in refuted.get(stream, ()):
                now = None  # a person has looked at this very proof
            await self._say(due, done.get(due.key), now, today, len(withdrawn.get(stream, ())))

    def _met(self, due: Due, told: MoneyTold) -> Met | None:
        policies = self._library.candidates(due.county, due.due_on)
        file = next((one.file for one in policies if one.file.document.cited_as == due.document), None)
        return None if file is None else met_by(due, file, told)

    async def _say(self, due: Due, done: Done | None, met: Met | None, today: date, times: int) -> None:
        """``times`` is how often it was taken back before: the same money may meet it again."""
        if done is not None:
            because = f"{done.evidence} 已退回或改配"
            await self._do(due, f"taken-back/{done.evidence}/{times}", TakeBackMet(done.evidence, because, today))
            times += 1
        if met is not None and met.on <= today:
            said = MeetClock(due=due, proof=met.proof, on=met.on, today=today)
            await self._do(due, f"met/{met.proof}/{times}", said)

    async def _do(self, due: Due, step: str, command: DoneCommand) -> None:
        stream = stream_of(due)
        context = CommandContext.of_service(BY_ITSELF, f"{stream}/{step}", self._clock())
        await self._runtime.path.decide(context, DECIDER, stream, command, lambda _decision: None)


def _differs(done: Done | None, met: Met | None, today: date) -> bool:
    """Whether what stands of a clock is not what the money says; what a person has said is not touched."""
    if done is None:
        return met is not None and met.on <= today
    return done.said_by == BY_ITSELF and (met is None or (met.on, met.proof) != (done.done_on, done.evidence))
