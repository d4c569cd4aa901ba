"""What the detail of a fact comes to: a handbook's number as its token, a family's means by the rule of the place."""

from decimal import Decimal

import msgspec

from identity.facts.domain.facts import (
    Detail,
    Disability,
    Handbook,
    Household,
    LowIncomeTest,
    check_low_income_group,
)
from identity.facts.domain.low_income import Means, is_low_income
from identity.facts.queries.facts import FactQueries
from identity.facts.queries.telling import (
    DisabilityBody,
    HandbookBody,
    HouseholdBody,
    LowIncomeBody,
    Telling,
)
from identity.persons.queries.persons import PersonQueries
from identity.persons.queries.vault import Vault
from kernel.running.runtime import Runtime
from kernel.values.refusals import Refused
from law.packs import PackLibrary


class FactDetails:
    """Makes details of what is sent."""

    def __init__(self, runtime: Runtime, vault: Vault, library: PackLibrary) -> None:
        self._persons = PersonQueries(runtime)
        self._facts = FactQueries(runtime)
        self._vault = vault
        self._library = library

    async def of(self, person_id: str, said: Telling) -> Detail:
        """The detail. Raises Refused LOW_INCOME_RULE_MISSING, GROUP_MISPLACED, PERSON_UNKNOWN."""
        match said.detail:
            case HouseholdBody(household_id=household_id, role=role):
                return Household(household_id, role)
            case DisabilityBody(grade=grade):
                return Disability(grade)
            case HandbookBody(number=number):
                return Handbook(await self._vault.handbook_token(number))
            case LowIncomeBody():
                return await self._tested(person_id, said, said.detail)

    async def brought_benefit(self, person_id: str, fact_id: str) -> bool:
        """Whether a fact that was told is one because of which somebody may get more; not, where nobody told it."""
        told = await self._facts.told(person_id)
        found = next((fact for fact in (told.facts if told else ()) if fact.fact_id == fact_id), None)
        return found is not None and not isinstance(found.detail, Household)

    async def _tested(self, person_id: str, said: Telling, test: LowIncomeBody) -> LowIncomeTest:
        """A low-income test by the rule in force where the person lives."""
        means = Means(**{name: int(getattr(test, name)) for name in Means.__struct_fields__})
        check_low_income_group(test.group)
        county = (await self._persons.known(person_id)).county
        for policy in self._library.newest(county, said.valid_from):
            if (rule := policy.file.low_income) is not None:
                return LowIncomeTest(
                    **msgspec.structs.asdict(means),
                    income_multiple=rule.income_multiple,
                    group=test.group,
                    passed=is_low_income(means, test.group, Decimal(rule.income_multiple)),
                    clause=f"{policy.file.document.cited_as} {rule.clause}",
                )
        detail = f"no policy in force in {county} on {said.valid_from} says how income is tested"
        raise Refused("LOW_INCOME_RULE_MISSING", detail, about={"division": county})
