"""The agency looks into admissions on a handbook alone."""

from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from settlement.admission_checks.domain import DECIDER, CheckOutcome, CloseAdmissionCheck
from settlement.admission_checks.queries import AdmissionCheckQueries


class AdmissionCheckCommands:
    """The command of those who look into an admission."""

    def __init__(self, runtime: Runtime, queries: AdmissionCheckQueries) -> None:
        self._runtime = runtime
        self._queries = queries

    async def close(self, context: CommandContext, encounter_id: str, outcome: CheckOutcome, note: str) -> Answered:
        """Say what it came to; raises Refused ADMISSION_CHECK_UNKNOWN, ADMISSION_CHECK_CLOSED."""

        async def gather(_closed: object) -> CloseAdmissionCheck:
            handbook = await self._queries.handbook_of(encounter_id)
            return CloseAdmissionCheck(encounter_id, handbook, outcome, context.actor, note)

        body = {"encounter_id": encounter_id, "outcome": outcome}
        stream_id = f"admission-check/{encounter_id}"
        return await self._runtime.path.gather(context, DECIDER, stream_id, gather, lambda _closed: body)
