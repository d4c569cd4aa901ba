"""Babies who have an ID number now: a row with it and the guardian's finds the record that stands for them."""

from collections.abc import Mapping

import msgspec

from identity.feeds.domain.batch import Batch
from identity.feeds.domain.row import FeedRow
from identity.intake.queries import KnownPeople
from identity.persons.domain.corrections import CorrectIdNumber, DataCorrectionReason, PersonalRecord
from identity.persons.domain.newborn import is_newborn, newborn
from identity.persons.queries.records import RecordQueries
from identity.persons.queries.vault import Vault
from kernel.running.runtime import Runtime


class NewbornsOfRows:
    """Joins the rows of a group with babies who were registered without a number."""

    def __init__(self, runtime: Runtime, vault: Vault) -> None:
        self._vault = vault
        self._people = KnownPeople(runtime)
        self._records = RecordQueries(runtime)

    async def joining(self, unknown: Mapping[str, FeedRow]) -> dict[str, str]:
        """The persons whom rows under numbers that nobody has are about, by the hash of the row's number."""
        stand_ins = {
            number_hash: self._vault.hash_of(newborn(row.guardian, row.id_number.born_on, row.name).number)
            for number_hash, row in unknown.items()
            if row.guardian is not None and not is_newborn(row.id_number.number)
        }
        known = await self._people.by_hashes(stand_ins.values()) if stand_ins else {}
        people = await self._vault.people(sorted(set(known.values()))) if known else {}
        without = {person_id for person_id, data in people.items() if is_newborn(data.id_number)}
        found = {number_hash: known.get(stand_in) for number_hash, stand_in in stand_ins.items()}
        return {
            number_hash: person_id for number_hash, person_id in found.items() if person_id in without and person_id
        }

    async def numbered(self, batch: Batch, row: FeedRow, person_id: str) -> CorrectIdNumber | None:
        """The command that gives a baby the own number; what stood for it goes on leading to it."""
        data, kept = await self._vault.open(person_id), await self._records.kept(person_id)
        if data is None or kept is None:
            return None
        token = await self._vault.token_of(row.id_number.number)
        sealed = await self._vault.seal_again(person_id, msgspec.structs.replace(data, id_number=row.id_number.number))
        record = PersonalRecord(token, sealed, kept.registered_by)
        born_on, by = row.id_number.born_on, batch.department.value
        return CorrectIdNumber(record, kept.number_token, born_on, DataCorrectionReason.CHANGED, by)
