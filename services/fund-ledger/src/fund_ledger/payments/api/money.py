"""Money in and out over HTTP: finance only."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from fund_ledger.journals.domain import accounts
from fund_ledger.payments.commands import Handlers
from kernel.http import IdempotencyKey, Json, RequestBody, Router, Wire, Yuan, allow, body, stored_answer
from kernel.security import Principal, Role
from kernel.values.refusals import Refused

Finance = Annotated[Principal, allow(Role.FINANCE, by_division=True)]
County = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]
FundCode = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9_]{0,15}$")]
Identifier = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
#: 004 四, 七(三): budget, lottery, donations, poverty funds, prepayment; OPENING takes over what was there before.
Source = Literal["BUDGET", "LOTTERY", "DONATION", "POVERTY_FUND_TRANSFER", "PREPAYMENT", "OPENING"]


class ReceiptBody(RequestBody, frozen=True):
    """Money that came into a county's fund."""

    county: County
    fund: FundCode
    amount_fen: Yuan
    source: Source
    value_on: date


class PaymentBody(RequestBody, frozen=True):
    """A payment of what a county's fund owes, to a hospital or to a person."""

    county: County
    fund: FundCode
    amount_fen: Yuan
    value_on: date
    hospital_id: Identifier | None = None
    person_id: Identifier | None = None


class CollectionBody(RequestBody, frozen=True):
    """What a person gave back of aid that was clawed back."""

    county: County
    fund: FundCode
    person_id: Identifier
    amount_fen: Yuan
    value_on: date


class JournalMade(Wire, frozen=True):
    """The journal under which it was booked."""

    journal_id: str


def money(handlers: Handlers) -> Router:
    """The routes of /v1/fund-receipts, /v1/payments and /v1/collections."""
    router = Router(prefix="/v1", tags=["money"])
    _add_collections(router, handlers)

    @router.post("/fund-receipts", status_code=201)
    async def receive(
        caller: Finance, command: Annotated[ReceiptBody, body(ReceiptBody)], key: IdempotencyKey
    ) -> Json[JournalMade]:
        """Book money that came into a county's fund."""
        caller.must_act_in(command.county)
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
        """Book that a county's fund paid what it owed; never more than that."""
        caller.must_act_in(command.county)
        done = await handlers.pay(
            caller,
            key,
            payable=_payable(command),
            amount_fen=int(command.amount_fen),
            value_on=command.value_on,
        )
        return stored_answer(done.status, done.body, replayed=done.replayed)

    return router


def _add_collections(router: Router, handlers: Handlers) -> None:
    @router.post("/collections", status_code=201)
    async def collect(
        caller: Finance, command: Annotated[CollectionBody, body(CollectionBody)], key: IdempotencyKey
    ) -> Json[JournalMade]:
        """Book that a person gave back what was clawed back; never more than is due."""
        caller.must_act_in(command.county)
        done = await handlers.collect(
            caller,
            key,
            receivable=accounts.receivable_from_person(command.person_id, command.county, command.fund),
            amount_fen=int(command.amount_fen),
            value_on=command.value_on,
        )
        return stored_answer(done.status, done.body, replayed=done.replayed)


def _payable(command: PaymentBody) -> str:
    match command.hospital_id, command.person_id:
        case str(hospital_id), None:
            return accounts.payable_to_hospital(hospital_id, command.county, command.fund)
        case None, str(person_id):
            return accounts.payable_to_person(person_id, command.county, command.fund)
        case _:
            raise Refused("PAYEE_UNCLEAR", "a payment goes to one hospital or to one person; name exactly one of them")
