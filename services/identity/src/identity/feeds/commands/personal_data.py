"""What rows of changes say of people besides the membership: a phone, an address or a card that is another one now."""

from collections.abc import Mapping
from typing import Final

import msgspec

from identity.feeds.domain.batch import Batch, BatchKind
from identity.feeds.domain.row import FeedRow
from identity.persons.domain.corrections import CorrectPersonalData, DataCorrectionReason, PersonalRecord
from identity.persons.queries.records import RecordQueries
from identity.persons.queries.vault import Vault
from kernel.running.runtime import Runtime

_SAID: Final = ("phone", "address", "card_number")


class PersonalDataOfRows:
    """Finds the rows of a group that say something new of a known person."""

    def __init__(self, runtime: Runtime, vault: Vault) -> None:
        self._vault = vault
        self._records = RecordQueries(runtime)

    async def corrections(
        self, batch: Batch, rows: Mapping[int, FeedRow], persons: Mapping[int, str]
    ) -> dict[int, CorrectPersonalData]:
        """The corrections by row; ``persons`` are the known ones by row. A full list corrects nobody's data.

        What a row leaves out it says nothing about.
        """
        if batch.kind is not BatchKind.DELTA:
            return {}
        telling = {place: person_id for place, person_id in persons.items() if _said(rows[place])}
        known = await self._vault.people(sorted(set(telling.values())))
        found: dict[int, CorrectPersonalData] = {}
        for place, person_id in telling.items():
            data, said = known.get(person_id), _said(rows[place])
            fields = tuple(sorted(name for name, text in said.items() if data and getattr(data, name) != text))
            kept = await self._records.kept(person_id) if fields else None
            if data is None or kept is None:
                continue
            sealed = await self._vault.seal_again(person_id, msgspec.structs.replace(data, **said))
            record = PersonalRecord(kept.number_token, sealed, kept.registered_by)
            found[place] = CorrectPersonalData(record, fields, DataCorrectionReason.CHANGED, batch.department.value)
        return found


def _said(row: FeedRow) -> dict[str, str]:
    return {name: text for name in _SAID if (text := getattr(row, name)) is not None}
