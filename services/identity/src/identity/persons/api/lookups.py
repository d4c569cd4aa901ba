"""Look-ups over HTTP: anyone who oversees privacy sees who asked for a person, and why."""

from typing import Annotated

from identity.persons.queries.divisions import DivisionQueries
from identity.persons.queries.lookups import LookupAnswer, LookupQueries
from identity.persons.queries.persons import PersonQueries
from kernel.http import Json, Page, PageRequest, Router, allow, answer, of_division, page_of, paging
from kernel.security import Principal, Role

Overseer = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS)]


def lookups(queries: LookupQueries, persons: PersonQueries, divisions: DivisionQueries) -> Router:
    """The route of /v1/persons/{person_id}/lookups."""
    router = Router(
        prefix="/v1/persons/{person_id}/lookups",
        tags=["persons"],
        dependencies=[of_division("person_id", divisions.of_person)],
    )

    @router.get("")
    async def list_lookups(
        person_id: str, _caller: Overseer, page: Annotated[PageRequest, paging(str)]
    ) -> Json[Page[LookupAnswer]]:
        """List who looked a person up by ID number, the newest first."""
        await persons.known(person_id)
        after = None if page.after is None else str(page.after[0])
        rows = await queries.of_person(person_id, after=after, limit=page.limit + 1)
        return answer(page_of(rows, page, key=lambda row: (row.lookup_id,)))

    return router
