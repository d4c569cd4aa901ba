"""Look-ups over HTTP: anyone who oversees privacy sees who asked for a person, and why."""

from typing import Annotated

from identity.persons.queries.divisions import DivisionQueries
from identity.persons.queries.lookups import LookupAnswer, LookupQueries
from identity.persons.queries.persons import PersonQueries
from identity.persons.queries.seeing import LookAnswer, Looks
from kernel.http import ById, Json, Page, Router, allow, paged
from kernel.http.fields import after_of
from kernel.security import Principal, Role

Overseer = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS)]


def lookups(queries: LookupQueries, persons: PersonQueries, divisions: DivisionQueries) -> Router:
    """The route of /v1/persons/{person_id}/lookups."""
    router = Router(prefix="/v1/persons/{person_id}/lookups", tags=["persons"], dependencies=[divisions.guard])

    @router.get("")
    async def list_lookups(person_id: str, _caller: Overseer, page: ById) -> Json[Page[LookupAnswer]]:
        """List who looked a person up by ID number, the newest first."""
        await persons.known(person_id)
        rows = await queries.of_person(person_id, after=after_of(page), limit=page.limit + 1)
        return paged(rows, page, "lookup_id")

    return router


def looks_at_person(looks: Looks, persons: PersonQueries, divisions: DivisionQueries) -> Router:
    """The route of /v1/persons/{person_id}/looks."""
    router = Router(prefix="/v1/persons/{person_id}/looks", tags=["persons"], dependencies=[divisions.guard])

    @router.get("")
    async def list_looks(person_id: str, _caller: Overseer, page: ById) -> Json[Page[LookAnswer]]:
        """List who saw a person's name, number, phone or address in the clear, the newest first."""
        await persons.known(person_id)
        rows = await looks.of_person(person_id, after=after_of(page), limit=page.limit + 1)
        return paged(rows, page, "look_id")

    return router
