"""Commands about facts: what departments tell of households, disabilities and incomes."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from identity.facts.domain.facts import DECIDER, Command, Handbook, LowIncomeTest, State, check_low_income_group
from identity.facts.domain.low_income import Means, is_low_income
from identity.persons.domain.categories import Group
from identity.persons.domain.person import DECIDER as PERSONS
from identity.persons.domain.person import standing
from identity.persons.queries.people import PeopleCommands
from identity.persons.queries.vault import Vault
from kernel.http import Idempotency
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.refusals import Refused
from kernel.writing.command_path import Answered
from kernel.writing.decision import Decision
from law.packs import PackLibrary

#: Makes the command when the fact's id and the person's birth date are known.
CommandOf = Callable[[str, date | None], Command]


class FactCommands(PeopleCommands):
    """The commands about facts."""

    def __init__(self, runtime: Runtime, vault: Vault, library: PackLibrary, requests: Requests) -> None:
        super().__init__(runtime, vault, requests)
        self._library = library

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

    async def handbook(self, number: str) -> Handbook:
        """A handbook by its number, which goes no further than its token."""
        return Handbook(await self._vault.handbook_token(number))

    async def tested(self, person_id: str, on: date, means: Means, group: Group | None) -> LowIncomeTest:
        """A low-income test by the rule in force where the person lives.

        Raises Refused LOW_INCOME_RULE_MISSING, GROUP_MISPLACED.
        """
        check_low_income_group(group)
        county = (await self._persons.known(person_id)).county
        for policy in self._library.newest(county, on):
            if (rule := policy.file.low_income) is not None:
                return LowIncomeTest(
                    **msgspec.structs.asdict(means),
                    income_multiple=rule.income_multiple,
                    group=group,
                    passed=is_low_income(means, group, Decimal(rule.income_multiple)),
                    clause=f"{policy.file.document.cited_as} {rule.clause}",
                )
        detail = f"no policy in force in {county} on {on} says how income is tested"
        raise Refused("LOW_INCOME_RULE_MISSING", detail, about={"division": county})
