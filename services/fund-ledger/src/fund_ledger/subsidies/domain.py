"""A government subsidy of the resident insurance: due in full by a day, received in parts, late until all came.

Huining's finance pays it in full and on time (002 三(一) 足额按时拨付到位). The money goes to whoever keeps the fund,
so the register is no journal: it says what is due, what came, and how late.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final, assert_never

import msgspec

from kernel.values.decider import Decider
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused, conflict, not_found


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A part that came, in fen; ``withdrawn`` where it was entered wrongly."""

    number: int
    amount_fen: int
    received_on: date
    entered_by: str
    withdrawn: bool = False


class Subsidy(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a year's subsidy as it stands, in fen: who owes it, by which clause, until when."""

    subsidy_id: str
    county: str
    fund: str
    year: int
    part: int
    owed_by: str
    amount_fen: int
    due_on: date
    clause: str
    entered_on: date
    entered_by: str
    received: tuple[Received, ...] = ()

    @property
    def received_fen(self) -> int:
        """What came so far."""
        return sum(one.amount_fen for one in self.received if not one.withdrawn)

    @property
    def left_fen(self) -> int:
        """What is still to come."""
        return self.amount_fen - self.received_fen

    def days_late(self, today: date) -> int:
        """How late it is, or was when the last of it came."""
        came = max((one.received_on for one in self.received if not one.withdrawn), default=today)
        return max(0, ((today if self.left_fen else came) - self.due_on).days)


class EnterDue(msgspec.Struct, frozen=True):
    """A subsidy is due."""

    subsidy: Subsidy


class Receive(msgspec.Struct, frozen=True, kw_only=True):
    """A part of it came."""

    subsidy_id: str
    amount_fen: int
    received_on: date
    by: str
    today: date


class WithdrawReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """A part was entered wrongly."""

    subsidy_id: str
    number: int


SubsidyCommand = EnterDue | Receive | WithdrawReceipt


class SubsidyDue(msgspec.Struct, frozen=True):
    """A subsidy is due."""

    subsidy: Subsidy


class SubsidyReceived(msgspec.Struct, frozen=True):
    """A part of it came."""

    subsidy: Subsidy
    number: int


class SubsidyReceiptWithdrawn(msgspec.Struct, frozen=True):
    """A part that was entered did not come."""

    subsidy: Subsidy
    number: int


SubsidyEvent = SubsidyDue | SubsidyReceived | SubsidyReceiptWithdrawn


def decide(command: SubsidyCommand, state: Subsidy | None) -> Sequence[SubsidyEvent]:
    """What a command brings about.

    Raises Refused SUBSIDY_EXISTS, AMOUNT_NOT_POSITIVE; SUBSIDY_UNKNOWN, VALUE_DATE_AHEAD, SUBSIDY_EXCEEDED,
    SUBSIDY_RECEIPT_UNKNOWN.
    """
    if isinstance(command, EnterDue):
        return _enter(command, state)
    if state is None:
        raise not_found("SUBSIDY_UNKNOWN", f"no subsidy {command.subsidy_id} is due", subsidy_id=command.subsidy_id)
    match command:
        case Receive():
            return _receive(command, state)
        case WithdrawReceipt():
            return _withdraw(command, state)
        case _:
            assert_never(command)


def _enter(command: EnterDue, state: Subsidy | None) -> Sequence[SubsidyEvent]:
    if state is not None:
        detail = f"{state.subsidy_id} is due on {state.due_on} with {yuan_from_fen(state.amount_fen)} yuan"
        raise conflict("SUBSIDY_EXISTS", detail, subsidy_id=state.subsidy_id)
    _must_be_something(command.subsidy.amount_fen)
    return (SubsidyDue(command.subsidy),)


def _receive(command: Receive, state: Subsidy) -> Sequence[SubsidyEvent]:
    _must_be_something(command.amount_fen)
    if command.received_on > command.today:
        raise Refused("VALUE_DATE_AHEAD", f"{command.received_on} has not come yet")
    if command.amount_fen > state.left_fen:
        detail = f"of {state.subsidy_id} {yuan_from_fen(state.left_fen)} yuan are to come; the rest is of another"
        raise conflict("SUBSIDY_EXCEEDED", detail, subsidy_id=state.subsidy_id)
    came = Received(
        number=len(state.received) + 1,
        amount_fen=command.amount_fen,
        received_on=command.received_on,
        entered_by=command.by,
    )
    return (SubsidyReceived(msgspec.structs.replace(state, received=(*state.received, came)), came.number),)


def _withdraw(command: WithdrawReceipt, state: Subsidy) -> Sequence[SubsidyEvent]:
    if not any(one.number == command.number and not one.withdrawn for one in state.received):
        detail = f"{state.subsidy_id} has no receipt {command.number} that stands"
        raise not_found("SUBSIDY_RECEIPT_UNKNOWN", detail, subsidy_id=state.subsidy_id)
    received = tuple(
        msgspec.structs.replace(one, withdrawn=True) if one.number == command.number else one for one in state.received
    )
    return (SubsidyReceiptWithdrawn(msgspec.structs.replace(state, received=received), command.number),)


def _must_be_something(amount_fen: int) -> None:
    if amount_fen <= 0:
        raise Refused("AMOUNT_NOT_POSITIVE", "0.00 yuan is no subsidy; the amount must be above zero")


def evolve(_state: Subsidy | None, event: SubsidyEvent) -> Subsidy:
    """The state after an event."""
    return event.subsidy


DECIDER: Final[Decider[SubsidyCommand, Subsidy | None, SubsidyEvent]] = Decider(None, decide, evolve)


def subsidy_id(county: str, fund: str, year: int, part: int) -> str:
    """The name of a subsidy: one for each fund, year and part."""
    return f"{county}-{fund}-{year}-{part}"
