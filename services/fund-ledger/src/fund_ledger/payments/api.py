"""Money in and out over HTTP: finance only."""

from datetime import date
from typing import Annotated, Final, Literal

import msgspec

from fund_ledger.journals.domain import accounts
from fund_ledger.payments.commands import PaymentCommands
from fund_ledger.payments.domain import Receipt, Transfer
from kernel.http import ErrorCode, IdempotencyKey, Json, RequestBody, Router, Sent, Wire, Yuan, allow, answered
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.refusals import Refused

CODES: Final = (
    ErrorCode("AMOUNT_NOT_POSITIVE", 422, "The amount moves nothing"),
    ErrorCode("OVERPAYMENT", 409, "More than is owed"),
    ErrorCode("PAYEE_UNCLEAR", 422, "Name either a hospital or a person"),
    ErrorCode("VALUE_DATE_AHEAD", 422, "The value date has not come yet"),
)

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


class PaymentBody(RequestBody, frozen=True, kw_only=True):
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


def money(commands: PaymentCommands, requests: Requests) -> Router:
    """The routes of /v1/fund-receipts, /v1/payments and /v1/collections."""
    router = Router(prefix="/v1", tags=["money"])

    @router.post("/fund-receipts", status_code=201)
    async def receive(caller: Finance, command: Sent[ReceiptBody], key: IdempotencyKey) -> Json[JournalMade]:
        """Book money that came into a county's fund."""
        caller.must_act_in(command.county)
        receipt = Receipt(command.county, command.fund, int(command.amount_fen), command.source, command.value_on)
        return answered(await commands.receive(requests.by(caller, key), receipt))

    @router.post("/payments", status_code=201)
    async def pay(caller: Finance, command: Sent[PaymentBody], key: IdempotencyKey) -> Json[JournalMade]:
        """Book that a county's fund paid what it owed; never more than that."""
        caller.must_act_in(command.county)
        transfer = Transfer(_payable(command), int(command.amount_fen), command.value_on)
        return answered(await commands.pay(requests.by(caller, key), transfer))

    @router.post("/collections", status_code=201)
    async def collect(caller: Finance, command: Sent[CollectionBody], key: IdempotencyKey) -> Json[JournalMade]:
        """Book that a person gave back what was clawed back; never more than is due."""
        caller.must_act_in(command.county)
        receivable = accounts.receivable_from_person(command.person_id, command.county, command.fund)
        transfer = Transfer(receivable, int(command.amount_fen), command.value_on)
        return answered(await commands.collect(requests.by(caller, key), transfer))

    return router


def _payable(command: PaymentBody) -> str:
    match command.hospital_id, command.person_id:
        case str(hospital_id), None:
            return accounts.payable_to_hospital(hospital_id, command.county, command.fund)
        case None, str(person_id):
            return accounts.payable_to_person(person_id, command.county, command.fund)
        case _:
            raise Refused("PAYEE_UNCLEAR", "a payment goes to one hospital or to one person; name exactly one of them")
