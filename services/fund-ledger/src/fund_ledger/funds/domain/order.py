"""An order for money: a department or county is to pay so much into a fund; receipts meet it, in parts or at once."""

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal, assert_never

import msgspec

from fund_ledger.funds.domain.terms import SOURCES, Kind, Terms, Wanted
from kernel.values.decider import Decider
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import conflict, not_found

#: A quota is computed, agreed to by the bureau, then by finance, and only then issued (004 四(二)).
Status = Literal["computed", "agreed", "issued", "met"]
_IN_STEPS: Final = frozenset({"QUOTA"})


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it stands, in fen; ``signed_by`` are those who made each step, the first computed it.

    ``met_on`` is the day on which the last of its money had come, by the bank, with the receipt ``met_by``; an order
    that came to nothing is met by none, on the day on which it was issued.
    """

    order_id: str
    county: str
    fund: str
    kind: Kind
    year: int
    month: int | None
    status: Status
    amount_fen: int
    received_fen: int
    due_on: date | None
    clause: str
    figures: dict[str, int]
    ordered_on: date
    signed_by: tuple[str, ...]
    #: None while it is not met, and in what was stored before it was told (decision 0071).
    met_on: date | None = None
    met_by: str | None = None

    @property
    def left_fen(self) -> int:
        """What is still to come."""
        return self.amount_fen - self.received_fen


class PlaceOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Order what the terms come to."""

    wanted: Wanted
    terms: Terms
    by: str
    today: date


class AgreeToOrder(msgspec.Struct, frozen=True):
    """The next step of an order that takes several; ``finance`` says that finance takes it."""

    order_id: str
    by: str
    finance: bool
    today: date


class Came(msgspec.Struct, frozen=True, order=True):
    """A receipt that meets an order, and the day on which the bank had its money."""

    on: date
    journal_id: str


class MeetOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt meets an order with so much. ``free_fen`` is what of the receipt meets no order yet.

    ``value_on`` is the day of its money; ``latest`` the latest of the receipts that meet the order already.
    """

    order_id: str
    journal_id: str
    county: str
    fund: str
    source: str
    free_fen: int
    amount_fen: int
    value_on: date
    latest: Came | None = None


class LetGo(msgspec.Struct, frozen=True):
    """A receipt meets an order no longer, with all the ``matched_fen`` that it met it with."""

    order_id: str
    journal_id: str
    matched_fen: int
    value_on: date


OrderCommand = PlaceOrder | AgreeToOrder | MeetOrder | LetGo


class FundingOrdered(msgspec.Struct, frozen=True):
    """Money was ordered, or its computing begun."""

    order: Order


class FundingAgreed(msgspec.Struct, frozen=True):
    """A step of an order was taken."""

    order: Order


class FundingMet(msgspec.Struct, frozen=True):
    """A receipt met an order, wholly or in part; below zero, it was let go again.

    ``value_on`` is the day of the receipt's money; None in what was stored before it was told.
    """

    order: Order
    journal_id: str
    amount_fen: int
    value_on: date | None = None


OrderEvent = FundingOrdered | FundingAgreed | FundingMet


def decide(command: OrderCommand, state: Order | None) -> Sequence[OrderEvent]:
    """What a command brings about.

    Raises Refused ORDER_EXISTS; ORDER_UNKNOWN, ORDER_NOT_IN_STATE, SAME_PERSON, STEP_OF_ANOTHER; MATCH_MISPLACED,
    RECEIPT_EXHAUSTED, ORDER_EXCEEDED; NOT_MATCHED.
    """
    if isinstance(command, PlaceOrder):
        return _place(command, state)
    if state is None:
        raise not_found("ORDER_UNKNOWN", f"there is no order {command.order_id}", order_id=command.order_id)
    match command:
        case AgreeToOrder():
            return _agree(command, state)
        case MeetOrder():
            return _meet(command, state)
        case LetGo():
            return _let_go(command, state)
        case _:
            assert_never(command)


def _place(command: PlaceOrder, state: Order | None) -> Sequence[OrderEvent]:
    if state is not None:
        detail = f"{state.order_id} was ordered on {state.ordered_on} with {yuan_from_fen(state.amount_fen)} yuan"
        raise conflict("ORDER_EXISTS", detail, order_id=state.order_id)
    wanted, found = command.wanted, command.terms
    order = Order(
        order_id=order_id(wanted, found),
        county=wanted.county,
        fund=wanted.fund,
        kind=wanted.kind,
        year=wanted.year,
        month=wanted.month,
        status="computed" if wanted.kind in _IN_STEPS else "issued",
        amount_fen=found.amount_fen,
        received_fen=0,
        due_on=found.due_on,
        clause=found.clause,
        figures=dict(found.figures),
        ordered_on=command.today,
        signed_by=(command.by,),
    )
    return (FundingOrdered(_as_far_as_met(order, command.today)),)


def _agree(command: AgreeToOrder, order: Order) -> Sequence[OrderEvent]:
    if order.status not in ("computed", "agreed"):
        raise _not_in_state(order, "computed or agreed")
    if command.by in order.signed_by:
        raise conflict("SAME_PERSON", f"{command.by} has signed {order.order_id}; somebody else takes the next step")
    if command.finance != (order.status == "agreed"):
        whose = "finance" if order.status == "agreed" else "the bureau"
        raise conflict("STEP_OF_ANOTHER", f"{order.order_id} is {order.status}; the next step is {whose}'s")
    status: Status = "issued" if command.finance else "agreed"
    signed = msgspec.structs.replace(order, status=status, signed_by=(*order.signed_by, command.by))
    return (FundingAgreed(_as_far_as_met(signed, command.today)),)


def _meet(command: MeetOrder, order: Order) -> Sequence[OrderEvent]:
    if order.status != "issued":
        raise _not_in_state(order, "issued")
    receipt = f"receipt {command.journal_id} of {command.source} for {command.county}/{command.fund}"
    its_own = (command.county, command.fund) == (order.county, order.fund)
    if not its_own or command.source not in SOURCES[order.kind]:
        wanted = f"{' or '.join(sorted(SOURCES[order.kind]))} for {order.county}/{order.fund}"
        raise conflict("MATCH_MISPLACED", f"{receipt} does not meet {order.order_id}, which takes {wanted}")
    if command.amount_fen > command.free_fen:
        left = yuan_from_fen(command.free_fen)
        raise conflict("RECEIPT_EXHAUSTED", f"of {receipt} {left} yuan are left", journal_id=command.journal_id)
    if command.amount_fen > order.left_fen:
        detail = f"{order.order_id} takes {yuan_from_fen(order.left_fen)} yuan more; the rest meets another order"
        raise conflict("ORDER_EXCEEDED", detail, order_id=order.order_id)
    met = msgspec.structs.replace(order, received_fen=order.received_fen + command.amount_fen)
    this = Came(command.value_on, command.journal_id)
    last = max(this, command.latest or this)
    met = _as_far_as_met(met, last.on, last.journal_id)
    return (FundingMet(met, command.journal_id, command.amount_fen, command.value_on),)


def _let_go(command: LetGo, order: Order) -> Sequence[OrderEvent]:
    if not command.matched_fen:
        raise conflict("NOT_MATCHED", f"receipt {command.journal_id} does not meet {order.order_id}")
    received = order.received_fen - command.matched_fen
    left = msgspec.structs.replace(order, received_fen=received, status="issued", met_on=None, met_by=None)
    return (FundingMet(left, command.journal_id, -command.matched_fen, command.value_on),)


def _as_far_as_met(order: Order, on: date, by: str | None = None) -> Order:
    done = order.status == "issued" and not order.left_fen
    return msgspec.structs.replace(order, status="met", met_on=on, met_by=by) if done else order


def _not_in_state(order: Order, wanted: str) -> Exception:
    detail = f"{order.order_id} is {order.status}; for this it must be {wanted}"
    return conflict("ORDER_NOT_IN_STATE", detail, order_id=order.order_id, status=order.status)


def evolve(_state: Order | None, event: OrderEvent) -> Order:
    """The state after an event."""
    return event.order


def _decide_untold(command: OrderCommand, state: Order | None) -> Sequence[OrderEvent]:
    """The same without the mark by which an event is told to the other services (decision 0071)."""
    return [_untold(event) for event in decide(command, state)]


def _untold(event: OrderEvent) -> OrderEvent:
    order = msgspec.structs.replace(event.order, met_on=None, met_by=None)
    if isinstance(event, FundingMet):
        return msgspec.structs.replace(event, order=order, value_on=None)
    return msgspec.structs.replace(event, order=order)


DECIDER: Final[Decider[OrderCommand, Order | None, OrderEvent]] = Decider(None, decide, evolve)
#: Beside a release that tells nobody.
UNTOLD: Final[Decider[OrderCommand, Order | None, OrderEvent]] = Decider(None, _decide_untold, evolve)


def order_id(wanted: Wanted, found: Terms) -> str:
    """The name of an order: one for each county, fund, kind, year and month; what is given once has no year."""
    parts = [wanted.county, wanted.fund, wanted.kind]
    if not found.once:
        parts.append(str(wanted.year) if wanted.month is None else f"{wanted.year}-{wanted.month:02}")
    return "-".join(parts)
