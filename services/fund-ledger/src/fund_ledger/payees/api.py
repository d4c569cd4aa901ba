"""Payees' accounts over HTTP: finance names one, another person confirms it; nobody reads a number back here."""

import re
from typing import Annotated, Final

import msgspec
from fastapi import Path

from fund_ledger.payees.commands import PayeeCommands
from fund_ledger.payees.domain import Details, Payee, PayeeKind, Why
from fund_ledger.payees.queries import AccountAnswer, PayeeQueries
from kernel.http import ErrorCode, IdempotencyKey, Json, RequestBody, Router, Sent, Wire, allow, answer, answered
from kernel.http.fields import NameInPath
from kernel.http.free_texts import SEALED
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.division_table import check_division

CODES: Final = (
    ErrorCode("PAYEE_ACCOUNT_UNKNOWN", 404, "The payee has no such account"),
    ErrorCode("PAYEE_ACCOUNT_SAME_PERSON", 403, "Who named the account does not confirm it"),
    ErrorCode("PAYEE_ACCOUNT_DIFFERS", 422, "The account is not the one that was named"),
    ErrorCode("PAYEE_ACCOUNTS_OFF", 409, "No accounts of payees are kept here"),
    ErrorCode("PERSON_ERASED", 409, "The person's data were erased"),
)

Finance = Annotated[Principal, allow(Role.FINANCE, by_division=True)]
Reader = Annotated[Principal, allow(Role.FINANCE, Role.OPERATIONS, by_division=True)]
CountyPath = Annotated[str, Path(pattern=r"^[0-9]{6}$", description="Six-digit division code of a county")]
Kind = Annotated[PayeeKind, Path(description="Who is paid")]
#: As it is printed on the card or the certificate; spaces and hyphens between groups are taken out.
Number = Annotated[str, msgspec.Meta(pattern=r"^[0-9](?:[ -]?[0-9]){7,31}$"), SEALED]
#: A spreadsheet takes what begins so for a formula, also behind blanks.
_NAME: Final = r"^[^\s=+\-@].{0,99}$"
Holder = Annotated[str, msgspec.Meta(pattern=_NAME), SEALED]
Bank = Annotated[str, msgspec.Meta(pattern=_NAME), SEALED]


class AccountBody(RequestBody, frozen=True, kw_only=True):
    """The account of a payee: holder (户名), number (账号), the bank's branch (开户行) and, if known, its number."""

    holder: Holder
    number: Number
    bank: Bank
    bank_code: Annotated[str, msgspec.Meta(pattern=r"^([0-9]{12})?$")] = ""


class ConfirmBody(RequestBody, frozen=True, kw_only=True):
    """The account once more, typed from the paper: all of what was named, or it is not confirmed."""

    number: Number
    holder: Annotated[str, msgspec.Meta(max_length=100), SEALED] = ""
    bank: Annotated[str, msgspec.Meta(max_length=100), SEALED] = ""
    bank_code: Annotated[str, msgspec.Meta(pattern=r"^([0-9]{12})?$")] = ""


class RejectBody(RequestBody, frozen=True):
    """Why nobody is to be paid to it."""

    reason: Why


class AccountMoved(Wire, frozen=True):
    """The account, and which of the payee's accounts is paid to and which waits now."""

    account_id: str
    paid_to: str | None
    waiting: str | None


def payees(commands: PayeeCommands, found: PayeeQueries, requests: Requests) -> Router:
    """The routes of /v1/payees."""
    router = Router(prefix="/v1/payees", tags=["payees"])
    one = "/{county}/{payee_kind}/{payee_id}/accounts"

    @router.post(one, status_code=201)
    async def name_account(
        county: CountyPath,
        payee_kind: Kind,
        payee_id: NameInPath,
        caller: Finance,
        command: Sent[AccountBody],
        key: IdempotencyKey,
    ) -> Json[AccountMoved]:
        """Name the bank account of a payee; it is paid to once another person of finance has confirmed it."""
        caller.must_act_in(county)
        check_division(county, requests.today.year)
        context = requests.by(caller, key)
        return answered(await commands.name(context, county, payee_kind, payee_id, _details(command)))

    @router.get(one)
    async def list_accounts(
        county: CountyPath, payee_kind: Kind, payee_id: NameInPath, caller: Reader
    ) -> Json[tuple[AccountAnswer, ...]]:
        """The account that a payee is paid to, and the one that waits, by their last four digits."""
        caller.must_act_in(county)
        return answer(tuple(await found.accounts(Payee(county, payee_kind, payee_id))))

    @router.post(one + "/{account_id}/confirmation")
    async def confirm_account(
        county: CountyPath,
        payee_kind: Kind,
        payee_id: NameInPath,
        account_id: NameInPath,
        caller: Finance,
        command: Sent[ConfirmBody],
        key: IdempotencyKey,
    ) -> Json[AccountMoved]:
        """Confirm an account by typing all of it again, as its holder and branch decide who is paid, too.

        Not by whoever named it.
        """
        caller.must_act_in(county)
        payee = Payee(county, payee_kind, payee_id)
        return answered(await commands.confirm(requests.by(caller, key), payee, account_id, _details(command)))

    @router.post(one + "/{account_id}/rejection")
    async def reject_account(
        county: CountyPath,
        payee_kind: Kind,
        payee_id: NameInPath,
        account_id: NameInPath,
        caller: Finance,
        command: Sent[RejectBody],
        key: IdempotencyKey,
    ) -> Json[AccountMoved]:
        """Say that nobody is to be paid to an account, waiting or confirmed; payments in a file stay as they are."""
        caller.must_act_in(county)
        payee = Payee(county, payee_kind, payee_id)
        return answered(await commands.reject(requests.by(caller, key), payee, account_id, command.reason))

    return router


def _details(said: AccountBody | ConfirmBody) -> Details:
    return Details(
        holder=" ".join(said.holder.split()),
        number=re.sub(r"[ -]", "", said.number),
        bank=" ".join(said.bank.split()),
        bank_code=said.bank_code,
    )
