"""Aid that a hospital gave on the spot out of placed money, and its reconciliation with the bill settled later.

The same aid is never paid twice: what the system settles of a bill for which aid was given on the spot counts as paid
as far as that went (002 三(二)).
"""

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal, assert_never

import msgspec

from fund_ledger.payments.domain.checks import check_moved
from kernel.values.decider import Decider
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused, conflict, not_found

#: ``given`` on the spot; ``reconciled`` with a settlement; ``withdrawn`` where it was entered wrongly.
Status = Literal["given", "reconciled", "withdrawn"]


class Aid(msgspec.Struct, frozen=True, kw_only=True):
    """Aid on the spot, in fen. ``number`` is the hospital's own for it: one for each.

    ``reconciled_fen`` is what of it the settlement gives too; the rest was given beyond what the system gives.
    """

    aid_id: str
    placement_id: str
    number: str
    county: str
    fund: str
    hospital_id: str
    person_id: str
    amount_fen: int
    given_on: date
    status: Status
    journal_id: str
    settlement_id: str | None = None
    reconciled_fen: int = 0
    entered_by: str


class EnterAid(msgspec.Struct, frozen=True, kw_only=True):
    """A hospital gave aid on the spot."""

    aid: Aid
    today: date


class WithdrawAid(msgspec.Struct, frozen=True):
    """It was entered wrongly."""

    aid_id: str


class ReconcileAid(msgspec.Struct, frozen=True, kw_only=True):
    """The same aid was settled by the system: the fund owes the hospital ``owed_fen`` for it, less earlier aid."""

    aid_id: str
    settlement_id: str
    owed_fen: int


AidCommand = EnterAid | WithdrawAid | ReconcileAid


class AidGiven(msgspec.Struct, frozen=True):
    """Aid was given on the spot."""

    aid: Aid


class AidWithdrawn(msgspec.Struct, frozen=True):
    """Aid that was entered is no aid."""

    aid: Aid


class AidReconciled(msgspec.Struct, frozen=True):
    """Aid on the spot is a part of a settlement."""

    aid: Aid


AidEvent = AidGiven | AidWithdrawn | AidReconciled


def decide(command: AidCommand, state: Aid | None) -> Sequence[AidEvent]:
    """What a command brings about.

    Raises Refused AID_EXISTS and those of a day on which money moved; AID_UNKNOWN, AID_NOT_IN_STATE,
    AID_NOT_IN_SETTLEMENT.
    """
    if isinstance(command, EnterAid):
        if state is not None and state.status != "withdrawn":
            detail = f"{state.number} is aid of {yuan_from_fen(state.amount_fen)} yuan of {state.given_on} already"
            raise conflict("AID_EXISTS", detail, aid_id=state.aid_id)
        check_moved(command.aid.amount_fen, command.aid.given_on, command.today)
        return (AidGiven(command.aid),)
    if state is None:
        raise not_found("AID_UNKNOWN", f"there is no aid on the spot {command.aid_id}")
    match command:
        case WithdrawAid():
            _must_be_given(state)
            return (AidWithdrawn(msgspec.structs.replace(state, status="withdrawn")),)
        case ReconcileAid():
            return _reconcile(command, state)
        case _:
            assert_never(command)


def _reconcile(command: ReconcileAid, state: Aid) -> Sequence[AidEvent]:
    _must_be_given(state)
    if command.owed_fen <= 0:
        detail = f"for {command.settlement_id} {state.fund} owes {state.hospital_id} nothing that is not reconciled"
        raise conflict("AID_NOT_IN_SETTLEMENT", detail, settlement=command.settlement_id)
    both = min(state.amount_fen, command.owed_fen)
    done = msgspec.structs.replace(state, status="reconciled", settlement_id=command.settlement_id, reconciled_fen=both)
    return (AidReconciled(done),)


def _must_be_given(state: Aid) -> None:
    if state.status != "given":
        raise _not_in_state(state)


def _not_in_state(state: Aid) -> Refused:
    with_it = f" with {state.settlement_id}" if state.settlement_id else ""
    detail = f"{state.aid_id} is {state.status}{with_it}; for this it must stand as given"
    return conflict("AID_NOT_IN_STATE", detail, aid_id=state.aid_id, status=state.status)


def evolve(_state: Aid | None, event: AidEvent) -> Aid:
    """The state after an event."""
    return event.aid


DECIDER: Final[Decider[AidCommand, Aid | None, AidEvent]] = Decider(None, decide, evolve)


def aid_id(placement_id: str, number: str) -> str:
    """The name of aid on the spot: one for each number of the hospital; no part of it has a stroke of its own."""
    return f"{placement_id}/{number}"
