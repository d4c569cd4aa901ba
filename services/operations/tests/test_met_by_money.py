"""Which money meets which clock, by the documents as they are shipped."""

from datetime import date
from typing import Any, Final

import pytest

from law.clocks.official import official_calendar
from operations.clocks.domain.money import Met, MoneyTold, MonthTold, OrderTold, YearTold, met_by
from operations.clocks.domain.schedule import Due, due_between
from operations.config import Config

EARLY, LATE = Met(date(2020, 1, 9), "R1"), Met(date(2020, 1, 20), "R2")
PLACE: Final = {"prepayment": "430181", "quota": "445202", "plan": "445202", "clearing": "445202", "cii_bill": "450223"}


def due_of(config: Config, county: str, clock: str, of: str) -> Due:
    first = date(int(of[:4]), 1, 1)
    every = due_between(config.library, county, first, first.replace(month=12), official_calendar())
    return next(due for due in every if (due.clock, due.period) == (clock, of))


def met(config: Config, clock: str, of: str, **told: Any) -> Met | None:
    """What of the money meets a clock of the place that has it."""
    county = PLACE.get(clock, "450223")
    due = due_of(config, county, clock, of)
    files = (policy.file for policy in config.library.candidates(county, due.due_on))
    file = next(file for file in files if file.document.cited_as == due.document)
    return met_by(due, file, MoneyTold(**told))


def order(kind: str, period: str, how: Met | None = EARLY, fund: str = "MA") -> OrderTold:
    return OrderTold(fund=fund, kind=kind, period=period, met=how)


def month(last: Met, fund: str = "CII", *, open_: int = 0, missing: tuple[str, ...] = ()) -> MonthTold:
    return MonthTold(fund=fund, period="2020-01", open=open_, last=last, missing=(frozenset(missing),))


@pytest.mark.parametrize(
    ("clock", "of", "orders", "expected"),
    [
        ("quota", "2020", (order("QUOTA", "2020"),), EARLY),
        ("quota", "2020", (order("QUOTA", "2019"),), None),
        ("quota", "2020", (order("QUOTA", "2020", None),), None),
        ("quota", "2020", (order("PLAN", "2020"),), None),
        ("quota", "2020", (order("QUOTA", "2020", fund="POVFUND"),), None),
        ("plan", "2020", (order("PLAN", "2020", LATE),), LATE),
        ("prepayment", "2020-02", tuple(order("MONTHLY", "2020-02", fund=f) for f in ("CII", "THB", "MA")), None),
        (
            "prepayment",
            "2020-02",
            (
                *(order("MONTHLY", "2020-02", fund=f) for f in ("CII", "THB", "MA")),
                order("MONTHLY", "2020-02", LATE, "FISCAL"),
            ),
            LATE,
        ),
    ],
)
def test_orders_meet_their_clock_with_the_last_fund_that_is_to_have_one(
    config: Config, clock: str, of: str, orders: tuple[OrderTold, ...], expected: Met | None
) -> None:
    assert met(config, clock, of, orders=orders) == expected


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ((month(EARLY),), EARLY),
        ((month(EARLY), month(LATE, "MA", open_=1)), EARLY),
        ((month(EARLY, open_=1),), None),
        ((month(EARLY, missing=("CII",)),), None),
        ((month(EARLY, missing=("MA",)),), EARLY),
        ((), None),
    ],
)
def test_the_insurer_s_month_is_met_by_its_own_statements(
    config: Config, statements: tuple[MonthTold, ...], expected: Met | None
) -> None:
    assert met(config, "cii_bill", "2020-01", statements=statements) == expected


@pytest.mark.parametrize(
    ("fees", "expected"),
    [
        ((month(LATE, ""),), LATE),
        ((month(LATE, "", open_=1),), None),
        ((month(LATE, "", missing=("C2",)),), None),
    ],
)
def test_fees_meet_their_clock_once_every_centre_has_reported_and_is_paid(
    config: Config, fees: tuple[MonthTold, ...], expected: Met | None
) -> None:
    assert met(config, "consultation_fee", "2020-01", fees=fees) == expected


@pytest.mark.parametrize(
    ("year", "expected"),
    [(YearTold(2019, 0, LATE), LATE), (YearTold(2019, 1, LATE), None), (YearTold(2020, 0, LATE), None)],
)
def test_what_is_due_in_january_is_the_clearing_of_the_year_before(
    config: Config, year: YearTold, expected: Met | None
) -> None:
    assert met(config, "clearing", "2020", years=(year,)) == expected
