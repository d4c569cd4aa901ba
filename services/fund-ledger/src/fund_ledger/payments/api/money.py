"""Money in and out over HTTP: finance only."""

from datetime import date
from typing import Annotated, Final, Literal

import msgspec

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.queries.books import Books
from fund_ledger.payments.commands.money import PaymentCommands
from fund_ledger.payments.domain.checks import EARLIEST
from fund_ledger.payments.domain.moved import Receipt, Transfer
from fund_ledger.payments.domain.opening import OPENING
from kernel.http import ErrorCode, IdempotencyKey, Json, RequestBody, Router, Sent, Wire, Yuan, allow, answered
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.division_table import check_division
from kernel.values.refusals import Refused, not_found

CODES: Final = (
    ErrorCode("AMOUNT_NOT_POSITIVE", 422, "The amount moves nothing"),
    ErrorCode("OVERPAYMENT", 409, "More than is owed"),
    ErrorCode("WRONG_YEAR", 409, "The payment's year is before that in which the money came to be owed"),
    ErrorCode("PAID_BY_REPORT", 409, "What the fund owes is paid by the month's report"),
    ErrorCode("BUDGET_OPEN", 409, "The hospital's claims on the fund are paid by its budget of the year"),
    ErrorCode("PAYEE_UNCLEAR", 422, "Name either a hospital or a person"),
    ErrorCode("VALUE_DATE_TOO_EARLY", 422, "The value date is before all books"),
    ErrorCode("VALUE_DATE_AHEAD", 422, "The value date has not come yet"),
    ErrorCode("BANK_SHORT", 409, "The bank account has less than is to leave it"),
    ErrorCode("NOT_RETURNABLE", 409, "Such a journal is not taken back by hand"),
    ErrorCode("OPENING_DIFFERS", 409, "The balance was taken over otherwise, or given back"),
    ErrorCode("OPENING_TAKEN", 409, "The balance was taken over before"),
    ErrorCode("OPENING_UNNAMED", 422, "An opening balance is proposed under its name"),
    ErrorCode("RETURNED_BEFORE", 409, "The money went back before"),
    ErrorCode("PAYMENT_AT_BANK", 409, "The payment is in a file that the bank has not answered"),
    ErrorCode(
        "RELEASE_NEEDED", 409, "A second person releases it: it is above the county's sum, or of who set the sum"
    ),
)

Finance = Annotated[Principal, allow(Role.FINANCE, by_division=True)]
County = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]
FundCode = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9_]{0,15}$")]
Identifier = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
#: 004 四, 七(三): budget, lottery, donations, poverty funds, prepayment; 001 二(三): reserves and monthly transfers of
#: departments; 002 三(一): what the province makes up; OPENING takes over what was there before.
Source = Literal[
    "BUDGET",
    "LOTTERY",
    "DONATION",
    "POVERTY_FUND_TRANSFER",
    "PREPAYMENT",
    "OPENING",
    "RESERVE",
    "MONTHLY",
    "PROVINCE",
]


#: 坏账核销 by cause: died without an estate, cannot be found, a court's ruling, destitute, below what a claim costs.
Ground = Literal["DIED", "NOT_FOUND", "COURT", "DESTITUTE", "TOO_SMALL"]


class ReceiptBody(RequestBody, frozen=True):
    """Money that came into a county's fund."""

    county: County
    fund: FundCode
    amount_fen: Yuan
    source: Source
    value_on: date


class OpeningBody(RequestBody, frozen=True):
    """What a county's fund has left from the system before; ``reference`` names it there."""

    county: County
    fund: FundCode
    amount_fen: Yuan
    value_on: date
    reference: Identifier


class PaymentBody(RequestBody, frozen=True, kw_only=True):
    """A payment of what a county's fund owes, to a hospital or to a person."""

    county: County
    fund: FundCode
    amount_fen: Yuan
    value_on: date
    hospital_id: Identifier | None = None
    person_id: Identifier | None = None


class CollectionBody(RequestBody, frozen=True, kw_only=True):
    """What a person gave back of aid that was clawed back.

    ``hospital_id`` got it where it is a refund of a revoked settlement (fund PREPAID), else it went to the bank.
    With ``set_off`` nothing moved: the fund keeps as much of what it owes the same person (抵扣).
    Without ``person_id`` the hospital gave it: what it should have borne and a patient paid it (fund HOSP).
    """

    county: County
    fund: FundCode
    amount_fen: Yuan
    value_on: date
    person_id: Identifier | None = None
    hospital_id: Identifier | None = None
    set_off: bool = False


class WriteOffBody(RequestBody, frozen=True, kw_only=True):
    """What a person will not give back, and why; the fund bears it once another person has released it."""

    county: County
    fund: FundCode
    amount_fen: Yuan
    value_on: date
    person_id: Identifier
    ground: Ground


class RevivalBody(RequestBody, frozen=True):
    """Which write-off was wrong, and why: entered wrongly, the person was found or can pay, or a court has ruled."""

    journal_id: Identifier
    reason: Literal["BOOKED_WRONGLY", "FOUND", "CAN_PAY", "COURT"]


class ReturnBody(RequestBody, frozen=True):
    """Why money that was booked went back."""

    reason: Literal["BANK_RETURNED", "BOOKED_WRONGLY"]


class JournalMade(Wire, frozen=True):
    """The journal under which it was booked."""

    journal_id: str


def money(commands: PaymentCommands, books: Books, requests: Requests) -> Router:
    """The routes of /v1/fund-receipts, /v1/opening-balances, /v1/payments, /v1/collections, and of a return."""
    router = Router(prefix="/v1", tags=["money"])

    @router.post("/fund-receipts", status_code=201)
    async def receive(caller: Finance, command: Sent[ReceiptBody], key: IdempotencyKey) -> Json[JournalMade]:
        """Book money that came into a county's fund."""
        caller.must_act_in(command.county)
        receipt = received(command)
        return answered(await commands.book(requests.by(caller, key), "receipt", receipt))

    @router.post("/opening-balances", status_code=201)
    async def take_over(caller: Finance, command: Sent[OpeningBody], key: IdempotencyKey) -> Json[JournalMade]:
        """Take over what a fund has left from the system before.

        Under one reference it is booked once, whoever sends it and however often; with other figures it is refused.
        What was taken over wrongly goes back with the journal's return.
        """
        caller.must_act_in(command.county)
        return answered(await commands.take_over(requests.by(caller, key), opened(command)))

    @router.post("/payments", status_code=201)
    async def pay(caller: Finance, command: Sent[PaymentBody], key: IdempotencyKey) -> Json[JournalMade]:
        """Book that a county's fund paid what it owed; never more than that."""
        caller.must_act_in(command.county)
        transfer = paid(command)
        return answered(await commands.book(requests.by(caller, key), "payment", transfer))

    @router.post("/collections", status_code=201)
    async def collect(caller: Finance, command: Sent[CollectionBody], key: IdempotencyKey) -> Json[JournalMade]:
        """Book that a person gave back what was clawed back; never more than is due."""
        caller.must_act_in(command.county)
        transfer = collected(command)
        return answered(await commands.book(requests.by(caller, key), "collection", transfer))

    @router.post("/journals/{journal_id}/return", status_code=201)
    async def give_back(
        journal_id: str, caller: Finance, command: Sent[ReturnBody], key: IdempotencyKey
    ) -> Json[JournalMade]:
        """Book, today and once, that the money of a receipt, payment or collection went back."""
        booked = await books.journal(journal_id)
        if booked is None:
            raise not_found("JOURNAL_UNKNOWN", f"there is no journal {journal_id}")
        lines = [line.account for line in booked.lines]
        for account in lines:
            caller.must_act_in(accounts.parse(account).county)
        return answered(await commands.give_back(requests.by(caller, key), journal_id, lines, command.reason))

    return router


def received(command: ReceiptBody) -> Receipt:
    """The receipt that a body tells of; raises Refused DIVISION_UNKNOWN and the like."""
    check_division(command.county, max(command.value_on, EARLIEST).year)
    return Receipt(
        county=command.county,
        fund=command.fund,
        amount_fen=int(command.amount_fen),
        source=command.source,
        value_on=command.value_on,
    )


def opened(command: OpeningBody) -> Receipt:
    """The opening balance that a body tells of; raises Refused DIVISION_UNKNOWN and the like."""
    check_division(command.county, max(command.value_on, EARLIEST).year)
    return Receipt(
        county=command.county,
        fund=command.fund,
        amount_fen=int(command.amount_fen),
        source=OPENING,
        value_on=command.value_on,
        reference=command.reference,
    )


def paid(command: PaymentBody) -> Transfer:
    """The payment that a body tells of; raises Refused PAYEE_UNCLEAR."""
    if command.fund == accounts.PREPAID:
        raise Refused("PAYEE_UNCLEAR", "the hospital that holds a prepayment gives it back: see /v1/refunds")
    return Transfer(_payable(command), int(command.amount_fen), command.value_on)


def collected(command: CollectionBody) -> Transfer:
    """Who gave it: a person to the bank, a person to the hospital that had refunded it, or a hospital to the bank."""
    county, fund, amount = command.county, command.fund, int(command.amount_fen)
    if command.set_off:
        return _set_off(command)
    match command.person_id, command.hospital_id:
        case str(person_id), None if fund != accounts.PREPAID:
            return Transfer(accounts.receivable_from_person(person_id, county, fund), amount, command.value_on)
        case str(person_id), str(hospital_id) if fund == accounts.PREPAID:
            held = accounts.receivable_from_hospital(hospital_id, county, fund)
            return Transfer(accounts.receivable_from_person(person_id, county, fund), amount, command.value_on, held)
        case None, str(hospital_id) if fund in accounts.BORNE_BY_HOSPITAL:
            return Transfer(accounts.receivable_from_hospital(hospital_id, county, fund), amount, command.value_on)
        case _:
            raise Refused(
                "PAYEE_UNCLEAR",
                "name the person who gave it; for PREPAID also the hospital that got it; for HOSP the hospital alone",
            )


def written_off(command: WriteOffBody) -> Transfer:
    """The debt that a body says is not given back."""
    account = accounts.receivable_from_person(command.person_id, command.county, command.fund)
    return Transfer(account, int(command.amount_fen), command.value_on, ground=command.ground)


def _set_off(command: CollectionBody) -> Transfer:
    county, fund, person_id = command.county, command.fund, command.person_id
    if person_id is None or command.hospital_id is not None or fund == accounts.PREPAID:
        raise Refused(
            "PAYEE_UNCLEAR", "what a person owes a fund is set off against what the same fund owes the person"
        )
    owing, owed = (
        accounts.receivable_from_person(person_id, county, fund),
        accounts.payable_to_person(person_id, county, fund),
    )
    return Transfer(owing, int(command.amount_fen), command.value_on, owed)


def _payable(command: PaymentBody) -> str:
    match command.hospital_id, command.person_id:
        case str(hospital_id), None:
            return accounts.payable_to_hospital(hospital_id, command.county, command.fund)
        case None, str(person_id):
            return accounts.payable_to_person(person_id, command.county, command.fund)
        case _:
            raise Refused("PAYEE_UNCLEAR", "a payment goes to one hospital or to one person; name exactly one of them")
