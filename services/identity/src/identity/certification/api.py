"""Chronic certification over HTTP: hospitals certify and file each month, the agency cancels (003 三(八)-(九))."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

import msgspec
from fastapi import Query
from starlette.responses import HTMLResponse

from identity.certification.commands import MONTH, CertificationCommands, CertifyBody, Code, FilingBody, TakeOverBody
from identity.certification.domain.certifiers import Certifier
from identity.certification.domain.paper import PAPER_LINES_MAX, PaperLine, filing_paper
from identity.certification.queries import CertificationAnswer, CertificationQueries, CertifierAnswer
from identity.persons.domain.masking import mask_name
from identity.persons.domain.seeing import SeenFor
from identity.persons.queries.seeing import Looks
from identity.persons.queries.vault import Vault
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
    answer,
    answered,
    paged,
)
from kernel.http.fields import CountyQuery, Text, after_of
from kernel.security import Principal, Role
from kernel.values.china_time import CHINA
from kernel.values.refusals import Refused


class CancelBody(RequestBody, frozen=True):
    """The first day on which the certification does not hold, and what the after-check found."""

    cancelled_from: date
    reason: Text


class CertifierBody(RequestBody, frozen=True, kw_only=True):
    """An institution with its grade; ``until`` is the last day on which it may certify."""

    hospital_id: Code
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    grade: Annotated[int, msgspec.Meta(ge=1, le=3)]
    since: date
    until: date | None = None


class CertificationChanged(Wire, frozen=True):
    """A certification after a change."""

    person_id: str
    certification_id: str


class CertifierEntered(Wire, frozen=True):
    """The registry has the entry."""

    hospital_id: str


class DiseaseAnswer(Wire, frozen=True):
    """A disease of the list; a sample is no word of the document."""

    code: str
    name: str
    sample: bool


class DiseasesAnswer(Wire, frozen=True):
    """The diseases that may be certified in a county, and where their names were read."""

    clause: str
    source: str | None
    sample: bool
    diseases: tuple[DiseaseAnswer, ...]


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
Agency = Annotated[Principal, allow(Role.AGENCY)]
Operations = Annotated[Principal, allow(Role.OPERATIONS)]
#: The registry of certifying institutions and the list of diseases belong to no division.
Reader = Annotated[Principal, allow(Role.HOSPITAL, Role.AGENCY, Role.OPERATIONS, by_division=True)]
#: Who sees whole names on paper: the hospital that seals it, and the agency that files it.
Sealer = Annotated[Principal, allow(Role.HOSPITAL, Role.AGENCY, by_division=True)]


def certifications(commands: CertificationCommands, queries: CertificationQueries, of_person: Any) -> Router:
    """The routes of /v1/persons/{person_id}/certifications."""
    router = Router(prefix="/v1/persons/{person_id}/certifications", tags=["certification"], dependencies=[of_person])

    @router.post("", status_code=201)
    async def certify(
        person_id: str, caller: Hospital, command: Sent[CertifyBody], key: IdempotencyKey
    ) -> Json[CertificationChanged]:
        """Certify a special chronic disease; benefits count at once, and the hospital files it with its month."""
        return answered(await commands.certify(caller, key, person_id, command))

    @router.post("/takeover", status_code=201)
    async def take_over(
        person_id: str, caller: Operations, command: Sent[TakeOverBody], key: IdempotencyKey
    ) -> Json[CertificationChanged]:
        """Onboarding: enter a certification of the system before; it counts from its own day."""
        return answered(await commands.take_over(caller, key, person_id, command))

    @router.get("")
    async def list_certifications(person_id: str, _caller: Reader) -> Json[list[CertificationAnswer]]:
        """A person's certifications, cancelled or not."""
        return answer(await queries.of_person(person_id))

    @router.post("/{certification_id}/cancellation")
    async def cancel(
        person_id: str, certification_id: str, caller: Agency, command: Sent[CancelBody], key: IdempotencyKey
    ) -> Json[CertificationChanged]:
        """Cancel a certification; related money from that day on is refused to the hospital, never to the person."""
        told = command.cancelled_from, command.reason
        return answered(await commands.cancel(caller, key, person_id, certification_id, *told))

    return router


def certifiers(commands: CertificationCommands, queries: CertificationQueries) -> Router:
    """The routes of /v1/certifiers."""
    router = Router(prefix="/v1/certifiers", tags=["certification"])

    @router.post("", status_code=201)
    async def register_certifier(
        caller: Agency, command: Sent[CertifierBody], key: IdempotencyKey
    ) -> Json[CertifierEntered]:
        """Enter an institution that may certify, or replace its entry."""
        return answered(await commands.register_certifier(caller, key, Certifier(**msgspec.structs.asdict(command))))

    @router.get("")
    async def list_certifiers(_caller: Reader, page: ById) -> Json[Page[CertifierAnswer]]:
        """The registry of certifying institutions."""
        return paged(await queries.certifiers(after_of(page), page.limit + 1), page, "hospital_id")

    return router


def chronic_diseases(commands: CertificationCommands) -> Router:
    """The route of /v1/chronic-diseases."""
    router = Router(prefix="/v1/chronic-diseases", tags=["certification"])

    @router.get("")
    async def list_diseases(county: CountyQuery, _caller: Reader) -> Json[DiseasesAnswer]:
        """The diseases that may be certified in a county today."""
        rule = commands.rule(county, commands.today)
        listed = rule.disease_list
        diseases = () if listed is None else listed.diseases
        return answer(
            DiseasesAnswer(
                clause=rule.clause,
                source=None if listed is None else listed.source,
                sample=listed is not None and listed.sample,
                diseases=tuple(DiseaseAnswer(d.code, d.name, d.sample) for d in diseases),
            )
        )

    return router


def filings(commands: CertificationCommands, queries: CertificationQueries, vault: Vault, looks: Looks) -> Router:
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
        if hospital is None:
            hospital = caller.own_hospital
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
        if Role.AGENCY in caller.roles and caller.own_hospital is None:
            await looks.note(caller, SeenFor.LIST_CHECKED, person_ids=list(names))
        else:
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


def filing_papers(commands: CertificationCommands, queries: CertificationQueries, vault: Vault, looks: Looks) -> Router:
    """The route of /v1/chronic-filings/paper."""
    router = Router(prefix="/v1/chronic-filings", tags=["certification"])

    @router.get("/paper")
    async def get_paper(
        month: Annotated[str, Query(pattern=MONTH)],
        caller: Sealer,
        hospital: Annotated[str | None, Query(max_length=64, description="A hospital has its own only")] = None,
    ) -> HTMLResponse:
        """A hospital's list of a month as a page to print and to seal (003 三(九)); the look is written down."""
        hospital = hospital or caller.own_hospital or ""
        caller.must_act_for(hospital)
        rows = await queries.of_month(
            hospital, month, caller.division_patterns, filed=None, after="", limit=PAPER_LINES_MAX + 1
        )
        if len(rows) > PAPER_LINES_MAX:
            detail = f"{hospital} certified more than {PAPER_LINES_MAX} times in {month}: take the list page by page"
            raise Refused("FILING_TOO_LONG", detail, about={"month": month})
        names = await vault.names_of([row.person_id for row in rows])
        await looks.note(caller, SeenFor.LIST_CHECKED, person_ids=list(names))
        certifier = await queries.certifier(hospital)
        page = filing_paper(
            hospital if certifier is None else certifier.name,
            month,
            [_line(row, names, commands.disease_names) for row in rows if row.cancelled_from is None],
        )
        return HTMLResponse(page)

    return router


def _line(row: CertificationAnswer, names: Mapping[str, str], diseases: Mapping[str, str]) -> PaperLine:
    disease = diseases.get(row.disease, row.disease)
    return PaperLine(names.get(row.person_id, ""), disease, row.certified_at.astimezone(CHINA).date(), row.filed_on)


CODES: Final = (
    ErrorCode("FILING_TOO_LONG", 422, "The month's list is too long for one paper"),
    ErrorCode("CERTIFICATION_RULE_MISSING", 422, "No policy of the place knows certified chronic diseases"),
    ErrorCode("DISEASE_NOT_LISTED", 422, "The disease is not among those that may be certified"),
    ErrorCode("CERTIFIER_UNKNOWN", 403, "The hospital is not registered as a certifying institution"),
    ErrorCode("CERTIFICATION_NOT_VALID", 422, "The hospital's grade or the doctors do not suffice"),
    ErrorCode("ALREADY_CERTIFIED", 409, "The disease was certified before and still holds"),
    ErrorCode("CERTIFICATION_UNKNOWN", 404, "No such certification of this person"),
    ErrorCode("CERTIFICATION_CANCELLED", 409, "The certification was cancelled before"),
    ErrorCode("CERTIFICATION_NOT_OF_MONTH", 422, "The list holds what the hospital did not certify in the month"),
    ErrorCode("NOTHING_NEW_TO_FILE", 409, "Everything on the list was filed before"),
)
