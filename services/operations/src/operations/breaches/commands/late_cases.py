"""The look for bills on paper that were not paid in time: five working days by Leye's document (000 一(一)3)."""

from collections.abc import Iterator
from datetime import date
from hashlib import sha256

from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from law.packs import PackLibrary
from operations.breaches.commands.register import BreachCommands, breach_id_of, party_of
from operations.breaches.domain.breach import Breach, BreachCommand, CloseBreach, OpenBreach, RefuteBreach
from operations.breaches.domain.kinds import BreachKind
from operations.paper_cases.domain import PaperCase
from operations.paper_cases.queries import PaidCase, PaperCaseQueries


class LateCaseLook:
    """Looks at one county at a time."""

    def __init__(self, runtime: Runtime, library: PackLibrary, clock: Clock) -> None:
        self._found = PaperCaseQueries(runtime)
        self._library = library
        self._commands = BreachCommands(runtime)
        self._clock = clock

    async def look(self, county: str, today: date) -> None:
        """End the breaches of cases that were paid, then open one for each department that a late case waits for.

        A case that was paid in time and told after it was no breach; of a late one the breach is closed. The oldest
        come first, and what is more than one look takes the next one does.
        """
        for paid in await self._found.paid(county):
            await self._end(paid, today)
        known_as = breach_id_of(BreachKind.SETTLEMENT_LATE, county, _about(""))
        for case in await self._found.late(county, today, known_as):
            for breach in self._breaches(case, today):
                await self._do(breach.breach_id, "", OpenBreach(breach, again=True))

    async def _end(self, paid: PaidCase, today: date) -> None:
        if paid.in_time:
            because = f"{paid.case_id} 已于 {paid.paid_on} 支付，未超过 {paid.due_on}"
            await self._do(paid.breach_id, "/paid", RefuteBreach(because, today))
        else:
            because = f"{paid.case_id} 已于 {paid.paid_on} 支付，超过 {paid.due_on}"
            await self._do(paid.breach_id, "/paid", CloseBreach(because, today))

    def _breaches(self, case: PaperCase, today: date) -> Iterator[Breach]:
        """One of each department that has not signed, and where all have, one of who answers for the payment."""
        waiting = case.waiting_for
        if len(waiting) > 1:
            for owner in waiting:
                about = f"{_about(case.case_id)}.{sha256(owner.encode()).hexdigest()[:8]}"
                yield _breach(case, about, owner, today)
        else:
            answering = party_of(self._library, BreachKind.SETTLEMENT_LATE, case.county, today)
            yield _breach(case, _about(case.case_id), waiting[0] if waiting else answering, today)

    async def _do(self, breach_id: str, step: str, command: BreachCommand) -> None:
        context = CommandContext.of_service("operations", f"breach/{breach_id}{step}", self._clock())
        await self._commands.do(context, breach_id, command)


def _breach(case: PaperCase, about: str, party: str, today: date) -> Breach:
    why = f"纸质单据 {case.case_id} 应于 {case.due_on} 前支付，至 {today} 未支付"
    return Breach(
        breach_id=breach_id_of(BreachKind.SETTLEMENT_LATE, case.county, about),
        kind=BreachKind.SETTLEMENT_LATE,
        county=case.county,
        party=party,
        about=about,
        why=f"{why}；未签审：{party}" if party in case.waiting_for else why,
        evidence=(case.case_id,),
        status="OPEN",
        opened_on=today,
        opened_by="operations",
        due_on=case.due_on,
    )


def _about(case_id: str) -> str:
    return f"case.{case_id}"
