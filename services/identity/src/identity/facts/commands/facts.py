"""Commands about facts: what departments tell of households, disabilities and incomes."""

from collections.abc import Callable
from datetime import date
from typing import Any

from identity.facts.domain.facts import DECIDER, Command, State
from identity.persons.domain.person import DECIDER as PERSONS
from identity.persons.domain.person import standing
from identity.persons.queries.people import PeopleCommands
from kernel.http import Idempotency
from kernel.security import Principal
from kernel.writing.command_path import Answered
from kernel.writing.decision import Decision

#: Makes the command when the fact's id and the person's birth date are known.
CommandOf = Callable[[str, date | None], Command]


class FactCommands(PeopleCommands):
    """The commands about facts."""

    async def change(
        self, caller: Principal, key: Idempotency, person_id: str, command_of: CommandOf, fact_id: str | None = None
    ) -> Answered:
        """Tell, correct or withdraw a fact; ``command_of`` takes the fact's id, a new one where none is given."""
        context = self._requests.by(caller, key)
        known_id = fact_id or context.new_id("fact")

        async def gather(_state: State) -> Command:
            _, person = await self._runtime.path.standing(PERSONS, f"person/{person_id}")
            standing(person)
            return command_of(known_id, await self._vault.born_on(person_id, today=context.today))

        def changed(decision: Decision[State, Any]) -> dict[str, Any]:
            return {"person_id": person_id, "fact_id": known_id, "revision": decision.after.revision}

        return await self._runtime.path.gather(
            context, DECIDER, f"facts/{person_id}", gather, changed, status=200 if fact_id else 201
        )
