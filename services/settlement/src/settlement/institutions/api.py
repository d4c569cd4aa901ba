"""Institutions over HTTP: the agency's registry of contracted hospitals."""

from datetime import date
from typing import Annotated, Final, Literal

import msgspec

from kernel.http import (
    ById,
    ErrorCode,
    IdempotencyKey,
    Json,
    Page,
    RequestBody,
    Router,
    Sent,
    Wire,
    allow,
    answered,
    paged,
)
from kernel.http.fields import Identifier, after_of
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.division_table import check_division
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
    ErrorCode("SETTLED_THROUGH_MISPLACED", 422, "Only a village clinic settles through a health centre"),
    ErrorCode("DATES_OUT_OF_ORDER", 422, "Two dates are in the wrong order"),
)


class InstitutionBody(RequestBody, frozen=True, kw_only=True):
    """A registry entry; ``division`` is the six-digit code of the place it lies in.

    ``kind``: a pharmacy and a village clinic are visited, a hospital also takes patients in.
    ``settled_through``: the health centre with which a village clinic on paper settles.
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
    kind: Literal["hospital", "village_clinic", "pharmacy"] = "hospital"
    settled_through: Identifier | None = None


class InstitutionEntered(Wire, frozen=True):
    """The registry has the entry."""

    hospital_id: str


def institutions(commands: InstitutionCommands, queries: InstitutionQueries, requests: Requests) -> Router:
    """The routes of /v1/institutions."""
    router = Router(prefix="/v1/institutions", tags=["institutions"])

    @router.post("", status_code=201)
    async def contract_institution(
        caller: Agency, command: Sent[InstitutionBody], key: IdempotencyKey
    ) -> Json[InstitutionEntered]:
        """Enter an institution, or replace its entry."""
        context = requests.by(caller, key)
        # The entry holds today, or held until the contract ended.
        check_division(command.division, (command.contract_to or context.today).year, "division")
        return answered(await commands.contract(context, Institution(**msgspec.structs.asdict(command))))

    @router.get("")
    async def list_institutions(_caller: Reader, page: ById) -> Json[Page[InstitutionAnswer]]:
        """The registry."""
        found = await queries.institutions(after_of(page), page.limit + 1)
        return paged(found, page, "hospital_id")

    return router
