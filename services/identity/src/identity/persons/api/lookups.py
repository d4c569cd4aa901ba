"""Look-ups over HTTP: anyone who oversees privacy sees who asked for a person, and why."""

from datetime import datetime
from typing import Annotated

import msgspec

from identity.persons.domain.person import person_unknown
from identity.persons.queries.divisions import DivisionQueries
from identity.persons.queries.lookups import LookupQueries
from identity.persons.queries.persons import Queries
from kernel.http import Json, Page, PageRequest, Router, Wire, allow, answer, of_division, page_of, paging
from kernel.security import Principal, Role


class LookupAnswer(Wire, frozen=True):
    """A look-up by ID number that found the person."""

    lookup_id: str
    asked_by: str
    roles: list[str]
    reason: str
    asked_at: datetime


Overseer = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS)]


def lookups(queries: LookupQueries, persons: Queries, divisions: DivisionQueries) -> Router:
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
        if await persons.person(person_id) is None:
            raise person_unknown()
        after = None if page.after is None else str(page.after[0])
        rows = await queries.of_person(person_id, after=after, limit=page.limit + 1)
        answers = [LookupAnswer(**msgspec.structs.asdict(row)) for row in rows]
        return answer(page_of(answers, page, key=lambda row: (row.lookup_id,)))

    return router
