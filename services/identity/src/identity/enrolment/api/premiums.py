"""Premiums over HTTP: the due list, the city agency's applications, finance's payments, refunds (004 七)."""

from datetime import date
from typing import Annotated, Any

from fastapi import Query

from identity.enrolment.commands import ApplyBody, EnrolmentCommands, RefundBody, SelfPaidBody
from identity.enrolment.domain.premium import Premium
from identity.enrolment.domain.premium_batch import PayBatch, RejectBatch
from identity.enrolment.queries import BatchAnswer, DueAnswer, EnrolmentQueries
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
    Yuan,
    allow,
    answered,
    of_division,
    paged,
)
from kernel.http.fields import CountyQuery, Text, YearQuery, after_of, counties_of
from kernel.security import Principal, Role


class PaymentBody(RequestBody, frozen=True):
    """The day of finance's payment, and the paper of it."""

    paid_on: date
    reference: Text


class RejectionBody(RequestBody, frozen=True):
    """Why finance sends an application back."""

    reason: Text


class PremiumChanged(Wire, frozen=True):
    """A premium after a change."""

    person_id: str
    version: int


class RefundAnswer(Wire, frozen=True):
    """A premium that both finance and the person paid, and what goes back to the person."""

    person_id: str
    area: str
    year: int
    amount_fen: Yuan
    self_paid_fen: Yuan
    refund_due_fen: Yuan
    paid_on: date | None
    self_paid_on: date | None


class BatchApplied(Wire, frozen=True):
    """An application and how many people are in it; more may be due, for a batch is bounded."""

    batch_id: str
    persons: int


class BatchClosed(Wire, frozen=True):
    """An application that finance has decided on."""

    batch_id: str


Agency = Annotated[Principal, allow(Role.AGENCY)]
Finance = Annotated[Principal, allow(Role.FINANCE)]
Reader = Annotated[Principal, allow(Role.AGENCY, Role.FINANCE, Role.OPERATIONS, by_division=True)]
Applicant = Annotated[Principal, allow(Role.AGENCY, by_division=True)]


def premium_of_person(commands: EnrolmentCommands, of_person: Any) -> Router:
    """The routes of /v1/persons/{person_id}/premium."""
    router = Router(prefix="/v1/persons/{person_id}/premium", tags=["premiums"], dependencies=[of_person])

    @router.post("/self-payment")
    async def pay_oneself(
        person_id: str, caller: Agency, command: Sent[SelfPaidBody], key: IdempotencyKey
    ) -> Json[PremiumChanged]:
        """Record that a person paid the premium of a year."""
        return answered(await commands.pay_oneself(caller, key, person_id, command))

    @router.post("/refund")
    async def refund(
        person_id: str, caller: Finance, command: Sent[RefundBody], key: IdempotencyKey
    ) -> Json[PremiumChanged]:
        """Record that what finance and the person both paid went back to the person, whole."""
        return answered(await commands.refund(caller, key, person_id, command))

    return router


def premiums(commands: EnrolmentCommands, queries: EnrolmentQueries) -> Router:
    """The routes of /v1/premiums."""
    router = Router(prefix="/v1/premiums", tags=["premiums"])

    async def due(
        caller: Principal, county: str, area: str, year: int, page: PageRequest, *, moved_in: bool
    ) -> Json[Page[DueAnswer]]:
        caller.must_act_in(county)
        today = commands.today
        ranks = commands.payers(county, today)
        rows = await queries.due(
            county, area, year, today, ranks, moved_in=moved_in, after=after_of(page), limit=page.limit + 1
        )
        return paged(rows, page, "person_id")

    @router.get("/due")
    async def list_due(
        county: CountyQuery, area: CountyQuery, year: YearQuery, caller: Reader, page: ById
    ) -> Json[Page[DueAnswer]]:
        """Who of a county is enrolled and marked in an area, and whose premium finance has not been asked for."""
        return await due(caller, county, area, year, page, moved_in=False)

    @router.get("/moved-in")
    async def list_moved_in(
        county: CountyQuery, area: CountyQuery, year: YearQuery, caller: Reader, page: ById
    ) -> Json[Page[DueAnswer]]:
        """Who would be due, but another area asked for the year's premium before: they moved in mid-year."""
        return await due(caller, county, area, year, page, moved_in=True)

    @router.get("/refunds-due")
    async def list_refunds_due(
        area: CountyQuery, year: YearQuery, caller: Reader, page: ById
    ) -> Json[Page[RefundAnswer]]:
        """Premiums that were paid twice, by finance and by the person (R-JY-19)."""
        due = await queries.refunds_due(area, year, caller.division_patterns, after_of(page), page.limit + 1)
        return paged([_refund(premium) for premium in due], page, "person_id")

    return router


def premium_batches(commands: EnrolmentCommands, queries: EnrolmentQueries) -> Router:
    """The routes of /v1/premium-batches."""
    router = Router(prefix="/v1/premium-batches", tags=["premiums"])
    of_batch = of_division("batch_id", queries.county_of_batch)

    @router.post("", status_code=201)
    async def apply(caller: Applicant, command: Sent[ApplyBody], key: IdempotencyKey) -> Json[BatchApplied]:
        """Apply for the premiums of everybody who is due in a county from one payer."""
        caller.must_act_in(command.county)
        return answered(await commands.apply(caller, key, command))

    @router.get("")
    async def list_batches(
        caller: Reader,
        page: ById,
        county: Annotated[str | None, Query(pattern=r"^[0-9]{6}$")] = None,
        year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
    ) -> Json[Page[BatchAnswer]]:
        """Applications and how they ended."""
        rows = await queries.batches(counties_of(caller, county), year, after_of(page), page.limit + 1)
        return paged(rows, page, "batch_id")

    @router.post("/{batch_id}/payment", dependencies=[of_batch])
    async def pay(batch_id: str, caller: Finance, command: Sent[PaymentBody], key: IdempotencyKey) -> Json[BatchClosed]:
        """Record that finance paid an application, whole."""
        done = await commands.close_batch(
            caller, key, batch_id, lambda held, today: PayBatch(command.paid_on, command.reference, held, today)
        )
        return answered(done)

    @router.post("/{batch_id}/rejection", dependencies=[of_batch])
    async def reject(
        batch_id: str, caller: Finance, command: Sent[RejectionBody], key: IdempotencyKey
    ) -> Json[BatchClosed]:
        """Send an application back; its people are due again."""
        done = await commands.close_batch(
            caller, key, batch_id, lambda held, today: RejectBatch(command.reason, held, today)
        )
        return answered(done)

    return router


def _refund(premium: Premium) -> RefundAnswer:
    return RefundAnswer.of_row(**{name: getattr(premium, name) for name in RefundAnswer.__struct_fields__})
