"""Exemptions over HTTP: why registered-poor people need not be enrolled, as ledger and name list (003 一(一))."""

from datetime import date
from typing import Annotated

import msgspec
from fastapi import Query

from identity.enrolment.commands import EnrolmentCommands
from identity.enrolment.domain.exemption import ExemptionCode
from identity.enrolment.queries import EnrolmentQueries, ExemptionAnswer
from identity.persons.queries.divisions import DivisionQueries
from kernel.http import (
    ById,
    IdempotencyKey,
    Json,
    Page,
    PageRequest,
    RequestBody,
    Router,
    Sent,
    Wire,
    allow,
    answer,
    answered,
    of_division,
    page_of,
)
from kernel.http.fields import AreaQuery, Text, after_of, check_text
from kernel.security import Principal, Role
from kernel.values.divisions import prefix_of

OnQuery = Annotated[date | None, Query(description="The day that is asked about; today where it is left out")]
CodeQuery = Annotated[ExemptionCode | None, Query(description="One reason only")]


class ExemptionBody(RequestBody, frozen=True, kw_only=True):
    """A reason with its evidence. ``approved_by`` is another person than who enters it; OTHER needs a note."""

    code: ExemptionCode
    since: date
    evidence: Text
    approved_by: Text
    note: Text | None = None


class EndExemptionBody(RequestBody, frozen=True):
    """The last day on which the reason holds, and what shows that."""

    last_day: date
    evidence: Text


class ExemptionChanged(Wire, frozen=True):
    """An exemption after a change."""

    person_id: str
    exemption_id: str


Insurer = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, by_division=True)]


def exemptions_of_person(commands: EnrolmentCommands, queries: EnrolmentQueries, divisions: DivisionQueries) -> Router:
    """The routes of /v1/persons/{person_id}/exemptions."""
    router = Router(
        prefix="/v1/persons/{person_id}/exemptions",
        tags=["enrolment"],
        dependencies=[of_division("person_id", divisions.of_person)],
    )

    @router.post("", status_code=201)
    async def grant_exemption(
        person_id: str, caller: Insurer, command: Sent[ExemptionBody], key: IdempotencyKey
    ) -> Json[ExemptionChanged]:
        """Say why a person need not be enrolled; it takes them out of the denominator of the coverage."""
        for name in ("evidence", "approved_by", "note"):
            check_text(name, getattr(command, name))
        return answered(await commands.grant_exemption(caller, key, person_id, **msgspec.structs.asdict(command)))

    @router.get("")
    async def list_exemptions(person_id: str, _caller: Insurer, page: ById) -> Json[Page[ExemptionAnswer]]:
        """A person's exemptions, ended or not."""
        return answer(_page(await queries.exemptions_of(person_id, after_of(page), page.limit + 1), page))

    @router.post("/{exemption_id}/end")
    async def end_exemption(
        person_id: str, exemption_id: str, caller: Insurer, command: Sent[EndExemptionBody], key: IdempotencyKey
    ) -> Json[ExemptionChanged]:
        """End an exemption (released, discharged, found): the person is back on the work list."""
        check_text("evidence", command.evidence)
        return answered(
            await commands.end_exemption(caller, key, person_id, exemption_id, command.last_day, command.evidence)
        )

    return router


def exemptions(commands: EnrolmentCommands, queries: EnrolmentQueries) -> Router:
    """The routes of /v1/exemptions."""
    router = Router(prefix="/v1/exemptions", tags=["enrolment"])

    @router.get("/contradictions")
    async def list_contradictions(
        area: AreaQuery, caller: Insurer, page: ById, on: OnQuery = None
    ) -> Json[Page[ExemptionAnswer]]:
        """Who is exempt and enrolled for the year at once: one of the two is wrong."""
        caller.must_act_in(area)
        day = on or commands.today
        return answer(_page(await queries.contradictions(prefix_of(area), day, after_of(page), page.limit + 1), page))

    @router.get("")
    async def list_exempt(
        area: AreaQuery, caller: Insurer, page: ById, on: OnQuery = None, code: CodeQuery = None
    ) -> Json[Page[ExemptionAnswer]]:
        """The name list of an area: who is exempt on a day, and why (台帐和花名册)."""
        caller.must_act_in(area)
        found = await queries.exemptions(
            prefix_of(area), on or commands.today, code and code.value, after_of(page), page.limit + 1
        )
        return answer(_page(found, page))

    return router


def _page(rows: list[ExemptionAnswer], page: PageRequest) -> Page[ExemptionAnswer]:
    return page_of(rows, page, key=lambda row: (row.exemption_id,))
