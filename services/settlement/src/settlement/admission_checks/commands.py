"""The agency looks into admissions on a handbook alone."""

from kernel.http import Idempotency
from kernel.running.clock import Clock
from kernel.running.requested import requested_by
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import StreamAppend
from settlement.admission_checks.domain import DECIDER, CheckOutcome, CloseAdmissionCheck
from settlement.encounters.queries.encounters import Queries


class AdmissionCheckHandlers:
    """The command of those who look into an admission."""

    def __init__(self, runtime: Runtime, queries: Queries, clock: Clock) -> None:
        self._runtime = runtime
        self._queries = queries
        self._clock = clock

    async def close(
        self, caller: Principal, key: Idempotency, encounter_id: str, outcome: CheckOutcome, note: str
    ) -> Answered:
        """Say what it came to; raises Refused ADMISSION_CHECK_UNKNOWN, ADMISSION_CHECK_CLOSED."""
        context = requested_by(caller, key, self._clock)

        async def attempt() -> Outcome:
            handbook = await self._queries.handbook_of(encounter_id)
            stream, past = await self._runtime.store.load(f"admission-check/{encounter_id}")
            command = CloseAdmissionCheck(encounter_id, handbook, outcome, context.actor, note)
            events = tuple(DECIDER.decide(command, DECIDER.fold(past)))
            body = {"encounter_id": encounter_id, "outcome": outcome}
            return Outcome((StreamAppend(stream, events),), body, contended=stream.stream_id)

        return await self._runtime.path.run(context, attempt)
