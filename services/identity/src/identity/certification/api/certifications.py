"""Chronic certification over HTTP: hospitals certify, the agency cancels (003 三(八)-(九))."""

from datetime import date
from typing import Annotated, Any

import msgspec

from identity.certification.commands import CertificationCommands, CertifyBody, Code, TakeOverBody
from identity.certification.domain.certifiers import Certifier
from identity.certification.queries import CertificationAnswer, CertificationQueries, CertifierAnswer
from kernel.http import (
    ById,
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
from kernel.http.fields import CountyQuery, Text, after_of, check_text
from kernel.security import Principal, Role


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


Hospital = Annotated[Principal, allow(Role.HOSPITAL)]
Agency = Annotated[Principal, allow(Role.AGENCY)]
Operations = Annotated[Principal, allow(Role.OPERATIONS)]
#: The registry of certifying institutions and the list of diseases belong to no division.
Reader = Annotated[Principal, allow(Role.HOSPITAL, Role.AGENCY, Role.OPERATIONS, by_division=True)]


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
        check_text("source", command.source)
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
        check_text("reason", command.reason)
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
