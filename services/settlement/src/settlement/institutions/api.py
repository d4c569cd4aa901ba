"""Institutions over HTTP: the agency's registry of contracted hospitals."""

from datetime import date
from typing import Annotated, Final

import msgspec

from kernel.http import (
    ErrorCode,
    IdempotencyKey,
    Json,
    Page,
    PageRequest,
    RequestBody,
    Router,
    Wire,
    allow,
    answer,
    body,
    page_of,
    paging,
    stored_answer,
)
from kernel.http.fields import Identifier
from kernel.security import Principal, Role
from law.packs.model import Level
from settlement.institutions.commands import InstitutionCommands
from settlement.institutions.domain import Institution
from settlement.institutions.queries import InstitutionAnswer, InstitutionQueries

Agency = Annotated[Principal, allow(Role.AGENCY)]
#: The registry belongs to no division: people are treated everywhere.
Reader = Annotated[Principal, allow(*Role, by_division=True)]
CODES: Final = (
    ErrorCode("HOSPITAL_UNKNOWN", 404, "The hospital is not in the registry"),
    ErrorCode("MAJOR_DISEASES_MISPLACED", 422, "Major diseases of a hospital that is designated for none"),
    ErrorCode("DATES_OUT_OF_ORDER", 422, "Two dates are in the wrong order"),
)


class InstitutionBody(RequestBody, frozen=True, kw_only=True):
    """A registry entry; ``division`` is the six-digit code of the place it lies in.

    ``majors``: designated for major diseases, for those in ``major_diseases`` or, where it names none, for all.
    """

    hospital_id: Identifier
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    level: Level
    division: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]
    contract_from: date
    contract_to: date | None = None
    majors: bool = False
    major_diseases: Annotated[tuple[Identifier, ...], msgspec.Meta(max_length=200)] = ()


class InstitutionEntered(Wire, frozen=True):
    """The registry has the entry."""

    hospital_id: str


def institutions(commands: InstitutionCommands, queries: InstitutionQueries) -> Router:
    """The routes of /v1/institutions."""
    router = Router(prefix="/v1/institutions", tags=["institutions"])

    @router.post("", status_code=201)
    async def contract_institution(
        caller: Agency, command: Annotated[InstitutionBody, body(InstitutionBody)], key: IdempotencyKey
    ) -> Json[InstitutionEntered]:
        """Enter an institution, or replace its entry."""
        done = await commands.contract(caller, key, Institution(**msgspec.structs.asdict(command)))
        return stored_answer(done.status, done.body, replayed=done.replayed)

    @router.get("")
    async def list_institutions(
        _caller: Reader, page: Annotated[PageRequest, paging(str)]
    ) -> Json[Page[InstitutionAnswer]]:
        """The registry."""
        found = await queries.institutions(str(page.after[0]) if page.after else "", page.limit + 1)
        return answer(page_of(found, page, key=lambda row: (row.hospital_id,)))

    return router
