"""The agency keeps the registry of institutions."""

from kernel.http import Idempotency
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.writing.command_path import Answered
from settlement.institutions.domain import DECIDER, Institution


class InstitutionCommands:
    """The command of those who keep the registry."""

    def __init__(self, runtime: Runtime, requests: Requests) -> None:
        self._runtime = runtime
        self._requests = requests

    async def contract(self, caller: Principal, key: Idempotency, entry: Institution) -> Answered:
        """Enter an institution into the registry, or replace its entry."""
        return await self._runtime.path.decide(
            self._requests.by(caller, key),
            DECIDER,
            f"institution/{entry.hospital_id}",
            entry,
            lambda _entered: {"hospital_id": entry.hospital_id},
            status=201,
        )
