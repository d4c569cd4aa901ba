"""Exemptions over HTTP: why registered-poor people need not be enrolled, as ledger and name list (003 一(一))."""

from datetime import date
from typing import Annotated, Any

from fastapi import Query

from identity.enrolment.commands import EnrolmentCommands, ExemptionBody
from identity.enrolment.domain.exemption import ApproveExemption, ExemptionCode, RejectExemption
from identity.enrolment.queries import EnrolmentQueries, ExemptionAnswer
from kernel.http import ById, IdempotencyKey, Json, Page, RequestBody, Router, Sent, Wire, allow, answered, paged
from kernel.http.fields import AreaQuery, Text, after_of
from kernel.security import Principal, Role
from kernel.values.divisions import prefix_of

OnQuery = Annotated[date | None, Query(description="The day that is asked about; today where it is left out")]
CodeQuery = Annotated[ExemptionCode | None, Query(description="One reason only")]


class EndExemptionBody(RequestBody, frozen=True):
    """The last day on which the reason holds, and what shows that."""

    last_day: date
    evidence: Text


class RejectionBody(RequestBody, frozen=True):
    """Why it does not hold."""

    reason: Text


class ExemptionChanged(Wire, frozen=True):
    """An exemption after a change."""

    person_id: str
    exemption_id: str


Insurer = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, by_division=True)]


def exemptions_of_person(commands: EnrolmentCommands, queries: EnrolmentQueries, of_person: Any) -> Router:
    """The routes of /v1/persons/{person_id}/exemptions."""
    router = Router(prefix="/v1/persons/{person_id}/exemptions", tags=["enrolment"], dependencies=[of_person])

    @router.post("", status_code=201)
    async def propose_exemption(
        person_id: str, caller: Insurer, command: Sent[ExemptionBody], key: IdempotencyKey
    ) -> Json[ExemptionChanged]:
        """Say why a person need not be enrolled; once another person approves, they are out of the coverage."""
        return answered(await commands.propose_exemption(caller, key, person_id, command))

    @router.post("/{exemption_id}/approval")
    async def approve_exemption(
        person_id: str, exemption_id: str, caller: Insurer, key: IdempotencyKey
    ) -> Json[ExemptionChanged]:
        """Approve what another person entered: from now on it counts."""
        approval = ApproveExemption(exemption_id, caller.subject)
        return answered(await commands.decide_exemption(caller, key, person_id, approval))

    @router.post("/{exemption_id}/rejection")
    async def reject_exemption(
        person_id: str, exemption_id: str, caller: Insurer, command: Sent[RejectionBody], key: IdempotencyKey
    ) -> Json[ExemptionChanged]:
        """Reject one that waits, or take back what was entered by error."""
        rejection = RejectExemption(exemption_id, caller.subject, command.reason)
        return answered(await commands.decide_exemption(caller, key, person_id, rejection))

    @router.get("")
    async def list_exemptions(person_id: str, _caller: Insurer, page: ById) -> Json[Page[ExemptionAnswer]]:
        """A person's exemptions, ended or not."""
        return paged(await queries.exemptions_of(person_id, after_of(page), page.limit + 1), page, "exemption_id")

    @router.post("/{exemption_id}/end")
    async def end_exemption(
        person_id: str, exemption_id: str, caller: Insurer, command: Sent[EndExemptionBody], key: IdempotencyKey
    ) -> Json[ExemptionChanged]:
        """End an exemption (released, discharged, found): the person is back on the work list."""
        told = command.last_day, command.evidence
        return answered(await commands.end_exemption(caller, key, person_id, exemption_id, *told))

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
        found = await queries.contradictions(prefix_of(area), day, after_of(page), page.limit + 1)
        return paged(found, page, "exemption_id")

    @router.get("/waiting")
    async def list_waiting(area: AreaQuery, caller: Insurer, page: ById) -> Json[Page[ExemptionAnswer]]:
        """What was entered in an area and waits for another person's approval."""
        caller.must_act_in(area)
        return paged(
            await queries.waiting_exemptions(prefix_of(area), after_of(page), page.limit + 1), page, "exemption_id"
        )

    @router.get("")
    async def list_exempt(
        area: AreaQuery, caller: Insurer, page: ById, on: OnQuery = None, code: CodeQuery = None
    ) -> Json[Page[ExemptionAnswer]]:
        """The name list of an area: who is exempt on a day, and why (台帐和花名册)."""
        caller.must_act_in(area)
        found = await queries.exemptions(
            prefix_of(area), on or commands.today, code and code.value, after_of(page), page.limit + 1
        )
        return paged(found, page, "exemption_id")

    return router
