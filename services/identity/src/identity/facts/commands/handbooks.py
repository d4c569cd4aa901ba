"""Checking a handbook that a hospital is shown: nothing about it is kept but a token and the answer."""

from typing import Final
from uuid import uuid5

from identity.facts.domain.handbook import HandbookChecked, Naming, result_of
from identity.persons.domain.person import person_unknown
from identity.persons.queries.persons import Queries
from identity.persons.queries.request_context import context_of
from identity.persons.queries.vault import Vault
from kernel.http import Idempotency
from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.china_time import china_date
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import Stream, StreamAppend

_CREATED: Final = 201
# Where a record was merged away, its handbook is the surviving one's.
_NAMINGS_SQL: Final = """
SELECT COALESCE(p.merged_into, h.person_id) AS person_id, h.valid_from, h.valid_to
FROM handbooks h JOIN persons p USING (person_id) WHERE h.token = $1 AND NOT h.withdrawn
"""


class HandbookHandlers:
    """The command of the hospital's window."""

    def __init__(self, runtime: Runtime, vault: Vault, clock: Clock) -> None:
        self._runtime = runtime
        self._vault = vault
        self._clock = clock
        self._persons = Queries(runtime)

    async def check(self, caller: Principal, key: Idempotency, person_id: str, number: str) -> Answered:
        """Say whether a handbook is the person's; raises Refused PERSON_UNKNOWN."""
        context = context_of(self._vault, self._clock, caller, key)
        check_id, today = str(uuid5(context.command_id, "handbook-check")), china_date(context.now)
        hospital_id = caller.organisation or ""

        async def attempt() -> Outcome:
            person = await self._persons.person(person_id)
            if person is None:
                raise person_unknown()
            token = await self._vault.known_handbook(number)
            rows = [] if token is None else await self._runtime.store.pool.fetch(_NAMINGS_SQL, token)
            surviving = person.merged_into or person_id
            result = result_of((Naming(*row) for row in rows), surviving, today)
            checked = HandbookChecked(check_id, person_id, hospital_id, result, today, token, context.actor)
            body = {"handbook_check_id": check_id, "person_id": person_id, "result": result, "checked_on": today}
            return Outcome((StreamAppend(Stream(f"handbook-check/{check_id}"), (checked,)),), body, _CREATED)

        return await self._runtime.path.run(context, attempt)
