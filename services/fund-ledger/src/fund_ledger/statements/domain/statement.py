"""A hospital's monthly statement to one payer: what it advanced, what is deducted, what it is paid (004 五(二)1).

Membership is by entry and never by date: a journal is on at most one statement of its payable, and one that comes
late is on the next. All statements of a payable share a stream, so two can never be drawn side by side.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, Literal, assert_never

import msgspec

from fund_ledger.journals.domain import accounts
from fund_ledger.months.domain import after
from kernel.values.decider import Decider
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused, conflict, not_found

#: So many journals fit on one statement; what is left over is on the next.
JOURNALS_MAX: Final = 20_000

#: A statement that comes to nothing, or to less, is carried: the next one begins with what it left.
Status = Literal["drawn", "reviewed", "paid", "returned", "carried", "closed"]
DeductionKind = Literal["REFUSED", "CATALOGUE_EXCESS", "CLAWBACK", "CLERICAL"]


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A statement as it stands, in fen: payable = claimed + carried - deducted, and never below zero."""

    statement_id: str
    hospital_id: str
    county: str
    fund: str
    month: date
    status: Status
    drawn_on: date
    claimed_fen: int
    carried_fen: int
    deducted_fen: int = 0
    payable_fen: int = 0
    reviewed_by: str | None = None
    paid_on: date | None = None
    payment_id: str | None = None
    payments: int = 0
    #: The county's funds that owed another hospital something up to the month's end of which no statement was drawn,
    #: when this one was drawn or paid. Only in the events; None in what was stored before it was told (decision 0071).
    undrawn: tuple[str, ...] | None = None

    @property
    def due_fen(self) -> int:
        """What it comes to before deductions."""
        return self.claimed_fen + self.carried_fen


class Deduction(msgspec.Struct, frozen=True):
    """What is taken off: refused money (003 三(九)), catalogue excess (003 二(七)), a claw-back, a slip of the pen."""

    kind: DeductionKind
    amount_fen: int
    settlement_id: str | None = None


class Unbilled(msgspec.Struct, frozen=True):
    """A journal that is on no statement yet, and what it moved on the payable: above zero is owed to the hospital."""

    journal_id: str
    owed_fen: int


class DrawStatement(msgspec.Struct, frozen=True, kw_only=True):
    """Draw the statement of a month from what is on none yet."""

    hospital_id: str
    county: str
    fund: str
    month: date
    today: date
    unbilled: tuple[Unbilled, ...]
    undrawn: tuple[str, ...] | None = ()


class ReviewStatement(msgspec.Struct, frozen=True, kw_only=True):
    """The agency has looked through it, and takes this off. ``bills`` are those settlements that are on it."""

    statement_id: str
    by: str
    deductions: tuple[Deduction, ...]
    bills: frozenset[str] = frozenset()


class PayStatement(msgspec.Struct, frozen=True, kw_only=True):
    """Finance has paid all that it comes to."""

    statement_id: str
    by: str
    payment_id: str
    paid_on: date
    undrawn: tuple[str, ...] | None = ()


class ReturnStatement(msgspec.Struct, frozen=True, kw_only=True):
    """The bank gave the payment back; the hospital waits as before."""

    statement_id: str


StatementCommand = DrawStatement | ReviewStatement | PayStatement | ReturnStatement


class StatementDrawn(msgspec.Struct, frozen=True):
    """A statement was drawn from these journals."""

    statement: Statement
    journals: tuple[str, ...]


class StatementReviewed(msgspec.Struct, frozen=True):
    """A statement was looked through."""

    statement: Statement
    deductions: tuple[Deduction, ...]


class StatementPaid(msgspec.Struct, frozen=True):
    """A statement was paid."""

    statement: Statement


class StatementReturned(msgspec.Struct, frozen=True):
    """A statement's payment came back."""

    statement: Statement


StatementEvent = StatementDrawn | StatementReviewed | StatementPaid | StatementReturned


class Statements(msgspec.Struct, frozen=True):
    """All statements of a payable by id, and what the last one left to be carried, zero or below."""

    by_id: Mapping[str, Statement] = {}
    carried_fen: int = 0
    last: date | None = None


def decide(command: StatementCommand, state: Statements) -> Sequence[StatementEvent]:
    """What a command brings about.

    Raises Refused MONTH_NOT_OVER, STATEMENT_…, DEDUCTION_MISPLACED, DEDUCTION_TOO_LARGE, SAME_PERSON or
    DATES_OUT_OF_ORDER.
    """
    match command:
        case DrawStatement():
            return _draw(command, state)
        case ReviewStatement():
            return _review(command, _in_state(state, command.statement_id, "drawn"))
        case PayStatement():
            return _pay(command, _in_state(state, command.statement_id, "reviewed", "returned"))
        case ReturnStatement():
            paid = _in_state(state, command.statement_id, "paid")
            back = msgspec.structs.replace(paid, status="returned", paid_on=None, payment_id=None)
            return (StatementReturned(back),)
        case _:
            assert_never(command)


def _draw(command: DrawStatement, state: Statements) -> Sequence[StatementEvent]:
    month = command.month
    if command.today < after(month):
        raise conflict(
            "MONTH_NOT_OVER", f"{month:%Y-%m} is not over on {command.today}; draw it from {after(month)} on"
        )
    if state.last is not None and month <= state.last:
        detail = (
            f"the statement of {state.last:%Y-%m} is drawn; what came late is on the one of {after(state.last):%Y-%m}"
        )
        raise conflict("STATEMENT_DRAWN_BEFORE", detail, month=f"{state.last:%Y-%m}")
    if not command.unbilled and state.carried_fen == 0:
        raise conflict("STATEMENT_EMPTY", f"up to the end of {month:%Y-%m} nothing is on no statement yet")
    statement = Statement(
        statement_id=statement_id(command.hospital_id, command.county, command.fund, month),
        hospital_id=command.hospital_id,
        county=command.county,
        fund=command.fund,
        month=month,
        status="drawn",
        drawn_on=command.today,
        claimed_fen=sum(one.owed_fen for one in command.unbilled),
        carried_fen=state.carried_fen,
        undrawn=command.undrawn,
    )
    if statement.due_fen <= 0:
        statement = msgspec.structs.replace(statement, status="carried")
    return (StatementDrawn(statement, tuple(one.journal_id for one in command.unbilled)),)


def _review(command: ReviewStatement, statement: Statement) -> Sequence[StatementEvent]:
    for deduction in command.deductions:
        if deduction.settlement_id is not None and deduction.settlement_id not in command.bills:
            detail = f"{deduction.settlement_id} is not on {statement.statement_id}; take it off the one that it is on"
            raise conflict("DEDUCTION_MISPLACED", detail, settlement=deduction.settlement_id)
    deducted = sum(deduction.amount_fen for deduction in command.deductions)
    if deducted > statement.due_fen:
        asked, left = yuan_from_fen(deducted), yuan_from_fen(statement.due_fen)
        detail = f"{asked} yuan cannot be taken off {left} yuan"
        about = {"statement_id": statement.statement_id, "left": left, "asked": asked}
        raise conflict("DEDUCTION_TOO_LARGE", detail, **about)
    payable = statement.due_fen - deducted
    reviewed = msgspec.structs.replace(
        statement,
        status="reviewed" if payable else "closed",
        deducted_fen=deducted,
        payable_fen=payable,
        reviewed_by=command.by,
    )
    return (StatementReviewed(reviewed, command.deductions),)


def _pay(command: PayStatement, statement: Statement) -> Sequence[StatementEvent]:
    if command.by == statement.reviewed_by:
        raise conflict("SAME_PERSON", f"{command.by} reviewed {statement.statement_id}; somebody else must pay it")
    if command.paid_on < statement.drawn_on:
        detail = f"{command.paid_on} is before {statement.statement_id} was drawn on {statement.drawn_on}"
        raise Refused("DATES_OUT_OF_ORDER", detail, about={"statement_id": statement.statement_id})
    paid = msgspec.structs.replace(
        statement,
        status="paid",
        paid_on=command.paid_on,
        payment_id=command.payment_id,
        payments=statement.payments + 1,
        undrawn=command.undrawn,
    )
    return (StatementPaid(paid),)


def _in_state(state: Statements, statement_id: str, *wanted: Status) -> Statement:
    statement = state.by_id.get(statement_id)
    if statement is None:
        raise not_found("STATEMENT_UNKNOWN", f"there is no statement {statement_id}", statement_id=statement_id)
    if statement.status not in wanted:
        detail = f"statement {statement_id} is {statement.status}; for this it must be {' or '.join(wanted)}"
        raise conflict("STATEMENT_NOT_IN_STATE", detail, statement_id=statement_id, status=statement.status)
    return statement


def evolve(state: Statements, event: StatementEvent) -> Statements:
    """The state after an event."""
    statement = event.statement
    by_id = {**state.by_id, statement.statement_id: statement}
    if not isinstance(event, StatementDrawn):
        return msgspec.structs.replace(state, by_id=by_id)
    carried = min(0, statement.due_fen) if statement.status == "carried" else 0
    return Statements(by_id, carried, statement.month)


DECIDER: Final[Decider[StatementCommand, Statements, StatementEvent]] = Decider(Statements(), decide, evolve)


def stream_of(hospital_id: str, county: str, fund: str) -> str:
    """The stream of all statements of a payable."""
    return f"statements/{accounts.payable_to_hospital(hospital_id, county, fund)}"


def statement_id(hospital_id: str, county: str, fund: str, month: date) -> str:
    """The name of a statement: one for each hospital, county, payer and month."""
    return f"{hospital_id}-{county}-{fund}-{month:%Y-%m}"
