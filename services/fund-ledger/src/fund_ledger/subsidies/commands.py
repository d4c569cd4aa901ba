"""Commands on subsidies."""

from datetime import date
from typing import Final

import msgspec

from fund_ledger.charts.domain import Charts
from fund_ledger.subsidies.domain import DECIDER, EnterDue, Subsidy, SubsidyCommand, subsidy_id
from kernel.running.runtime import Runtime
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from law.packs import PackLibrary

#: The word by which a document's duties say who pays it.
_DUTY: Final = "resident_insurance_subsidy"


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """What is due: no document gives the sum or the day, so the agency says them."""

    county: str
    fund: str
    year: int
    part: int
    amount_fen: int
    due_on: date


class SubsidyCommands:
    """One method a command."""

    def __init__(self, runtime: Runtime, library: PackLibrary, charts: Charts) -> None:
        self._runtime = runtime
        self._library = library
        self._charts = charts

    async def enter(self, context: CommandContext, due: Due) -> Answered:
        """A subsidy is due from whom the place's document names."""
        self._charts.ever(due.county).fund(due.fund)
        owed_by, clause = self._duty(due.county, date(due.year, 12, 31))
        subsidy = Subsidy(
            subsidy_id=subsidy_id(due.county, due.fund, due.year, due.part),
            county=due.county,
            fund=due.fund,
            year=due.year,
            part=due.part,
            owed_by=owed_by,
            amount_fen=due.amount_fen,
            due_on=due.due_on,
            clause=clause,
            entered_on=context.today,
            entered_by=context.actor,
        )
        return await self._decide(context, subsidy.subsidy_id, EnterDue(subsidy), status=201)

    async def do(self, context: CommandContext, of: Subsidy, command: SubsidyCommand) -> Answered:
        """A part came, or was entered wrongly."""
        return await self._decide(context, of.subsidy_id, command)

    async def _decide(self, context: CommandContext, of: str, command: SubsidyCommand, status: int = 200) -> Answered:
        return await self._runtime.path.decide(
            context,
            DECIDER,
            f"subsidy/{of}",
            command,
            lambda d: {"subsidy_id": of, "receipts": len(d.after.received)},
            status=status,
        )

    def _duty(self, county: str, on: date) -> tuple[str, str]:
        for policy in self._library.newest(county, on):
            for duty in policy.file.duties:
                if _DUTY in duty.of:
                    return duty.owner, f"{policy.file.document.cited_as} {duty.clause}"
        raise Refused("SUBSIDY_WITHOUT_RULE", f"no document in force at {county} has a subsidy of its insurance paid")
