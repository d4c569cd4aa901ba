"""Commands: gather what each decision needs, decide, and commit."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid5

import msgspec

from identity.entries.commands import EntryHandlers
from identity.facts.commands.facts import check_income
from identity.persons.commands.corrections import CorrectionHandlers
from identity.persons.commands.records import RecordHandlers
from identity.persons.domain.enrolment import Enrolment
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.lookup import LookupMade, LookupReason
from identity.persons.domain.person import (
    DECIDER,
    AssertMembership,
    Command,
    CorrectMembership,
    EndMembership,
    Enrol,
    RecordDeath,
    RegisterPerson,
    person_already_registered,
)
from identity.persons.domain.refusals import id_number_former
from identity.persons.domain.resident_id import ResidentId
from identity.persons.domain.statement import stated_at
from identity.persons.queries.request_context import context_of, name_of
from identity.persons.queries.vault import PersonalData, Vault
from kernel.http import Idempotency
from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.china_time import china_date
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import Stream, StreamAppend

__all__ = ["CorrectionHandlers", "EntryHandlers", "Handlers", "PersonalData", "RecordHandlers", "Vault"]

_CREATED = 201
_PERSON_OF_SQL = "SELECT person_id FROM personal_data WHERE number_token = $1"
# The newest of several former holders; their records stay apart until somebody merges them.
_FORMERLY_SQL = (
    "SELECT person_id FROM former_numbers WHERE number_token = $1 ORDER BY recorded_at DESC, person_id LIMIT 1"
)


class Handlers:
    """Identity's commands, one method each."""

    def __init__(self, runtime: Runtime, vault: Vault, clock: Clock) -> None:
        self._runtime = runtime
        self._vault = vault
        self._clock = clock

    def today(self) -> date:
        """Today's date in China."""
        return china_date(self._clock())

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
        context = self._context(caller, key)
        person_id = str(uuid5(context.command_id, "person"))

        async def attempt() -> Outcome:
            token = await self._vault.token_of(resident_id.number)
            if await self._person_with(token) is not None:
                raise person_already_registered()
            if not another_person and (former := await self._formerly(token)) is not None:
                raise id_number_former(former)
            sealed = await self._vault.seal(person_id, personal)
            command = RegisterPerson(person_id, county, token, sealed, name_of(caller))
            return await self._outcome(person_id, command, _person_answer, _CREATED)

        return await self._runtime.path.run(context, attempt)

    async def look_up(
        self, caller: Principal, key: Idempotency, resident_id: ResidentId, reason: LookupReason
    ) -> Answered:
        """Say which person has an ID number, or had it before, and write down who asked."""
        context = self._context(caller, key)
        lookup_id = str(uuid5(context.command_id, "lookup"))

        async def attempt() -> Outcome:
            token = await self._vault.token_of(resident_id.number)
            holder = await self._person_with(token)
            found = holder or await self._formerly(token)
            roles = tuple(sorted(role.value for role in caller.roles))
            made = LookupMade(lookup_id, token, found, name_of(caller), roles, reason)
            append = StreamAppend(Stream(f"lookup/{lookup_id}"), (made,))
            return Outcome((append,), {"person_id": found, "former_number": holder is None})

        return await self._runtime.path.run(context, attempt)

    async def assert_membership(
        self,
        caller: Principal,
        key: Idempotency,
        person_id: str,
        command_of: Callable[[str, date | None], AssertMembership],
    ) -> Answered:
        """Add what a department says; ``command_of`` takes the new membership's id and the birth date."""
        context = self._context(caller, key)
        membership_id = str(uuid5(context.command_id, "membership"))
        command = command_of(membership_id, await self._born_on(person_id))
        now_said = msgspec.structs.replace(command.membership, stated=stated_at(context.now))
        command = msgspec.structs.replace(command, membership=now_said)
        return await self._run(context, person_id, command, _membership_answer(membership_id), _CREATED)

    async def end_membership(
        self, caller: Principal, key: Idempotency, person_id: str, command: EndMembership
    ) -> Answered:
        """End a membership on a day."""
        context = self._context(caller, key)
        command = msgspec.structs.replace(command, stated=stated_at(context.now))
        return await self._run(context, person_id, command, _membership_answer(command.membership_id))

    async def correct_membership(
        self,
        caller: Principal,
        key: Idempotency,
        person_id: str,
        command_of: Callable[[date | None], CorrectMembership],
    ) -> Answered:
        """Write a membership anew; ``command_of`` takes the birth date."""
        context = self._context(caller, key)
        command = msgspec.structs.replace(command_of(await self._born_on(person_id)), stated=stated_at(context.now))
        return await self._run(context, person_id, command, _membership_answer(command.membership_id))

    async def enrol(self, caller: Principal, key: Idempotency, person_id: str, enrolment: Enrolment) -> Answered:
        """Record an enrolment, or a step of it."""
        command = Enrol(enrolment, self.today())
        return await self._run(self._context(caller, key), person_id, command, _person_answer)

    async def record_death(self, caller: Principal, key: Idempotency, person_id: str, died_on: date) -> Answered:
        """Record a person's death."""
        command = RecordDeath(died_on, name_of(caller), await self._born_on(person_id), self.today())
        return await self._run(self._context(caller, key), person_id, command, _person_answer)

    async def _run(
        self, context: CommandContext, person_id: str, command: Command, answer_of: "AnswerOf", status: int = 200
    ) -> Answered:
        return await self._runtime.path.run(context, lambda: self._outcome(person_id, command, answer_of, status))

    async def _outcome(self, person_id: str, command: Command, answer_of: "AnswerOf", status: int) -> Outcome:
        stream, past = await self._runtime.store.load(f"person/{person_id}")
        state = DECIDER.fold(past)
        await check_income(self._runtime, person_id, command)
        events = DECIDER.decide(command, state)
        after = DECIDER.fold(events, state)
        assert after is not None, "an accepted command leaves a person"
        return Outcome((StreamAppend(stream, tuple(events)),), answer_of(after), status, contended=person_id)

    def _context(self, caller: Principal, key: Idempotency) -> CommandContext:
        return context_of(self._vault, self._clock, caller, key)

    async def _formerly(self, number_token: str) -> str | None:
        person_id: str | None = await self._runtime.store.pool.fetchval(_FORMERLY_SQL, number_token)
        return person_id

    async def _person_with(self, number_token: str) -> str | None:
        person_id: str | None = await self._runtime.store.pool.fetchval(_PERSON_OF_SQL, number_token)
        return person_id

    async def _born_on(self, person_id: str) -> date | None:
        return await self._vault.born_on(person_id, today=self.today())


AnswerOf = Callable[[Entitlement], Any]


def _person_answer(entitlement: Entitlement) -> Any:
    return {"person_id": entitlement.person_id, "revision": entitlement.revision}


def _membership_answer(membership_id: str) -> AnswerOf:
    return lambda entitlement: {**_person_answer(entitlement), "membership_id": membership_id}
