"""What merging two records of one person comes to, with the earlier aliases of the one that is given up."""

import msgspec

from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.merging import MergeRecords, RecordsMerged, merge, move_alias
from identity.persons.domain.person import DECIDER, known
from identity.persons.queries.records import RecordQueries
from kernel.running.runtime import Runtime
from kernel.writing.event_store import Stream, StreamAppend


class Merger(msgspec.Struct, frozen=True):
    """What a merger says on the surviving record, and all that is written in one append."""

    merged: RecordsMerged
    appends: tuple[StreamAppend, ...]


class Mergers:
    """Decides mergers."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._records = RecordQueries(runtime)

    async def of(self, person_id: str, other_id: str, *, keep: frozenset[str], evidence: str, by: str) -> Merger:
        """Merge the other record into this one. Raises Refused MERGE_…, PERSON_…, DEATH_DATE_DISAGREES."""
        stream, surviving = await self._load(person_id)
        other_stream, other = await self._load(other_id)
        tokens = await self._records.number_tokens(other_id)
        merged, away = merge(MergeRecords(keep, tuple(tokens), evidence, by), surviving, other)
        appends = [StreamAppend(stream, (merged,)), StreamAppend(other_stream, (away,))]
        for alias_id in await self._records.aliases(other_id):
            alias_stream, alias = await self._load(alias_id)
            appends.append(StreamAppend(alias_stream, (move_alias(alias, merged.entitlement),)))
        return Merger(merged, tuple(appends))

    async def _load(self, person_id: str) -> tuple[Stream, Entitlement]:
        stream, state = await self._runtime.path.standing(DECIDER, f"person/{person_id}")
        return stream, known(state)
