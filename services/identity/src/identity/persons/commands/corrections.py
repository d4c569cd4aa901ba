"""Commands that correct a person: personal data, the ID number, a recorded death."""

from collections.abc import Awaitable, Callable
from datetime import date

import msgspec

from identity.persons.domain.corrections import (
    DECIDER,
    Command,
    CorrectDeath,
    CorrectIdNumber,
    CorrectPersonalData,
    DataCorrectionReason,
    DeathCorrectionReason,
    PersonalRecord,
)
from identity.persons.domain.person import State, person_already_registered, standing
from identity.persons.domain.refusals import person_erased
from identity.persons.domain.resident_id import ResidentId
from identity.persons.queries.changes import person_changed
from identity.persons.queries.people import PeopleCommands
from identity.persons.queries.records import KeptData
from identity.persons.queries.vault import PersonalData
from kernel.http import Idempotency
from kernel.security import Principal
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered


class CorrectionCommands(PeopleCommands):
    """The commands that correct a person, one method each."""

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
            data, kept = await self._known(person_id)
            fields = tuple(sorted(name for name, value in changes.items() if getattr(data, name) != value))
            sealed = await self._vault.seal_again(person_id, msgspec.structs.replace(data, **changes))
            record = PersonalRecord(kept.number_token, sealed, kept.registered_by)
            return CorrectPersonalData(record, fields, reason, caller.source)

        return await self._run(self._requests.by(caller, key), person_id, command)

    async def correct_number(
        self, caller: Principal, key: Idempotency, person_id: str, number: ResidentId, reason: DataCorrectionReason
    ) -> Answered:
        """Give a person another ID number; raises Refused PERSON_ALREADY_REGISTERED where it is somebody else's."""

        async def command() -> Command:
            data, kept = await self._known(person_id)
            token = await self._vault.token_of(number.number)
            if await self._records.holder(token) not in (None, person_id):
                raise person_already_registered()
            sealed = await self._vault.seal_again(person_id, msgspec.structs.replace(data, id_number=number.number))
            record = PersonalRecord(token, sealed, kept.registered_by)
            return CorrectIdNumber(record, kept.number_token, number.born_on, reason, caller.source)

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

    async def _known(self, person_id: str) -> tuple[PersonalData, KeptData]:
        data, kept = await self._vault.open(person_id), await self._records.kept(person_id)
        if data is None or kept is None:
            raise person_erased()
        return data, kept
