"""The agency keeps the registry of institutions."""

from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from settlement.institutions.domain import DECIDER, Institution


class InstitutionCommands:
    """The command of those who keep the registry."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def contract(self, context: CommandContext, entry: Institution) -> Answered:
        """Enter an institution into the registry, or replace its entry."""
        return await self._runtime.path.decide(
            context,
            DECIDER,
            f"institution/{entry.hospital_id}",
            entry,
            lambda _entered: {"hospital_id": entry.hospital_id},
            status=201,
        )
