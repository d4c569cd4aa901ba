"""Aid money that lies with a hospital: placed, topped up, used on the spot, given back (002 三(二)).

What a hospital gave on the spot is aid of its own, which stands in a stream of its own beside the placement's.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal, assert_never

import msgspec

from fund_ledger.funds.domain.prepayment import placed_balance
from fund_ledger.payments.domain.checks import check_moved, check_same
from kernel.values.decider import Decider
from kernel.values.refusals import Refused, conflict, not_found


class Placement(msgspec.Struct, frozen=True, kw_only=True):
    """Money of a fund at a hospital, in fen: balance = placed - used - returned. ``ordered_fen`` waits for finance."""

    placement_id: str
    county: str
    fund: str
    hospital_id: str
    ordered_fen: int
    placed_fen: int = 0
    used_fen: int = 0
    returned_fen: int = 0
    clause: str
    ordered_on: date
    ordered_by: str

    @property
    def balance_fen(self) -> int:
        """What the hospital still has."""
        return placed_balance(self.placed_fen, (self.used_fen, self.returned_fen))


class OrderPlacement(msgspec.Struct, frozen=True, kw_only=True):
    """Order that so much be placed, for the first time or on top; an order that is not paid yet is replaced."""

    placement_id: str
    county: str
    fund: str
    hospital_id: str
    amount_fen: int
    clause: str
    by: str
    today: date


class PayPlacement(msgspec.Struct, frozen=True, kw_only=True):
    """What was ordered was paid to the hospital; ``amount_fen`` is what the payer says it was, None if nothing."""

    placement_id: str
    amount_fen: int | None
    by: str
    paid_on: date
    today: date


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """Aid of so much was given on the spot, or, below zero, was entered wrongly and is taken back."""

    placement_id: str
    amount_fen: int


class ReturnPlacement(msgspec.Struct, frozen=True, kw_only=True):
    """The hospital gave so much back."""

    placement_id: str
    amount_fen: int
    paid_on: date
    today: date


PlacementCommand = OrderPlacement | PayPlacement | Use | ReturnPlacement
Moved = Literal["placed", "used", "returned"]


class PlacementOrdered(msgspec.Struct, frozen=True):
    """Money is to be placed."""

    placement: Placement


class PlacementMoved(msgspec.Struct, frozen=True):
    """So much was placed, used or returned."""

    placement: Placement
    what: Moved
    amount_fen: int


PlacementEvent = PlacementOrdered | PlacementMoved


def decide(command: PlacementCommand, state: Placement | None) -> Sequence[PlacementEvent]:
    """What a command brings about.

    Raises Refused AMOUNT_NOT_POSITIVE; PLACEMENT_UNKNOWN, PLACEMENT_NOT_ORDERED, SAME_PERSON, AMOUNT_DIFFERS,
    PLACEMENT_EXHAUSTED and those of a day on which money moved.
    """
    if isinstance(command, OrderPlacement):
        return _order(command, state)
    if state is None:
        raise not_found("PLACEMENT_UNKNOWN", f"no money is placed as {command.placement_id}")
    match command:
        case PayPlacement():
            return _pay(command, state)
        case Use(amount_fen=amount):
            assert state.used_fen + amount >= 0, "no more is taken back than was used"
            return (_moved(state, "used", amount),)
        case ReturnPlacement():
            check_moved(command.amount_fen, command.paid_on, command.today)
            return (_moved(state, "returned", command.amount_fen),)
        case _:
            assert_never(command)


def _order(command: OrderPlacement, state: Placement | None) -> Sequence[PlacementEvent]:
    if command.amount_fen <= 0:
        raise Refused("AMOUNT_NOT_POSITIVE", "a placement of 0.00 yuan places nothing; the amount must be above zero")
    ordered = Placement(
        placement_id=command.placement_id,
        county=command.county,
        fund=command.fund,
        hospital_id=command.hospital_id,
        ordered_fen=command.amount_fen,
        placed_fen=state.placed_fen if state else 0,
        used_fen=state.used_fen if state else 0,
        returned_fen=state.returned_fen if state else 0,
        clause=command.clause,
        ordered_on=command.today,
        ordered_by=command.by,
    )
    return (PlacementOrdered(ordered),)


def _pay(command: PayPlacement, state: Placement) -> Sequence[PlacementEvent]:
    if not state.ordered_fen:
        raise conflict("PLACEMENT_NOT_ORDERED", f"nothing is ordered that is not paid at {state.placement_id}")
    if command.by == state.ordered_by:
        raise conflict("SAME_PERSON", f"{command.by} ordered it at {state.placement_id}; somebody else pays it")
    check_same(state.placement_id, state.ordered_fen, command.amount_fen)
    check_moved(state.ordered_fen, command.paid_on, command.today)
    return (_moved(msgspec.structs.replace(state, ordered_fen=0), "placed", state.ordered_fen),)


def _moved(state: Placement, what: Moved, amount_fen: int) -> PlacementMoved:
    sums = {"placed": state.placed_fen, "used": state.used_fen, "returned": state.returned_fen}
    sums[what] += amount_fen
    changed = msgspec.structs.replace(state, **{f"{name}_fen": fen for name, fen in sums.items()})
    # Raises where more is used or given back than the hospital has.
    assert changed.balance_fen >= 0, "a balance below zero is refused"
    return PlacementMoved(changed, what, amount_fen)


def evolve(_state: Placement | None, event: PlacementEvent) -> Placement:
    """The state after an event."""
    return event.placement


DECIDER: Final[Decider[PlacementCommand, Placement | None, PlacementEvent]] = Decider(None, decide, evolve)


def placement_id(county: str, fund: str, hospital_id: str) -> str:
    """The name of a placement: one for each hospital and fund of a county."""
    return f"{county}-{fund}-{hospital_id}"
