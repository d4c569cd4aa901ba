"""Commands that correct a person: personal data, the ID number, a recorded death."""

from collections.abc import Awaitable, Callable
from datetime import date

from identity.persons.domain.corrections import (
    DECIDER,
    Command,
    CorrectDeath,
    DataCorrectionReason,
    DeathCorrectionReason,
)
from identity.persons.domain.person import State, standing
from identity.persons.domain.resident_id import ResidentId
from identity.persons.queries.changes import person_changed
from identity.persons.queries.correcting import Correcting, NumberSaid
from identity.persons.queries.people import PeopleCommands
from identity.persons.queries.vault import Vault
from kernel.http import Idempotency
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered


class CorrectionCommands(PeopleCommands):
    """The commands that correct a person, one method each."""

    def __init__(self, runtime: Runtime, vault: Vault, requests: Requests) -> None:
        super().__init__(runtime, vault, requests)
        self._correcting = Correcting(runtime, vault)

    async def correct_data(
        self,
        caller: Principal,
        key: Idempotency,
        person_id: str,
        changes: dict[str, str | None],
        reason: DataCorrectionReason,
    ) -> Answered:
        """Write personal data anew; ``changes`` has the fields that were given, by name."""

        async def command() -> Command:
            return await self._correcting.data(person_id, changes, reason, caller.source)

        return await self._run(self._requests.by(caller, key), person_id, command)

    async def correct_number(
        self, caller: Principal, key: Idempotency, person_id: str, number: ResidentId, reason: DataCorrectionReason
    ) -> Answered:
        """Give a person another ID number; raises Refused PERSON_ALREADY_REGISTERED where it is somebody else's."""

        async def command() -> Command:
            return await self._correcting.number(
                person_id, NumberSaid(number.number), reason, caller.source, today=self.today
            )

        return await self._run(self._requests.by(caller, key), person_id, command)

    async def correct_death(
        self,
        caller: Principal,
        key: Idempotency,
        person_id: str,
        died_on: date | None,
        reason: DeathCorrectionReason,
        evidence: str,
    ) -> Answered:
        """Settle when a person died, or that they did not."""
        context = self._requests.by(caller, key)

        async def command() -> Command:
            return CorrectDeath(
                died_on=died_on,
                reason=reason,
                evidence=evidence,
                corrected_by=caller.source,
                born_on=await self._vault.born_on(person_id, today=context.today),
                today=context.today,
            )

        return await self._run(context, person_id, command)

    async def _run(
        self, context: CommandContext, person_id: str, command: Callable[[], Awaitable[Command]]
    ) -> Answered:
        async def gather(state: State) -> Command:
            standing(state)
            return await command()

        return await self._runtime.path.gather(
            context, DECIDER, f"person/{person_id}", gather, person_changed, contended=person_id
        )
