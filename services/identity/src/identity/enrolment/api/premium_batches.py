"""Premium batches over HTTP: the city agency applies, finance pays or sends back (004 七(二) 后补助缴费)."""

from datetime import date
from typing import Annotated

import msgspec
from fastapi import Query

from identity.enrolment.commands import EnrolmentCommands
from identity.enrolment.domain.premium import Premium
from identity.enrolment.domain.premium_batch import PayBatch, RejectBatch
from identity.enrolment.queries import BatchAnswer, EnrolmentQueries
from kernel.http import (
    ById,
    IdempotencyKey,
    Json,
    Page,
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
from kernel.http.fields import DivisionCode, Text, Year, after_of, check_text, counties_of
from kernel.security import Principal, Role


class ApplyBody(RequestBody, frozen=True):
    """Ask for ``amount`` for everybody due; ``payer`` names the funds in their order, such as POVFUND+MA."""

    county: DivisionCode
    area: DivisionCode
    year: Year
    payer: Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9_]{1,16}(\+[A-Z0-9_]{1,16}){0,4}$")]
    amount_fen: Yuan


class PaymentBody(RequestBody, frozen=True):
    """The day of finance's payment, and the paper of it."""

    paid_on: date
    reference: Text


class RejectionBody(RequestBody, frozen=True):
    """Why finance sends an application back."""

    reason: Text


class BatchApplied(Wire, frozen=True):
    """An application and how many people are in it; more may be due, for a batch is bounded."""

    batch_id: str
    persons: int


class BatchClosed(Wire, frozen=True):
    """An application that finance has decided on."""

    batch_id: str


Agency = Annotated[Principal, allow(Role.AGENCY, by_division=True)]
Finance = Annotated[Principal, allow(Role.FINANCE)]
Reader = Annotated[Principal, allow(Role.AGENCY, Role.FINANCE, Role.OPERATIONS, by_division=True)]


def premium_batches(commands: EnrolmentCommands, queries: EnrolmentQueries) -> Router:
    """The routes of /v1/premium-batches."""
    router = Router(prefix="/v1/premium-batches", tags=["premiums"])
    of_batch = of_division("batch_id", queries.county_of_batch)

    @router.post("", status_code=201)
    async def apply(caller: Agency, command: Sent[ApplyBody], key: IdempotencyKey) -> Json[BatchApplied]:
        """Apply for the premiums of everybody who is due in a county from one payer."""
        caller.must_act_in(command.county)
        return answered(await commands.apply(caller, key, **msgspec.structs.asdict(command)))

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
        check_text("reference", command.reference)

        def command_of(held: dict[str, Premium], today: date) -> PayBatch:
            return PayBatch(command.paid_on, command.reference, held, today)

        return answered(await commands.close_batch(caller, key, batch_id, command_of))

    @router.post("/{batch_id}/rejection", dependencies=[of_batch])
    async def reject(
        batch_id: str, caller: Finance, command: Sent[RejectionBody], key: IdempotencyKey
    ) -> Json[BatchClosed]:
        """Send an application back; its people are due again."""
        check_text("reason", command.reason)

        def command_of(held: dict[str, Premium], today: date) -> RejectBatch:
            return RejectBatch(command.reason, held, today)

        return answered(await commands.close_batch(caller, key, batch_id, command_of))

    return router
