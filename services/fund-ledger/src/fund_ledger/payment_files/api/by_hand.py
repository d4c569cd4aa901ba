"""Payments that finance typed into the bank's own program, over HTTP: marked, listed, withdrawn."""

from datetime import date
from typing import Annotated, Final

import msgspec

from fund_ledger.journals.domain import accounts
from fund_ledger.payment_files.api.files import Finance, FundCode, FundQuery, Reader
from fund_ledger.payment_files.commands.by_hand import HandCommands
from fund_ledger.payment_files.domain.by_hand import HandPayment, WithdrawReason
from fund_ledger.payment_files.queries import FileQueries
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
    Yuan,
    answered,
    paged,
)
from kernel.http.fields import CountyQuery, DivisionCode, Identifier, NameInPath, after_of
from kernel.running.requested import Requests
from kernel.values.refusals import not_found

CODES: Final = (
    ErrorCode("PAYMENT_BY_HAND", 409, "The payment was carried out by hand"),
    ErrorCode("HAND_PAYMENT_UNKNOWN", 404, "The payment is not marked as paid by hand"),
    ErrorCode("HAND_PAYMENT_SAME_PERSON", 403, "Who marked the payment does not withdraw the mark"),
)
#: The bank's number of the transfer (流水号), never an account's.
Reference = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:/-]{1,64}$")]


class HandPaymentBody(RequestBody, frozen=True, kw_only=True):
    """A payment that was carried out by hand, and the bank's own number of the transfer."""

    county: DivisionCode
    fund: FundCode
    journal_id: Identifier
    reference: Reference


class WithdrawBody(RequestBody, frozen=True):
    """Why the mark was wrong: the transfer was another payment's, or it was not carried out."""

    reason: WithdrawReason


class HandPaymentMoved(Wire, frozen=True):
    """The payment that was marked, or is so no longer."""

    journal_id: str


class HandPaymentAnswer(Wire, frozen=True, kw_only=True):
    """A payment that was carried out by hand, and who says so."""

    journal_id: str
    amount_fen: Yuan
    reference: str
    marked_on: date
    marked_by: str


def hand_payments(commands: HandCommands, found: FileQueries, requests: Requests) -> Router:
    """The routes of /v1/hand-payments."""
    router = Router(prefix="/v1/hand-payments", tags=["payment files"])

    @router.post("", status_code=201)
    async def mark(caller: Finance, command: Sent[HandPaymentBody], key: IdempotencyKey) -> Json[HandPaymentMoved]:
        """Say that a payment was carried out by hand: it goes into no file. What is in a file is not marked."""
        caller.must_act_in(command.county)
        account = accounts.bank(command.county, command.fund)
        context = requests.by(caller, key)
        return answered(await commands.mark(context, account, command.journal_id, command.reference))

    @router.post("/{journal_id}/withdrawal")
    async def withdraw(
        journal_id: NameInPath, caller: Finance, command: Sent[WithdrawBody], key: IdempotencyKey
    ) -> Json[HandPaymentMoved]:
        """Say that a mark was wrong; not by whoever made it. The payment may go into a file then."""
        of = await found.by_hand(journal_id)
        if of is None:
            detail = f"{journal_id} is not marked as paid by hand"
            raise not_found("HAND_PAYMENT_UNKNOWN", detail, journal_id=journal_id)
        caller.must_act_in(accounts.parse(of.account).county)
        return answered(await commands.withdraw(requests.by(caller, key), of, command.reason))

    @router.get("")
    async def list_hand_payments(
        caller: Reader, county: CountyQuery, fund: FundQuery, page: ById
    ) -> Json[Page[HandPaymentAnswer]]:
        """The payments of an account that were carried out by hand."""
        caller.must_act_in(county)
        rows = await found.all_by_hand(accounts.bank(county, fund), after_of(page), page.limit + 1)
        return paged([_told(row) for row in rows], page, "journal_id")

    return router


def _told(of: HandPayment) -> HandPaymentAnswer:
    return HandPaymentAnswer(
        journal_id=of.journal_id,
        amount_fen=Yuan(of.amount_fen),
        reference=of.reference,
        marked_on=of.marked_on,
        marked_by=of.marked_by,
    )
