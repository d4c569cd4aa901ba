"""The agency says what a bill was for, before or after settlement (R-JY-25)."""

from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from settlement.encounters.commands.encounters import outcome_of
from settlement.encounters.domain.commands import FindCause
from settlement.encounters.domain.state import Settled
from settlement.encounters.queries.case_file import CaseFiles


class FoundCauseCommands:
    """The command of agencies about a bill's cause."""

    def __init__(self, runtime: Runtime, files: CaseFiles) -> None:
        self._runtime = runtime
        self._files = files

    async def find(self, context: CommandContext, encounter_id: str, found: FindCause) -> Answered:
        """Record a cause; what it changes for a settled bill becomes a review item."""

        async def attempt() -> Outcome:
            file = await self._files.of(encounter_id, None)
            body = {"encounter_id": encounter_id, "cause": found.cause, "reviewed": isinstance(file.state, Settled)}
            return outcome_of(file, found, lambda _events: body, 201)

        return await self._runtime.path.run(context, attempt)
