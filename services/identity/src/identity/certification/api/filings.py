"""Filing over HTTP: each hospital's list of a month's certifications, and who is on no list (003 三(九))."""

from typing import Annotated

import msgspec
from fastapi import Query

from identity.certification.commands import MONTH, CertificationCommands, FilingBody
from identity.certification.queries import CertificationAnswer, CertificationQueries
from identity.persons.domain.masking import mask_name
from identity.persons.queries.vault import Vault
from kernel.http import ById, IdempotencyKey, Json, Page, Router, Sent, Wire, allow, answered, paged
from kernel.http.fields import after_of
from kernel.security import Principal, Role


class Filed(Wire, frozen=True):
    """How many certifications the list reported that were not reported before."""

    hospital_id: str
    month: str
    filed: int


class FilingRow(CertificationAnswer, frozen=True, kw_only=True):
    """One line of a month's list: who, which disease, since when, and whether it was filed under seal.

    The agency sees names in full, everybody else masked; a person who was forgotten has none.
    """

    name: str | None
    disease_name: str | None


Hospital = Annotated[Principal, allow(Role.HOSPITAL)]
Reader = Annotated[Principal, allow(Role.HOSPITAL, Role.AGENCY, Role.OPERATIONS, by_division=True)]


def filings(commands: CertificationCommands, queries: CertificationQueries, vault: Vault) -> Router:
    """The routes of /v1/chronic-filings."""
    router = Router(prefix="/v1/chronic-filings", tags=["certification"])

    @router.post("", status_code=201)
    async def file(caller: Hospital, command: Sent[FilingBody], key: IdempotencyKey) -> Json[Filed]:
        """File the caller's certifications of a month; a second list of the month adds what the first left out."""
        return answered(await commands.file(caller, key, command))

    @router.get("")
    async def list_month(
        month: Annotated[str, Query(pattern=MONTH)],
        caller: Reader,
        page: ById,
        hospital: Annotated[str | None, Query(max_length=64)] = None,
        filed: Annotated[bool | None, Query(description="Only those on a list, or only those on none")] = None,
    ) -> Json[Page[FilingRow]]:
        """Certifications entered in a month; with ``filed=false`` the exceptions: certified, and on no list."""
        if hospital is None and caller.roles == {Role.HOSPITAL}:
            hospital = caller.organisation
        if hospital is not None:
            caller.must_act_for(hospital)
        rows = await queries.of_month(
            hospital,
            month,
            caller.division_patterns,
            filed=filed,
            after=after_of(page),
            limit=page.limit + 1,
        )
        names = await vault.names_of([row.person_id for row in rows[: page.limit]])
        if Role.AGENCY not in caller.roles:
            names = {person_id: mask_name(name) for person_id, name in names.items()}
        diseases = commands.disease_names
        found = [
            FilingRow(
                **msgspec.structs.asdict(row), name=names.get(row.person_id), disease_name=diseases.get(row.disease)
            )
            for row in rows
        ]
        return paged(found, page, "certification_id")

    return router
