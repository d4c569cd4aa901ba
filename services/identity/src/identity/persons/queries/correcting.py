"""What a correction of personal data needs to know: the data as they stand, and whose a number is."""

from datetime import date

import msgspec

from identity.persons.domain.corrections import (
    CorrectIdNumber,
    CorrectPersonalData,
    DataCorrectionReason,
    PersonalRecord,
)
from identity.persons.domain.newborn import born_on_of
from identity.persons.domain.person import person_already_registered
from identity.persons.domain.refusals import person_erased
from identity.persons.queries.records import KeptData, RecordQueries
from identity.persons.queries.vault import PersonalData, Vault
from kernel.running.runtime import Runtime


class NumberSaid(msgspec.Struct, frozen=True):
    """An ID number that should stand; one that is only tried leaves no trace of itself."""

    number: str
    only_tried: bool = False


class Correcting:
    """Makes the commands that write personal data anew."""

    def __init__(self, runtime: Runtime, vault: Vault) -> None:
        self._vault = vault
        self._records = RecordQueries(runtime)

    async def data(
        self, person_id: str, changes: dict[str, str | None], reason: DataCorrectionReason, by: str
    ) -> CorrectPersonalData:
        """Other data; ``changes`` has what was given, by the name of the field. Raises Refused PERSON_ERASED."""
        data, kept = await self.known(person_id)
        fields = tuple(sorted(name for name, value in changes.items() if getattr(data, name) != value))
        sealed = await self._vault.seal_again(person_id, msgspec.structs.replace(data, **changes))
        return CorrectPersonalData(PersonalRecord(kept.number_token, sealed, kept.registered_by), fields, reason, by)

    async def number(
        self, person_id: str, said: "NumberSaid", reason: DataCorrectionReason, by: str, *, today: date
    ) -> CorrectIdNumber:
        """Another ID number. Raises Refused PERSON_ALREADY_REGISTERED where it is somebody else's, PERSON_ERASED."""
        data, kept = await self.known(person_id)
        number = said.number
        token = await self._vault.known_token(number) or "" if said.only_tried else await self._vault.token_of(number)
        if await self._records.holder(token) not in (None, person_id):
            raise person_already_registered()
        sealed = await self._vault.seal_again(person_id, msgspec.structs.replace(data, id_number=number))
        record = PersonalRecord(token, sealed, kept.registered_by)
        return CorrectIdNumber(record, kept.number_token, born_on_of(number, today=today), reason, by)

    async def known(self, person_id: str) -> tuple[PersonalData, KeptData]:
        """A person's data with what stands beside them. Raises Refused PERSON_ERASED."""
        data, kept = await self._vault.open(person_id), await self._records.kept(person_id)
        if data is None or kept is None:
            raise person_erased()
        return data, kept
