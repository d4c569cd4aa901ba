"""A hospital's statement decided: by entry, once, carried where it comes to nothing, paid by another person."""

from datetime import date
from typing import Any, Final

import msgspec
import pytest

from fund_ledger.statements.domain.statement import (
    DECIDER,
    Deduction,
    DrawStatement,
    PayStatement,
    ReturnStatement,
    ReviewStatement,
    Statement,
    StatementDrawn,
    StatementPaid,
    StatementReturned,
    StatementReviewed,
    Unbilled,
)
from kernel.testing.specification import given

JULY: Final = date(2019, 7, 1)
TODAY: Final = date(2019, 8, 1)
NAME: Final = "H1-445202-MA-2019-07"
DRAWN: Final = Statement(
    statement_id=NAME,
    hospital_id="H1",
    county="445202",
    fund="MA",
    month=JULY,
    status="drawn",
    drawn_on=TODAY,
    claimed_fen=900,
    carried_fen=0,
    undrawn=(),
)
PAST: Final = StatementDrawn(DRAWN, ("S1", "S2"))
BILLS: Final = frozenset({"S1", "S2"})


def changed(**fields: Any) -> Statement:
    return msgspec.structs.replace(DRAWN, **fields)


REVIEWED: Final = StatementReviewed(changed(status="reviewed", payable_fen=900, reviewed_by="agency-1"), ())


def draw(month: date, *unbilled: Unbilled, today: date = TODAY) -> DrawStatement:
    return DrawStatement(hospital_id="H1", county="445202", fund="MA", month=month, today=today, unbilled=unbilled)


def review(*deductions: Deduction) -> ReviewStatement:
    return ReviewStatement(statement_id=NAME, by="agency-1", deductions=deductions, bills=BILLS)


def pay(by: str = "finance-1") -> PayStatement:
    return PayStatement(statement_id=NAME, by=by, payment_id="Z1", paid_on=TODAY)


def test_a_statement_has_what_is_on_none_and_what_was_taken_back_lessens_it() -> None:
    command = draw(JULY, Unbilled("S1", 1_000), Unbilled("S2", -100))
    given(DECIDER).when(command).then(PAST)


def test_a_month_is_drawn_when_it_is_over_and_once_and_nothing_is_drawn_of_nothing() -> None:
    given(DECIDER).when(draw(JULY, Unbilled("S1", 1), today=date(2019, 7, 31))).then_refused("MONTH_NOT_OVER")
    given(DECIDER, [PAST]).when(draw(JULY, Unbilled("S3", 1))).then_refused("STATEMENT_DRAWN_BEFORE")
    given(DECIDER, [PAST]).when(draw(date(2019, 6, 1), Unbilled("S3", 1))).then_refused("STATEMENT_DRAWN_BEFORE")
    given(DECIDER).when(draw(JULY)).then_refused("STATEMENT_EMPTY")


def test_what_comes_to_less_than_nothing_is_carried_to_the_next() -> None:
    (drawn,) = given(DECIDER).when(draw(JULY, Unbilled("S1-reversal", -300))).events
    assert (drawn.statement.status, drawn.statement.payable_fen) == ("carried", 0)
    command = draw(date(2019, 8, 1), Unbilled("S9", 1_000), today=date(2019, 9, 1))
    (following,) = given(DECIDER, [drawn]).when(command).events
    assert (following.statement.status, following.statement.carried_fen, following.statement.due_fen) == (
        "drawn",
        -300,
        700,
    )


@pytest.mark.parametrize(("deducted_fen", "status"), [(0, "reviewed"), (899, "reviewed"), (900, "closed")])
def test_a_review_takes_off_as_much_as_there_is(deducted_fen: int, status: str) -> None:
    deductions = (Deduction("REFUSED", deducted_fen, "S1"),) if deducted_fen else ()
    (event,) = given(DECIDER, [PAST]).when(review(*deductions)).events
    assert (event.statement.status, event.statement.payable_fen) == (status, 900 - deducted_fen)


def test_no_review_takes_off_more_or_comes_twice() -> None:
    given(DECIDER, [PAST]).when(review(Deduction("REFUSED", 901))).then_refused("DEDUCTION_TOO_LARGE")
    given(DECIDER, [PAST, REVIEWED]).when(review()).then_refused("STATEMENT_NOT_IN_STATE")
    given(DECIDER).when(review()).then_refused("STATEMENT_UNKNOWN")


def test_it_is_paid_once_after_its_review_by_another_person_and_again_after_a_return() -> None:
    given(DECIDER, [PAST]).when(pay()).then_refused("STATEMENT_NOT_IN_STATE")
    given(DECIDER, [PAST, REVIEWED]).when(pay("agency-1")).then_refused("SAME_PERSON")
    paid = msgspec.structs.replace(REVIEWED.statement, status="paid", paid_on=TODAY, payment_id="Z1", payments=1)
    given(DECIDER, [PAST, REVIEWED]).when(pay()).then(StatementPaid(paid))
    past = [PAST, REVIEWED, StatementPaid(paid)]
    given(DECIDER, past).when(pay()).then_refused("STATEMENT_NOT_IN_STATE")
    back = msgspec.structs.replace(paid, status="returned", paid_on=None, payment_id=None)
    given(DECIDER, past).when(ReturnStatement(statement_id=NAME)).then(StatementReturned(back))
    (again,) = given(DECIDER, [*past, StatementReturned(back)]).when(pay()).events
    assert (again.statement.status, again.statement.payments, again.statement.drawn_on) == ("paid", 2, TODAY)
