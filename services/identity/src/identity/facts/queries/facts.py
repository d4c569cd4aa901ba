"""The questions about facts: what was told of a person, whom a handbook names, and what a low-income test came to."""

from typing import Final

from identity.facts.domain.facts import DECIDER, FactCorrected, Facts, FactTold, Handbook, check_low_income
from identity.facts.domain.handbook import Naming
from identity.persons.domain.categories import Category
from identity.persons.domain.membership import Membership
from kernel.writing.reads import Reads

# Where a record was merged away, its handbook is the surviving one's.
_NAMINGS_SQL: Final = """
SELECT COALESCE(p.merged_into, h.person_id) AS person_id, h.valid_from, h.valid_to
FROM handbooks h JOIN persons p USING (person_id) WHERE h.token = $1 AND NOT h.withdrawn
"""


class FactQueries(Reads):
    """Reads of facts; a person has a handful."""

    async def told(self, person_id: str) -> Facts | None:
        """All facts about a person as they stand."""
        return DECIDER.fold(await self.events(f"facts/{person_id}"))

    async def check_income(self, person_id: str, membership: Membership) -> None:
        """Refuse to assert LOW_INCOME where the test that was recorded says otherwise: LOW_INCOME_TEST_FAILED."""
        if membership.category is Category.LOW_INCOME:
            check_low_income(membership, await self.told(person_id))

    async def namings(self, token: str) -> list[Naming]:
        """Whom departments told that the handbook of this token names."""
        return await self.many(Naming, _NAMINGS_SQL, token)

    async def handbook_tokens(self, person_id: str) -> set[str]:
        """The tokens of all handbooks that ever named a person, whatever the read tables still know of it."""
        told = [
            event.fact
            for event in await self.events(f"facts/{person_id}")
            if isinstance(event, FactTold | FactCorrected)
        ]
        return {fact.detail.token for fact in told if isinstance(fact.detail, Handbook)}
