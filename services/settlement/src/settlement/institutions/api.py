"""Institutions over HTTP: the agency's registry of contracted hospitals."""

from datetime import date
from typing import Annotated

import msgspec

from kernel.http import (
    IdempotencyKey,
    Json,
    Page,
    PageRequest,
    Router,
    Wire,
    allow,
    answer,
    body,
    page_of,
    paging,
    stored_answer,
)
from kernel.security import Principal, Role
from settlement.encounters.api.bodies import InstitutionBody
from settlement.encounters.commands.encounters import Handlers
from settlement.encounters.queries.encounters import Queries
from settlement.institutions.domain.institution import InstitutionContracted

Agency = Annotated[Principal, allow(Role.AGENCY)]
#: The registry belongs to no division: people are treated everywhere.
Reader = Annotated[Principal, allow(*Role, by_division=True)]


class InstitutionEntered(Wire, frozen=True):
    """The registry has the entry."""

    hospital_id: str


class InstitutionAnswer(Wire, frozen=True):
    """A registry entry."""

    hospital_id: str
    name: str
    level: str
    division: str
    contract_from: date
    contract_to: date | None
    majors: bool
    major_diseases: tuple[str, ...]


def institutions(handlers: Handlers, queries: Queries) -> Router:
    """The routes of /v1/institutions."""
    router = Router(prefix="/v1/institutions", tags=["institutions"])

    @router.post("", status_code=201)
    async def contract_institution(
        caller: Agency, command: Annotated[InstitutionBody, body(InstitutionBody)], key: IdempotencyKey
    ) -> Json[InstitutionEntered]:
        """Enter an institution, or replace its entry."""
        entry = InstitutionContracted(**msgspec.structs.asdict(command))
        done = await handlers.contract_institution(caller, key, entry)
        return stored_answer(done.status, done.body, replayed=done.replayed)

    @router.get("")
    async def list_institutions(
        _caller: Reader, page: Annotated[PageRequest, paging(str)]
    ) -> Json[Page[InstitutionAnswer]]:
        """The registry."""
        rows = await queries.institutions(str(page.after[0]) if page.after else "", page.limit + 1)
        found = [InstitutionAnswer(**dict(row) | {"major_diseases": tuple(row["major_diseases"])}) for row in rows]
        return answer(page_of(found, page, key=lambda row: (row.hospital_id,)))

    return router
