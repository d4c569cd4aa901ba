"""Commands about whole records: merging two of one person, and annulling one made by error."""

from identity.persons.domain.annulment import AnnulmentReason, AnnulRegistration, annul
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.person import DECIDER, known
from identity.persons.queries.changes import PersonChanged
from identity.persons.queries.mergers import Mergers
from identity.persons.queries.records import RecordQueries
from kernel.http import Idempotency
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import Stream, StreamAppend


class RecordCommands:
    """The commands about whole records."""

    def __init__(self, runtime: Runtime, requests: Requests) -> None:
        self._runtime = runtime
        self._requests = requests
        self._records = RecordQueries(runtime)
        self._mergers = Mergers(runtime)

    async def merge(
        self, caller: Principal, key: Idempotency, person_id: str, other_id: str, keep: frozenset[str], evidence: str
    ) -> Answered:
        """Merge the other record into this one; both, and earlier aliases of the other, change in one append."""

        async def attempt() -> Outcome:
            merger = await self._mergers.of(person_id, other_id, keep=keep, evidence=evidence, by=caller.source)
            merged = merger.merged
            body = {
                "person_id": person_id,
                "revision": merged.entitlement.revision,
                "merged_id": other_id,
                "taken": merged.taken,
                "given_up": [held.membership_id for held in merged.given_up],
            }
            return Outcome(merger.appends, body, contended=person_id)

        return await self._runtime.path.run(self._requests.by(caller, key), attempt)

    async def annul(self, caller: Principal, key: Idempotency, person_id: str, reason: AnnulmentReason) -> Answered:
        """Take back a registration on which nothing rests."""

        async def attempt() -> Outcome:
            stream, person = await self._load(person_id)
            resting = tuple(await self._records.resting(person_id))
            annulled = annul(AnnulRegistration(reason, resting, caller.source), person)
            body = PersonChanged(person_id=person_id, revision=annulled.entitlement.revision)
            return Outcome((StreamAppend(stream, (annulled,)),), body, contended=person_id)

        return await self._runtime.path.run(self._requests.by(caller, key), attempt)

    async def _load(self, person_id: str) -> tuple[Stream, Entitlement]:
        stream, state = await self._runtime.path.standing(DECIDER, f"person/{person_id}")
        return stream, known(state)
