"""The look for bills on paper that were not paid in time: five working days by Leye's document (000 一(一)3)."""

from datetime import date

from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from law.packs import PackLibrary
from operations.breaches.commands.register import BreachCommands, breach_id_of, party_of
from operations.breaches.domain.breach import Breach, OpenBreach
from operations.breaches.domain.kinds import BreachKind
from operations.paper_cases.domain import PaperCase
from operations.paper_cases.queries import PaperCaseQueries


class LateCaseLook:
    """Looks at one county at a time."""

    def __init__(self, runtime: Runtime, library: PackLibrary, clock: Clock) -> None:
        self._found = PaperCaseQueries(runtime)
        self._library = library
        self._commands = BreachCommands(runtime)
        self._clock = clock

    async def look(self, county: str, today: date) -> None:
        """Open a breach for each case whose last day is over and that was not paid; the oldest first."""
        known_as = breach_id_of(BreachKind.SETTLEMENT_LATE, county, _about(""))
        for case in await self._found.late(county, today, known_as):
            await self._open(case, today)

    async def _open(self, case: PaperCase, today: date) -> None:
        kind, about = BreachKind.SETTLEMENT_LATE, _about(case.case_id)
        breach_id = breach_id_of(kind, case.county, about)
        waiting = "、".join(case.waiting_for)
        why = f"纸质单据 {case.case_id} 应于 {case.due_on} 前支付，至 {today} 未支付"
        breach = Breach(
            breach_id=breach_id,
            kind=kind,
            county=case.county,
            party=waiting or party_of(self._library, kind, case.county, today),
            about=about,
            why=f"{why}；未签审：{waiting}" if waiting else why,
            evidence=(case.case_id,),
            status="OPEN",
            opened_on=today,
            opened_by="operations",
            due_on=case.due_on,
        )
        context = CommandContext.of_service("operations", f"breach/{breach_id}", self._clock())
        await self._commands.do(context, breach_id, OpenBreach(breach, again=True))


def _about(case_id: str) -> str:
    return f"case.{case_id}"
