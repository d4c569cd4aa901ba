"""Checking a handbook that a hospital is shown: nothing about it is kept but a token and the answer."""

from identity.facts.domain.handbook import HandbookChecked, result_of
from identity.facts.queries.facts import FactQueries
from identity.persons.queries.people import PeopleCommands
from kernel.http import Idempotency
from kernel.security import Principal
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import Stream, StreamAppend


class HandbookCommands(PeopleCommands):
    """The command of the hospital's window."""

    async def check(self, caller: Principal, key: Idempotency, person_id: str, number: str) -> Answered:
        """Say whether a handbook is the person's; raises Refused PERSON_UNKNOWN."""
        context = self._requests.by(caller, key)
        check_id, today = context.new_id("handbook-check"), context.today

        async def attempt() -> Outcome:
            person = await self._persons.known(person_id)
            token = await self._vault.known_handbook(number)
            namings = [] if token is None else await FactQueries(self._runtime).namings(token)
            checked = HandbookChecked(
                check_id=check_id,
                person_id=person_id,
                hospital_id=caller.organisation or "",
                result=result_of(namings, person.merged_into or person_id, today),
                checked_on=today,
                token=token,
                asked_by=context.actor,
            )
            shown = {"person_id": person_id, "result": checked.result, "checked_on": today}
            body = {"handbook_check_id": check_id, **shown}
            return Outcome((StreamAppend(Stream(f"handbook-check/{check_id}"), (checked,)),), body, 201)

        return await self._runtime.path.run(context, attempt)
