"""Of which county somebody or something is: what a caller who works for some divisions is held against."""

from typing import Any, Final

from identity.persons.domain.categories import Department, department_of
from kernel.http import of_division
from kernel.security import Principal, Role
from kernel.writing.reads import Reads

#: Whom nobody has placed in the county yet may be of the township that asks.
_OF_TOWNSHIP_SQL: Final = """
SELECT CASE WHEN NOT starts_with($2, p.county) THEN p.county
            WHEN starts_with(t.township, p.county) THEN t.township ELSE $2 END
FROM persons p LEFT JOIN person_townships t USING (person_id) WHERE p.person_id = $1
"""
_OF_PERSON_SQL: Final = "SELECT county FROM persons WHERE person_id = $1"


class DivisionQueries(Reads):
    """Counties of things; None where there is no such thing."""

    @property
    def guard(self) -> Any:
        """Dependency that keeps routes under {person_id} to people of the caller's divisions."""
        return of_division("person_id", self.of_person)

    async def of_person(self, person_id: str) -> str | None:
        """The county of a person's household registration; of a merged record, what it said last."""
        county: str | None = await self.pool.fetchval(_OF_PERSON_SQL, person_id)
        return county

    async def must_act_for(self, caller: Principal, person_id: str | None) -> None:
        """Refuse a person of a foreign division whom not the path names: DIVISION_FOREIGN. An unknown one may pass.

        A township acts for who was placed in it (``POST /v1/persons/{id}/township``), and for those of its county whom
        nobody has placed.
        """
        if caller.divisions is None or person_id is None:
            return
        township = caller.own_township
        if township is None:
            place = await self.of_person(person_id)
        else:
            place = await self.text(_OF_TOWNSHIP_SQL, person_id, township)
        if place is not None:
            caller.must_act_in(place)


def own_department(caller: Principal) -> Department | None:
    """The department that a caller is bound to; None for those who see all. Raises Refused DEPARTMENT_UNKNOWN.

    A token that is a department's among other things is bound to it all the same.
    """
    return department_of(caller.organisation) if Role.DEPARTMENT in caller.roles else None
