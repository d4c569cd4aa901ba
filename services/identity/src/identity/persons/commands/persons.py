"""Commands about persons: register, look up, and record a death."""

from datetime import date

from identity.persons.domain.lookup import LookupMade, LookupReason
from identity.persons.domain.person import DECIDER, RecordDeath, RegisterPerson, State, person_already_registered
from identity.persons.domain.refusals import id_number_former
from identity.persons.domain.resident_id import ResidentId
from identity.persons.queries.changes import person_changed
from identity.persons.queries.people import PeopleCommands
from identity.persons.queries.vault import PersonalData
from kernel.http import Idempotency
from kernel.security import Principal
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import Stream, StreamAppend


class PersonCommands(PeopleCommands):
    """The commands of /v1/persons, one method each."""

    async def register(
        self,
        caller: Principal,
        key: Idempotency,
        county: str,
        resident_id: ResidentId,
        personal: PersonalData,
        *,
        another_person: bool = False,
    ) -> Answered:
        """Take a person in under a new id; ``another_person`` says that who had the number before is somebody else."""
        context = self._requests.by(caller, key)
        person_id = context.new_id("person")

        async def gather(_state: State) -> RegisterPerson:
            token = await self._vault.token_of(resident_id.number)
            if await self._records.holder(token) is not None:
                raise person_already_registered()
            if not another_person and (former := await self._records.former_holder(token)) is not None:
                raise id_number_former(former)
            sealed = await self._vault.seal(person_id, personal)
            return RegisterPerson(
                person_id=person_id,
                county=county,
                number_token=token,
                personal=sealed,
                registered_by=caller.source,
                born_in=self._vault.told_year(resident_id.born_on),
            )

        return await self._runtime.path.gather(
            context, DECIDER, f"person/{person_id}", gather, person_changed, status=201, contended=person_id
        )

    async def look_up(
        self, caller: Principal, key: Idempotency, resident_id: ResidentId, reason: LookupReason
    ) -> Answered:
        """Say which person has an ID number, or had it before, and write down who asked."""
        context = self._requests.by(caller, key)

        async def attempt() -> Outcome:
            token = await self._vault.token_of(resident_id.number)
            holder = await self._records.holder(token)
            made = LookupMade(
                lookup_id=context.new_id("lookup"),
                number_token=token,
                person_id=holder or await self._records.former_holder(token),
                asked_by=caller.source,
                roles=tuple(sorted(role.value for role in caller.roles)),
                reason=reason,
            )
            append = StreamAppend(Stream(f"lookup/{made.lookup_id}"), (made,))
            return Outcome((append,), {"person_id": made.person_id, "former_number": holder is None})

        return await self._runtime.path.run(context, attempt)

    async def record_death(self, caller: Principal, key: Idempotency, person_id: str, died_on: date) -> Answered:
        """Record a person's death."""
        context = self._requests.by(caller, key)
        born_on = await self._vault.born_on(person_id, today=context.today)
        command = RecordDeath(died_on, caller.source, born_on, context.today)
        return await self._runtime.path.decide(
            context, DECIDER, f"person/{person_id}", command, person_changed, contended=person_id
        )
