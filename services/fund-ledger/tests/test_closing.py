"""Closing decided: months one after the other, years after their December, each account cleared by itself."""

from datetime import date
from typing import Final

import pytest

from fund_ledger.config import Config
from fund_ledger.journals.domain.commands import ReverseSettlement, in_open_month
from fund_ledger.months import domain as months
from fund_ledger.months.domain import CloseMonth, MonthClosed
from fund_ledger.periods.domain import year
from fund_ledger.periods.domain.clearing import AccountCleared, Flow, cleared
from fund_ledger.periods.domain.year import CloseYear, YearClosed
from kernel.testing.specification import given

JULY: Final = date(2019, 7, 1)


def close(month: date, today: date = date(2019, 9, 1), *obstacles: str) -> CloseMonth:
    return CloseMonth(county="445202", month=month, today=today, obstacles=obstacles, entries=0, funds=())


def closed(month: date) -> MonthClosed:
    return MonthClosed(county="445202", month=month, closed_on=date(2019, 9, 1), entries=0, funds=())


def test_months_are_closed_once_and_in_their_order() -> None:
    given(months.DECIDER).when(close(JULY)).then(closed(JULY))
    past = [closed(JULY)]
    given(months.DECIDER, past).when(close(JULY)).then_nothing()
    given(months.DECIDER, past).when(close(date(2019, 6, 1))).then_nothing()
    given(months.DECIDER, past).when(close(date(2019, 8, 1))).then(closed(date(2019, 8, 1)))
    refused = (
        given(months.DECIDER, past).when(close(date(2019, 9, 1), date(2019, 11, 1))).then_refused("MONTH_OUT_OF_ORDER")
    )
    assert refused.about["month"] == "2019-08"


@pytest.mark.parametrize(
    ("month", "today", "open_"),
    [
        (JULY, date(2019, 7, 31), True),
        (JULY, date(2019, 8, 1), False),
        (date(2019, 12, 1), date(2019, 12, 31), True),
        (date(2019, 12, 1), date(2020, 1, 1), False),
    ],
)
def test_a_month_is_closed_from_the_first_of_the_next_on(month: date, today: date, *, open_: bool) -> None:
    decided = given(months.DECIDER).when(close(month, today))
    if open_:
        decided.then_refused("MONTH_NOT_OVER")
    else:
        assert len(decided.events) == 1


def test_what_stands_in_the_way_is_named() -> None:
    refused = (
        given(months.DECIDER)
        .when(close(JULY, date(2019, 9, 1), "2 messages", "a gap"))
        .then_refused("CLOSING_OBSTRUCTED")
    )
    assert "2 messages; a gap" in refused.detail


def test_what_concerns_a_closed_month_counts_on_the_first_open_day_and_says_when_it_happened() -> None:
    command = ReverseSettlement("录入错误", {}, date(2019, 12, 31))
    assert in_open_month(command, date(2019, 12, 1)) == command
    moved = in_open_month(command, date(2020, 1, 1))
    assert (moved.booked_on, moved.effective_on) == (date(2020, 1, 1), date(2019, 12, 31))


def test_each_account_is_cleared_by_itself_and_prepayment_is_carried(config: Config) -> None:
    rules = [
        (rule, one.file.document.cited_as)
        for one in config.library.newest("445202", JULY)
        for rule in one.file.clearing
    ]
    flows = [
        Flow("MA", "receipt", "BUDGET", 90_000),
        Flow("MA", "receipt", "LOTTERY", 10_000),
        Flow("MA", "return", "LOTTERY", -1_000),
        Flow("MA", "receipt", "PREPAYMENT", 50_000),  # stands ready and is carried over (004 四(二))
        Flow("MA", "receipt", "OPENING", 7_000),  # was there before the year
        Flow("MA", "clearing", "2018-MA/PLAN", 3_000),  # settles another year
        Flow("MA", "settlement", "", -120_000),
        Flow("MA", "reversal", "", 20_000),
        Flow("POVFUND", "receipt", "POVERTY_FUND_TRANSFER", 5_000),
    ]
    (plan,) = cleared(rules, flows)
    assert (plan.account, plan.paid_in_fen, plan.settled_fen) == ("MA/PLAN", 99_000, 100_000)
    assert (plan.refund_fen, plan.top_up_fen) == (0, 1_000)
    assert plan.clause.startswith("004 四(一)")


@pytest.mark.parametrize(
    ("past", "closed_up_to", "code"),
    [
        (None, None, "MONTHS_OPEN"),
        (None, date(2019, 11, 1), "MONTHS_OPEN"),
        (2017, date(2019, 12, 1), "YEAR_OUT_OF_ORDER"),
    ],
)
def test_a_year_is_closed_after_its_december_and_after_the_year_before(
    past: int | None, closed_up_to: date | None, code: str
) -> None:
    before = [] if past is None else [YearClosed(county="445202", year=past, closed_on=JULY, cleared=(), carried=())]
    command = CloseYear(
        county="445202", year=2019, today=date(2020, 1, 2), months_closed=closed_up_to, cleared=(), carried=()
    )
    given(year.DECIDER, before).when(command).then_refused(code)


def test_a_closed_year_says_how_many_clearings_are_still_to_be_paid() -> None:
    def account(name: str, refund_fen: int, top_up_fen: int = 0) -> AccountCleared:
        sums = {"paid_in_fen": 0, "settled_fen": 0, "refund_fen": refund_fen, "top_up_fen": top_up_fen}
        return AccountCleared(account=name, fund=name, clause="001 二(三)", **sums)

    cleared_so = (account("CII", 5), account("THB", 0), account("MA", 0, 7))
    new_year = date(2020, 1, 2)
    command = CloseYear(
        county="430181",
        year=2019,
        today=new_year,
        months_closed=date(2019, 12, 1),
        cleared=cleared_so,
        carried=(),
    )
    (closed,) = given(year.DECIDER).when(command).events
    past, left = [closed], [closed.left]
    for account_name in ("MA", "CII"):
        paid = year.SettleClearing(year=2019, account=account_name, journal_id=account_name, settled_on=new_year)
        past += given(year.DECIDER, past).when(paid).events
        left.append(past[-1].left)
    assert left == [2, 1, 0]
