"""A clinic that records first and settles later: its health centre owes it what funds give for its visits (003 四(十)).

The funds owe the centre, which stands in their books and statements; the centre owes the clinic.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, assert_never

import msgspec

from fund_ledger.payments.domain.checks import check_moved
from kernel.values.decider import Decider
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused, conflict, not_found


class Clinic(msgspec.Struct, frozen=True, kw_only=True):
    """A clinic and its centre. ``owed`` is what the centre owes it, in fen by fund; below zero it got too much."""

    clinic_id: str
    county: str
    centre_id: str
    assigned_on: date
    assigned_by: str
    owed: dict[str, int] = {}

    @property
    def left_fen(self) -> int:
        """What the centre owes it in all."""
        return sum(self.owed.values())


class AssignCentre(msgspec.Struct, frozen=True):
    """The centre with which a clinic settles."""

    clinic: Clinic


class HandOver(msgspec.Struct, frozen=True, kw_only=True):
    """What the funds owe the clinic now they owe its centre; below zero, what it was given and a bill took back."""

    clinic_id: str
    owed_fen: Mapping[str, int]
    today: date


class PayClinic(msgspec.Struct, frozen=True, kw_only=True):
    """The centre paid the clinic."""

    clinic_id: str
    amount_fen: int
    paid_on: date
    today: date


ClinicCommand = AssignCentre | HandOver | PayClinic


class CentreAssigned(msgspec.Struct, frozen=True):
    """A clinic settles with this centre."""

    clinic: Clinic


class VisitsHandedOver(msgspec.Struct, frozen=True):
    """Of so much, by fund, the centre is owed and owes the clinic."""

    clinic: Clinic
    parts: dict[str, int]


class ClinicPaid(msgspec.Struct, frozen=True):
    """So much, by fund, the centre owes the clinic no more."""

    clinic: Clinic
    parts: dict[str, int]


ClinicEvent = CentreAssigned | VisitsHandedOver | ClinicPaid


def decide(command: ClinicCommand, state: Clinic | None) -> Sequence[ClinicEvent]:
    """What a command brings about.

    Raises Refused CLINIC_IS_CENTRE, CLINIC_UNSETTLED; CLINIC_WITHOUT_CENTRE, NOTHING_TO_HAND_OVER, OVERPAYMENT and
    those of a day on which money moved.
    """
    if isinstance(command, AssignCentre):
        return _assign(command, state)
    if state is None:
        raise not_found("CLINIC_WITHOUT_CENTRE", f"no health centre settles with {command.clinic_id} here")
    match command:
        case HandOver():
            return _hand_over(command, state)
        case PayClinic():
            return _pay(command, state)
        case _:
            assert_never(command)


def _assign(command: AssignCentre, state: Clinic | None) -> Sequence[ClinicEvent]:
    if command.clinic.centre_id == command.clinic.clinic_id:
        raise Refused("CLINIC_IS_CENTRE", f"{command.clinic.clinic_id} settles with a centre that is not itself")
    if state is not None and state.centre_id == command.clinic.centre_id:
        return ()
    if state is not None and any(state.owed.values()):
        left = yuan_from_fen(abs(state.left_fen))
        detail = f"{state.centre_id} and {state.clinic_id} have {left} yuan to settle before another centre comes"
        raise conflict("CLINIC_UNSETTLED", detail, clinic=state.clinic_id)
    return (CentreAssigned(command.clinic),)


def _hand_over(command: HandOver, state: Clinic) -> Sequence[ClinicEvent]:
    parts = {fund: fen for fund, fen in sorted(command.owed_fen.items()) if fen}
    if not parts:
        detail = f"no fund owes {state.clinic_id} anything that its centre is not owed already"
        raise conflict("NOTHING_TO_HAND_OVER", detail, clinic=state.clinic_id)
    return (VisitsHandedOver(_with(state, parts), parts),)


def _pay(command: PayClinic, state: Clinic) -> Sequence[ClinicEvent]:
    check_moved(command.amount_fen, command.paid_on, command.today)
    if command.amount_fen > state.left_fen:
        left = yuan_from_fen(max(0, state.left_fen))
        detail = f"{state.centre_id} owes {state.clinic_id} {left} yuan; no more is paid"
        asked = yuan_from_fen(command.amount_fen)
        raise conflict("OVERPAYMENT", detail, clinic=state.clinic_id, left=left, asked=asked)
    parts: dict[str, int] = {}
    left_fen = command.amount_fen
    for fund, fen in sorted(state.owed.items()):
        if part := min(left_fen, max(0, fen)):
            parts[fund] = part
            left_fen -= part
    assert not left_fen, "what is owed in all is owed by some funds"
    return (ClinicPaid(_with(state, {fund: -fen for fund, fen in parts.items()}), parts),)


def _with(state: Clinic, parts: Mapping[str, int]) -> Clinic:
    owed = {fund: state.owed.get(fund, 0) + parts.get(fund, 0) for fund in sorted({*state.owed, *parts})}
    return msgspec.structs.replace(state, owed=owed)


def evolve(_state: Clinic | None, event: ClinicEvent) -> Clinic:
    """The state after an event."""
    return event.clinic


DECIDER: Final[Decider[ClinicCommand, Clinic | None, ClinicEvent]] = Decider(None, decide, evolve)
