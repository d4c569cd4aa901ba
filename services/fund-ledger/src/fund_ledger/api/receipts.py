"""Money in and out over HTTP: finance only."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from fund_ledger.handlers import Handlers
from kernel.http import IdempotencyKey, Json, RequestBody, Router, Wire, Yuan, allow, body, stored_answer
from kernel.refusals import Refused
from kernel.security import Principal, Role

Finance = Annotated[Principal, allow(Role.FINANCE)]
County = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]
FundCode = Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9_]{1,16}$")]
Identifier = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
Source = Literal["BUDGET", "LOTTERY", "DONATION", "POVERTY_FUND_TRANSFER", "PREPAYMENT", "OPENING"]


class ReceiptBody(RequestBody, frozen=True):
    """Money that came into a county's fund; OPENING takes over a balance from the system before."""

    county: County
    fund: FundCode
    amount_fen: Yuan
    source: Source
    value_on: date


class PaymentBody(RequestBody, frozen=True):
    """A payment of what is owed, to a hospital or to a person."""

    county: County
    fund: FundCode
    amount_fen: Yuan
    value_on: date
    hospital_id: Identifier | None = None
    person_id: Identifier | None = None


class JournalMade(Wire, frozen=True):
    """The journal under which it was booked."""

    journal_id: str


def receipts(handlers: Handlers) -> Router:
    """The routes of /v1/fund-receipts and /v1/payments."""
    router = Router(prefix="/v1", tags=["money"])

    @router.post("/fund-receipts", status_code=201)
    async def receive(
        caller: Finance, command: Annotated[ReceiptBody, body(ReceiptBody)], key: IdempotencyKey
    ) -> Json[JournalMade]:
        """Book money that came into a county's fund."""
        done = await handlers.receive(
            caller,
            key,
            county=command.county,
            fund=command.fund,
            amount_fen=int(command.amount_fen),
            source=command.source,
            value_on=command.value_on,
        )
        return stored_answer(done.status, done.body, replayed=done.replayed)

    @router.post("/payments", status_code=201)
    async def pay(
        caller: Finance, command: Annotated[PaymentBody, body(PaymentBody)], key: IdempotencyKey
    ) -> Json[JournalMade]:
        """Book that a fund paid what it owed; never more than that."""
        if (command.hospital_id is None) == (command.person_id is None):
            raise Refused("PAYEE_UNCLEAR", "a payment goes to one hospital or to one person; name exactly one of them")
        done = await handlers.pay(
            caller,
            key,
            county=command.county,
            fund=command.fund,
            hospital_id=command.hospital_id,
            person_id=command.person_id,
            amount_fen=int(command.amount_fen),
            value_on=command.value_on,
        )
        return stored_answer(done.status, done.body, replayed=done.replayed)

    return router
