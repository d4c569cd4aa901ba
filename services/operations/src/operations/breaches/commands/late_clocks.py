"""The look for clocks that have passed, and for those that were met after all."""

from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Final

from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from law.packs import PackLibrary
from operations.breaches.commands.register import BreachCommands, breach_id_of, party_of
from operations.breaches.domain.breach import Breach, CloseBreach, OpenBreach, RefuteBreach
from operations.breaches.domain.kinds import OF_CLOCKS
from operations.breaches.queries import BreachQueries, MetClock
from operations.clocks.domain.done import stream_of
from operations.clocks.domain.schedule import ABOUT_DAYS, Due, state_of
from operations.clocks.queries.done import ClockQueries, done_on

#: Clocks that passed longer ago are history: who installs operations later gets no flood of old breaches.
_LOOK_BACK_DAYS: Final = 40
_OPENED_BY: Final = "operations"


class LateClockLook:
    """Looks at one county at a time."""

    def __init__(self, runtime: Runtime, found: ClockQueries, library: PackLibrary, clock: Clock) -> None:
        self._found = found
        self._breaches = BreachQueries(runtime)
        self._library = library
        self._commands = BreachCommands(runtime)
        self._clock = clock

    async def look(self, county: str, today: date, counts: dict[str, int]) -> None:
        """End the breaches of clocks that were met, then open one for each that has passed; count who stands how.

        A clock that was met in time and told after it was no breach; of one that was met late the breach is closed.
        """
        for met in await self._breaches.met(county):
            await self._end(met, today)
        late = []
        for due, state in await self._standing(county, today):
            counts[state] = counts.get(state, 0) + 1
            if state == "LATE" and due.clock in OF_CLOCKS:
                late.append(due)
        withdrawn = await self._found.withdrawn(late)
        for due in late:
            await self._open(due, today, withdrawn.get(stream_of(due), ()))

    async def _standing(self, county: str, today: date) -> Sequence[tuple[Due, str]]:
        span = today - timedelta(days=_LOOK_BACK_DAYS), today + timedelta(days=ABOUT_DAYS)
        dues = await self._found.due(self._library, county, *span)
        done = await self._found.done(dues)
        return [(due, state_of(due, done_on(done, due), today)) for due in dues]

    async def _end(self, met: MetClock, today: date) -> None:
        what = f"{met.clock} {met.period} 已于 {met.done_on} 完成"
        evidence = (*([met.event_id] if met.event_id else ()), met.proof)
        key = f"breach/{met.breach_id}/met/{met.event_id}"
        context = CommandContext.of_service(_OPENED_BY, key, self._clock())
        if met.done_on <= met.due_on:
            refuted = RefuteBreach(f"{what}，未超过 {met.due_on}（{met.proof}）", today, evidence)
            await self._commands.do(context, met.breach_id, refuted)
        else:
            closed = CloseBreach(f"{what}，超过 {met.due_on}（{met.proof}）", today, evidence)
            await self._commands.do(context, met.breach_id, closed)

    async def _open(self, due: Due, today: date, withdrawn: Sequence[str]) -> None:
        """``withdrawn`` are the events by which it was said that it had not been done after all."""
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
            # That nothing was done no event says: this is the stream in which one would stand.
            evidence=(stream_of(due), *withdrawn),
            status="OPEN",
            opened_on=today,
            opened_by=_OPENED_BY,
            due_on=due.due_on,
        )
        again = f"/withdrawn/{withdrawn[-1]}" if withdrawn else ""
        context = CommandContext.of_service(_OPENED_BY, f"breach/{breach_id}{again}", self._clock())
        await self._commands.do(context, breach_id, OpenBreach(breach, again=True, anew=tuple(withdrawn)))
