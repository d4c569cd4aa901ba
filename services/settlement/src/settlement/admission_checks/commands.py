"""The agency looks into admissions on a handbook alone."""

from kernel.http import Idempotency
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.writing.command_path import Answered
from settlement.admission_checks.domain import DECIDER, CheckOutcome, CloseAdmissionCheck
from settlement.admission_checks.queries import AdmissionCheckQueries


class AdmissionCheckCommands:
    """The command of those who look into an admission."""

    def __init__(self, runtime: Runtime, queries: AdmissionCheckQueries, requests: Requests) -> None:
        self._runtime = runtime
        self._queries = queries
        self._requests = requests

    async def close(
        self, caller: Principal, key: Idempotency, encounter_id: str, outcome: CheckOutcome, note: str
    ) -> Answered:
        """Say what it came to; raises Refused ADMISSION_CHECK_UNKNOWN, ADMISSION_CHECK_CLOSED."""
        context = self._requests.by(caller, key)

        async def gather(_closed: object) -> CloseAdmissionCheck:
            handbook = await self._queries.handbook_of(encounter_id)
            return CloseAdmissionCheck(encounter_id, handbook, outcome, context.actor, note)

        body = {"encounter_id": encounter_id, "outcome": outcome}
        stream_id = f"admission-check/{encounter_id}"
        return await self._runtime.path.gather(context, DECIDER, stream_id, gather, lambda _closed: body)
