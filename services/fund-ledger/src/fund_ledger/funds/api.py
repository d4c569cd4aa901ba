"""Orders for money over HTTP: the agency places them, bureau and finance agree, finance matches receipts."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Final

import msgspec
from fastapi import Path, Query

from fund_ledger.funds.commands import FundCommands
from fund_ledger.funds.domain.terms import Kind, Wanted
from fund_ledger.funds.queries import FundQueries, ListedOrder
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
    answer,
    answered,
    paged,
)
from kernel.http.fields import CountyFilter, DivisionCode, Identifier, NameInPath, Year, after_of, counties_of
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.division_table import check_division
from kernel.values.refusals import Refused, not_found

CODES: Final = (
    ErrorCode("PLACEMENT_EXHAUSTED", 409, "More aid than was placed with the hospital"),
    ErrorCode("SCORE_OUT_OF_RANGE", 422, "A score is not between 0 and 100 percent"),
    ErrorCode("ORDER_WITHOUT_RULE", 422, "No document in force there orders such money"),
    ErrorCode("ORDER_FIGURES", 422, "The order lacks a figure that it is worked out from"),
    ErrorCode("ORDER_EXISTS", 409, "The money was ordered before"),
    ErrorCode("ORDER_UNKNOWN", 404, "No such order"),
    ErrorCode("ORDER_NOT_IN_STATE", 409, "The order is in another state"),
    ErrorCode("ORDER_EXCEEDED", 409, "The order takes less"),
    ErrorCode("STEP_OF_ANOTHER", 409, "The next step is another office's"),
    ErrorCode("MATCH_MISPLACED", 409, "The receipt is of another county, fund or source than the order"),
    ErrorCode("NOT_MATCHED", 409, "The receipt does not meet the order"),
    ErrorCode("RECEIPT_MATCHED", 409, "The receipt meets an order"),
    ErrorCode("RECEIPT_EXHAUSTED", 409, "The receipt has less left"),
)

Agency = Annotated[Principal, allow(Role.AGENCY, by_division=True)]
Agreeing = Annotated[Principal, allow(Role.AGENCY, Role.FINANCE, by_division=True)]
Finance = Annotated[Principal, allow(Role.FINANCE, by_division=True)]
Reader = Annotated[Principal, allow(Role.FINANCE, Role.AGENCY, Role.OPERATIONS, by_division=True)]
OrderId = Annotated[str, Path(max_length=80, pattern=r"^[A-Za-z0-9_-]+$")]
Status = Annotated[str, Query(pattern=r"^(computed|agreed|issued|met)?$")]
OfYear = Annotated[int | None, Query(ge=2010, le=2100)]


class OrderBody(RequestBody, frozen=True, kw_only=True):
    """What is ordered; the figures are those that neither a document nor the books give.

    A RESERVE needs ``annual_fund`` and ``monthly_forecast``, a MONTHLY prepayment ``month`` and ``amount``, a PLAN
    ``amount``, a LOTTERY share ``retained``. A QUOTA comes from last year's books, an APPROPRIATION from the document,
    and a MAKE_UP of a ``month`` from what the last fund of a cascade lacks.
    """

    county: DivisionCode
    fund: Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9_]{0,15}$")]
    kind: Kind
    year: Year
    month: Annotated[int, msgspec.Meta(ge=1, le=12)] | None = None
    amount_fen: Yuan | None = None
    annual_fund_fen: Yuan | None = None
    monthly_forecast_fen: Yuan | None = None
    retained_fen: Yuan | None = None


class MatchBody(RequestBody, frozen=True):
    """Which receipt meets the order, and with how much of it: one transfer may be for two months."""

    journal_id: Identifier
    amount_fen: Yuan


class OrderMoved(Wire, frozen=True):
    """Where the order stands now."""

    order_id: str
    status: str


class Figure(Wire, frozen=True):
    """A figure that the order was worked out from."""

    name: str
    amount_fen: Yuan


class OrderAnswer(Wire, frozen=True, kw_only=True):
    """An order: what it comes to and why, until when, what came in; ``days_late`` while something is missing.

    ``met_on`` is the day on which the last of its money had come, by the bank.
    """

    order_id: str
    county: str
    fund: str
    kind: str
    year: int
    month: int | None
    status: str
    amount_fen: Yuan
    received_fen: Yuan
    left_fen: Yuan
    due_on: date | None
    days_late: int
    clause: str
    figures: tuple[Figure, ...]
    ordered_on: date
    steps: int
    met_on: date | None


def funding_orders(commands: FundCommands, found: FundQueries, requests: Requests) -> Router:
    """The routes of /v1/funding-orders."""
    router = Router(prefix="/v1/funding-orders", tags=["money"])

    @router.post("", status_code=201)
    async def place(caller: Agency, command: Sent[OrderBody], key: IdempotencyKey) -> Json[OrderMoved]:
        """Order money by the documents in force: reserve, prepayment, quota, appropriation, plan, lottery, make-up."""
        caller.must_act_in(command.county)
        check_division(command.county, command.year)
        given: dict[str, Any] = {
            name: int(value or 0) if name.endswith("_fen") else value for name, value in _fields(command)
        }
        wanted = Wanted(**given)
        return answered(await commands.place(requests.by(caller, key), wanted, caller.subject))

    @router.post("/{order_id}/agreement")
    async def agree(order_id: OrderId, caller: Agreeing, key: IdempotencyKey) -> Json[OrderMoved]:
        """Take the next step of a quota: the bureau's, then finance's, each by another person; then it is issued."""
        await _seen(found, caller, order_id)
        finance = Role.FINANCE in caller.roles
        return answered(await commands.agree(requests.by(caller, key), order_id, caller.subject, finance=finance))

    @router.post("/{order_id}/receipts")
    async def meet(
        order_id: OrderId, caller: Finance, command: Sent[MatchBody], key: IdempotencyKey
    ) -> Json[OrderMoved]:
        """Let a receipt meet an order, wholly or in part; never more than is ordered, no fen of it twice."""
        await _seen(found, caller, order_id)
        if not command.amount_fen:
            raise Refused("AMOUNT_NOT_POSITIVE", "0.00 yuan meets nothing; the amount must be above zero")
        context = requests.by(caller, key)
        return answered(await commands.meet(context, order_id, command.journal_id, int(command.amount_fen)))

    @router.post("/{order_id}/receipts/{journal_id}/release")
    async def let_go(
        order_id: OrderId, journal_id: NameInPath, caller: Finance, key: IdempotencyKey
    ) -> Json[OrderMoved]:
        """Let a receipt go that was matched wrongly, or whose money goes back."""
        await _seen(found, caller, order_id)
        return answered(await commands.let_go(requests.by(caller, key), order_id, journal_id))

    @router.get("")
    async def list_orders(
        caller: Reader, page: ById, county: CountyFilter = "", year: OfYear = None, status: Status = ""
    ) -> Json[Page[OrderAnswer]]:
        """Orders in the order of their names, each with what is missing and how late it is."""
        counties = counties_of(caller, county or None)
        rows = await found.orders(counties, year, status, after_of(page), page.limit + 1)
        return paged([_told(row, requests.today) for row in rows], page, "order_id")

    @router.get("/{order_id}")
    async def get_order(order_id: OrderId, caller: Reader) -> Json[OrderAnswer]:
        """One order."""
        return answer(_told(await _seen(found, caller, order_id), requests.today))

    return router


def _fields(command: OrderBody) -> Iterable[tuple[str, Any]]:
    return msgspec.structs.asdict(command).items()


async def _seen(found: FundQueries, caller: Principal, order_id: str) -> ListedOrder:
    order = await found.one_order(order_id)
    if order is None:
        raise not_found("ORDER_UNKNOWN", f"there is no order {order_id}", order_id=order_id)
    caller.must_act_in(order.county)
    return order


def _told(order: ListedOrder, today: date) -> OrderAnswer:
    late = (today - order.due_on).days if order.due_on and order.status != "met" else 0
    return OrderAnswer(
        order_id=order.order_id,
        county=order.county,
        fund=order.fund,
        kind=order.kind,
        year=order.year,
        month=order.month,
        status=order.status,
        amount_fen=Yuan(order.amount_fen),
        received_fen=Yuan(order.received_fen),
        left_fen=Yuan(order.left_fen),
        due_on=order.due_on,
        days_late=max(0, late),
        clause=order.clause,
        figures=tuple(Figure(name, Yuan(fen)) for name, fen in sorted(order.figures.items())),
        ordered_on=order.ordered_on,
        steps=len(order.signed_by),
        met_on=order.met_on,
    )
