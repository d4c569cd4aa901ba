"""Commands that correct a person: personal data, the ID number, a recorded death."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

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
from identity.persons.domain.person import person_already_registered, person_unknown
from identity.persons.domain.refusals import person_erased
from identity.persons.domain.resident_id import ResidentId
from identity.persons.queries.request_context import context_of, name_of
from identity.persons.queries.vault import PersonalData, Vault
from kernel.http import Idempotency
from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.china_time import china_date
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import StreamAppend

_RECORD_SQL: Final = "SELECT number_token, registered_by FROM personal_data WHERE person_id = $1"
_HOLDER_SQL: Final = "SELECT person_id FROM personal_data WHERE number_token = $1"

CommandOf = Callable[[], Any]


class CorrectionHandlers:
    """The commands that correct a person, one method each."""

    def __init__(self, runtime: Runtime, vault: Vault, clock: Clock) -> None:
        self._runtime = runtime
        self._vault = vault
        self._clock = clock

    def today(self) -> date:
        """Today's date in China."""
        return china_date(self._clock())

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
            data, token, registered_by = await self._known(person_id)
            fields = tuple(sorted(name for name, value in changes.items() if getattr(data, name) != value))
            sealed = await self._vault.seal_again(person_id, msgspec.structs.replace(data, **changes))
            return CorrectPersonalData(PersonalRecord(token, sealed, registered_by), fields, reason, name_of(caller))

        return await self._run(caller, key, person_id, command)

    async def correct_number(
        self, caller: Principal, key: Idempotency, person_id: str, number: ResidentId, reason: DataCorrectionReason
    ) -> Answered:
        """Give a person another ID number; raises Refused PERSON_ALREADY_REGISTERED where it is somebody else's."""

        async def command() -> Command:
            data, former_token, registered_by = await self._known(person_id)
            token = await self._vault.token_of(number.number)
            if await self._runtime.store.pool.fetchval(_HOLDER_SQL, token) not in (None, person_id):
                raise person_already_registered()
            sealed = await self._vault.seal_again(person_id, msgspec.structs.replace(data, id_number=number.number))
            record = PersonalRecord(token, sealed, registered_by)
            return CorrectIdNumber(record, former_token, number.born_on, reason, name_of(caller))

        return await self._run(caller, key, person_id, command)

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

        async def command() -> Command:
            born_on = await self._vault.born_on(person_id, today=self.today())
            return CorrectDeath(died_on, reason, evidence, name_of(caller), born_on, self.today())

        return await self._run(caller, key, person_id, command)

    async def _run(self, caller: Principal, key: Idempotency, person_id: str, command_of: "CommandOf") -> Answered:
        async def attempt() -> Outcome:
            # The stream first: what changes after it was read is found at the commit, and all is read again.
            stream, past = await self._runtime.store.load(f"person/{person_id}")
            state = DECIDER.fold(past)
            if state is None:
                raise person_unknown()
            state.check_stands()
            events: Sequence[Any] = DECIDER.decide(await command_of(), state)
            after = DECIDER.fold(events, state)
            assert after is not None, "a correction leaves a person"
            body = {"person_id": person_id, "revision": after.revision}
            return Outcome((StreamAppend(stream, tuple(events)),), body, contended=person_id)

        return await self._runtime.path.run(context_of(self._vault, self._clock, caller, key), attempt)

    async def _known(self, person_id: str) -> tuple[PersonalData, str, str]:
        data = await self._vault.open(person_id)
        row = await self._runtime.store.pool.fetchrow(_RECORD_SQL, person_id)
        if data is None or row is None:
            raise person_erased()
        return data, row["number_token"], row["registered_by"]
