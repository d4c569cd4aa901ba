"""Departments approve catalogue exceptions, before or after a bill is settled (R-GX-11)."""

from datetime import date

from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import StreamAppend
from law.packs import PackLibrary
from settlement.encounters.domain.catalogue_exception import check_approver
from settlement.encounters.domain.commands import ApproveException
from settlement.encounters.domain.encounter import DECIDER
from settlement.encounters.queries.case_file import CaseFiles


class CatalogueExceptionCommands:
    """The command of departments about an encounter."""

    def __init__(self, runtime: Runtime, library: PackLibrary, files: CaseFiles) -> None:
        self._runtime = runtime
        self._library = library
        self._files = files

    async def approve(
        self, context: CommandContext, department: str, encounter_id: str, approved_on: date, evidence: str
    ) -> Answered:
        """Record a department's approval; what it changes for a settled bill becomes a review item."""
        today = context.today

        async def attempt() -> Outcome:
            file = await self._files.of(encounter_id, None)
            discharge = file.opened.discharge
            check_approver(
                department, self._library.newest(file.county, discharge.discharged_on if discharge else today)
            )
            events = tuple(DECIDER.decide(ApproveException(department, approved_on, today, evidence), file.state))
            approved_by = dict.fromkeys([*file.opened.exception_approved_by, department])
            body = {"encounter_id": encounter_id, "approved_by": list(approved_by)}
            return Outcome((StreamAppend(file.stream, events),), body, 201, file.opened.admission.person_id)

        return await self._runtime.path.run(context, attempt)
