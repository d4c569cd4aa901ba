"""The households that rows of a group name, with the facts that already stand of their people."""

from collections.abc import Mapping

from identity.facts.domain.facts import DECIDER, Household, HouseholdRole
from identity.feeds.domain.batch import Batch, BatchKind
from identity.feeds.domain.households import Said, evidence_of, household_fact_id, may_tell, tell
from identity.feeds.domain.row import FeedRow
from kernel.running.runtime import Runtime
from kernel.values.china_time import china_date
from kernel.writing.event_store import StreamAppend


class HouseholdsOfRows:
    """Finds the rows that say something new of a person's household."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def told(
        self, batch: Batch, rows: Mapping[int, FeedRow], known: Mapping[int, str], new: Mapping[int, str]
    ) -> dict[int, StreamAppend]:
        """What is to be written by row: of changes for everybody, of a full list for those whom it registers."""
        telling = {**known, **new} if batch.kind is BatchKind.DELTA else dict(new)
        telling = {place: person_id for place, person_id in telling.items() if rows[place].household}
        if not telling or not may_tell(batch.department):
            return {}
        loaded = await self._runtime.store.load_many(sorted({f"facts/{person_id}" for person_id in telling.values()}))
        found: dict[int, StreamAppend] = {}
        for person_id in dict.fromkeys(telling.values()):
            # Only the first of two rows about one person finds nothing said since the file.
            place = min(place for place, other in telling.items() if other == person_id)
            stream, past = loaded[f"facts/{person_id}"]
            if events := tell(_said(batch, rows[place], person_id), DECIDER.fold(past)):
                found[place] = StreamAppend(stream, tuple(events))
        return found


def _said(batch: Batch, row: FeedRow, person_id: str) -> Said:
    assert row.household, "only rows with a household are looked at"
    return Said(
        person_id=person_id,
        fact_id=household_fact_id(batch.batch_id, person_id),
        department=batch.department,
        household=Household(row.household, row.role or HouseholdRole.MEMBER),
        since=max(china_date(batch.as_of), row.id_number.born_on),
        evidence=evidence_of(batch.number),
        born_on=row.id_number.born_on,
    )
