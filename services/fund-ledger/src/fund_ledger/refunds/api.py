"""Refunds over HTTP: hospitals say what they gave back, and see what they still hold."""

from datetime import date
from typing import Annotated, Final

import msgspec

from fund_ledger.refunds.commands import RefundCommands
from fund_ledger.refunds.domain import Refund
from fund_ledger.refunds.queries import OpenRefund, RefundQueries
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
    allow,
    answered,
    paged,
)
from kernel.http.fields import Identifier, after_of
from kernel.running.requested import Requests
from kernel.security import Principal, Role

CODES: Final = (ErrorCode("REFUND_UNKNOWN", 404, "Nothing that was prepaid is to be given back"),)

Giver = Annotated[Principal, allow(Role.HOSPITAL, Role.FINANCE, by_division=True)]
Reader = Annotated[Principal, allow(Role.HOSPITAL, Role.FINANCE, Role.AGENCY, Role.OPERATIONS, by_division=True)]


class RefundBody(RequestBody, frozen=True):
    """What was given back to the patient, on which day."""

    settlement_id: Identifier
    amount_fen: Yuan
    value_on: date


class RefundMade(Wire, frozen=True):
    """The journal under which it was booked."""

    journal_id: str


def refunds(commands: RefundCommands, queries: RefundQueries, requests: Requests) -> Router:
    """The routes of /v1/refunds."""
    router = Router(prefix="/v1/refunds", tags=["refunds"])

    @router.post("", status_code=201)
    async def refund(caller: Giver, command: Sent[RefundBody], key: IdempotencyKey) -> Json[RefundMade]:
        """Book that a hospital gave a patient back what was prepaid beyond the own share; never more than that."""
        context = requests.by(caller, key)
        given = Refund(
            **msgspec.structs.asdict(command) | {"amount_fen": int(command.amount_fen)},
            today=context.today,
            hospital_id=caller.own_hospital,
            counties=tuple(pattern.rstrip("%") for pattern in caller.division_patterns if pattern != "%"),
        )
        return answered(await commands.refund(context, given))

    @router.get("")
    async def list_refunds(caller: Reader, page: ById) -> Json[Page[OpenRefund]]:
        """What is still to be given back: by the caller's hospital, or by all for those who run the funds."""
        found = await queries.open(caller.own_hospital, caller.division_patterns, after_of(page), page.limit + 1)
        return paged(found, page, "settlement_id")

    return router
