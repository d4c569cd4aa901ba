"""Commands about whole records: merging two of one person, and annulling one made by error."""

from typing import Any, Final

from identity.persons.domain.annulment import AnnulmentReason, AnnulRegistration, annul
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.merging import MergeRecords, merge, move_alias
from identity.persons.domain.person import DECIDER, person_unknown
from identity.persons.queries.request_context import context_of, name_of
from identity.persons.queries.vault import Vault
from kernel.http import Idempotency
from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import Stream, StreamAppend

_TOKENS_SQL: Final = """
SELECT number_token FROM personal_data WHERE person_id = $1
UNION SELECT number_token FROM former_numbers WHERE person_id = $1 ORDER BY 1
"""
_ALIASES_SQL: Final = "SELECT person_id FROM persons WHERE merged_into = $1 ORDER BY person_id"
_RESTING_SQL: Final = """
SELECT 'an entry' WHERE EXISTS (
  SELECT FROM entries WHERE person_id = $1 AND state IN ('ENTERED', 'REVIEWED', 'RETURNED'))
UNION ALL SELECT 'merged records' WHERE EXISTS (SELECT FROM persons WHERE merged_into = $1)
UNION ALL SELECT 'facts' WHERE EXISTS (SELECT FROM fact_versions WHERE person_id = $1)
UNION ALL SELECT 'exemptions' WHERE EXISTS (SELECT FROM exemptions WHERE person_id = $1)
UNION ALL SELECT 'premiums' WHERE EXISTS (SELECT FROM premiums WHERE person_id = $1)
"""


class RecordHandlers:
    """The commands about whole records."""

    def __init__(self, runtime: Runtime, vault: Vault, clock: Clock) -> None:
        self._runtime = runtime
        self._vault = vault
        self._clock = clock

    async def merge(
        self, caller: Principal, key: Idempotency, person_id: str, other_id: str, keep: frozenset[str], evidence: str
    ) -> Answered:
        """Merge the other record into this one; both, and earlier aliases of the other, change in one append."""

        async def attempt() -> Outcome:
            stream, surviving = await self._load(person_id)
            other_stream, other = await self._load(other_id)
            tokens = await self._column(_TOKENS_SQL, other_id)
            command = MergeRecords(keep, tuple(tokens), evidence, name_of(caller))
            merged, away = merge(command, surviving, other)
            appends = [StreamAppend(stream, (merged,)), StreamAppend(other_stream, (away,))]
            for alias_id in await self._column(_ALIASES_SQL, other_id):
                alias_stream, alias = await self._load(alias_id)
                appends.append(StreamAppend(alias_stream, (move_alias(alias, merged.entitlement),)))
            body = {
                "person_id": person_id,
                "revision": merged.entitlement.revision,
                "merged_id": other_id,
                "taken": merged.taken,
                "given_up": [held.membership_id for held in merged.given_up],
            }
            return Outcome(tuple(appends), body, contended=person_id)

        return await self._runtime.path.run(context_of(self._vault, self._clock, caller, key), attempt)

    async def annul(self, caller: Principal, key: Idempotency, person_id: str, reason: AnnulmentReason) -> Answered:
        """Take back a registration on which nothing rests."""

        async def attempt() -> Outcome:
            stream, person = await self._load(person_id)
            resting = tuple(await self._column(_RESTING_SQL, person_id))
            annulled = annul(AnnulRegistration(reason, resting, name_of(caller)), person)
            body = {"person_id": person_id, "revision": annulled.entitlement.revision}
            return Outcome((StreamAppend(stream, (annulled,)),), body, contended=person_id)

        return await self._runtime.path.run(context_of(self._vault, self._clock, caller, key), attempt)

    async def _load(self, person_id: str) -> tuple[Stream, Entitlement]:
        stream, past = await self._runtime.store.load(f"person/{person_id}")
        person = DECIDER.fold(past)
        if person is None:
            raise person_unknown()
        return stream, person

    async def _column(self, sql: str, argument: str) -> list[Any]:
        return [row[0] for row in await self._runtime.store.pool.fetch(sql, argument)]
