"""Owners of outer payers tell what these give for a stay, before or after it is settled."""

from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from law.packs import PackLibrary
from settlement.encounters.commands.encounters import outcome_of
from settlement.encounters.domain.commands import TellAmount
from settlement.encounters.domain.state import Settled
from settlement.encounters.domain.told_amounts import check_teller
from settlement.encounters.queries.case_file import CaseFiles


class ToldAmountCommands:
    """The command of outer payers' owners about an encounter."""

    def __init__(self, runtime: Runtime, library: PackLibrary, files: CaseFiles) -> None:
        self._runtime = runtime
        self._library = library
        self._files = files

    async def tell(self, context: CommandContext, encounter_id: str, told: TellAmount) -> Answered:
        """Record an amount; what it changes for a settled bill becomes a review item."""

        async def attempt() -> Outcome:
            file = await self._files.of(encounter_id, None)
            discharge = file.opened.discharge
            on = discharge.discharged_on if discharge else context.today
            check_teller(told.department, told.payer, self._library.newest(file.county, on))
            reviewed = isinstance(file.state, Settled)
            body = {"encounter_id": encounter_id, "payer": told.payer, "reviewed": reviewed}
            return outcome_of(file, told, lambda _events: body, 201)

        return await self._runtime.path.run(context, attempt)
