"""Forecasts: by the method that was least off on past months, with its error, and the day when money is missing."""

import io
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from contracts.settlement import CONTRACT
from fund_ledger.config import Config
from fund_ledger.forecasts.domain import METHODS, MONTHS_MIN, Forecast, Months, forecast
from fund_ledger.main import build
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Surroundings

TODAY = date(2019, 9, 10)
JANUARY = date(2019, 1, 1)


def _outlook(*borne: int, available: int | None = 0, now: int = 0, today: date = TODAY) -> Forecast:
    """Of a fund whose last whole month is the one before ``today``."""
    first = date(today.year + (today.month - 1 - len(borne)) // 12, (today.month - 1 - len(borne)) % 12 + 1, 1)
    told = forecast("MA", Months(first, borne), available, now, today)
    assert told is not None
    return told


def test_too_few_months_foretell_nothing() -> None:
    assert forecast("MA", Months(JANUARY, (100,) * (MONTHS_MIN - 1)), 0, 0, TODAY) is None


def test_what_is_always_the_same_is_foretold_without_error() -> None:
    told = _outlook(300, 300, 300, 300)
    assert (told.method, told.need_fen, told.error_fen, told.month) == ("YEAR_MEAN", 300, 0, date(2019, 10, 1))


def test_a_fund_with_a_season_is_foretold_by_the_same_month_of_the_years_before() -> None:
    year = (100, 100, 100, 100, 100, 100, 100, 100, 900, 700, 100, 100)
    told = _outlook(*year[8:], *year, *year[:8], today=date(2019, 9, 10))
    assert told.method == "SAME_MONTH_MEAN"
    assert told.need_fen == 700, "October of the years before"
    assert (told.held_out, told.error_fen) == (12, 0)


def test_what_has_changed_for_good_is_foretold_by_what_came_last() -> None:
    told = _outlook(*(100,) * 6, *(900,) * 5)
    assert told.method == "LAST_MONTH"
    assert (told.need_fen, told.error_fen) == (900, 89), "800 off once in nine months held out"


@pytest.mark.parametrize(
    ("available", "now", "today", "on"),
    [
        (-1, 0, date(2019, 9, 10), date(2019, 9, 10)),  # in debt already
        (0, 0, date(2019, 9, 10), date(2019, 9, 11)),
        (100, 0, date(2019, 9, 10), date(2019, 9, 17)),  # 300 on 20 days, and on the seventh 105 are gone
        (300, 0, date(2019, 9, 10), date(2019, 10, 1)),
        (299, 0, date(2019, 9, 10), date(2019, 9, 30)),
        (300, 300, date(2019, 9, 10), date(2019, 11, 1)),  # September has taken what it takes
        (0, 0, date(2019, 9, 30), date(2019, 10, 1)),
        (10_000_000, 0, date(2019, 9, 10), None),
        (None, 0, date(2019, 9, 10), None),  # others hold it
    ],
)
def test_the_first_day_on_which_money_is_missing(available: int | None, now: int, today: date, on: date | None) -> None:
    assert _outlook(300, 300, 300, available=available, now=now, today=today).runs_out_on == on


@given(st.lists(st.integers(-50, 10_000), min_size=MONTHS_MIN, max_size=40), st.integers(0, 100_000))
def test_no_forecast_is_below_zero_or_of_a_day_gone_by(borne: list[int], available: int) -> None:
    told = _outlook(*borne, available=available)
    assert told.need_fen >= 0
    assert told.runs_out_on is None or told.runs_out_on > TODAY
    others = [_of(name, borne, told.held_out) for name in METHODS]
    assert told.error_fen <= min(others) + 1, "no method was less off"


def _of(name: str, borne: list[int], held_out: int) -> float:
    places = range(len(borne) - held_out, len(borne))
    return sum(abs(METHODS[name](borne[:place]) - borne[place]) for place in places) / held_out


async def test_a_county_s_funds_are_foretold_from_their_books(scene: Any) -> None:
    empty = (await scene.finance.get("/v1/forecasts?county=445202")).json()
    assert (empty["funds"], empty["too_few_months"]) == ([], ["MA"])
    await scene.settle(30_000)
    scene.now = datetime(2020, 1, 10, 1, 0, tzinfo=UTC)
    told = (await scene.agency.get("/v1/forecasts?county=445202")).json()
    (aid,) = told["funds"]
    assert (aid["fund"], aid["month"], aid["held_out"], aid["available"]) == ("MA", "2020-02", 3, "700.00")
    assert aid["method"] in METHODS
    book = (await scene.finance.get("/v1/reports/forecast.xlsx?county=445202")).content
    rows = list(load_workbook(io.BytesIO(book)).active.values)
    assert rows[0][0] == "基金支出测算表"
    assert [row[0] for row in rows[4:6]] == ["MA", "合计"]
    assert (await scene.hospital.get("/v1/forecasts?county=445202")).status_code == 403
    foreign = await scene.agency.get("/v1/forecasts?county=451028")
    assert foreign.status_code == 200, "an agency without divisions sees all"


async def test_what_others_pay_in_advance_out_of_a_fund_that_they_hold_makes_its_burden_no_smaller(
    around: Surroundings, config: Config, bills: Any
) -> None:
    now = datetime(2018, 9, 3, 1, 0, tzinfo=UTC)
    ledger = await around.serve("fund_ledger", lambda host: build(host, config), clock=lambda: now)
    agency, finance = await ledger.client(Role.AGENCY, "A1"), await ledger.client(Role.FINANCE)
    for month in (6, 7, 8):
        bill = bills.settled(f"S{month}", bills.layer("BMI", 30_000), county="620422")
        told = msgspec.structs.replace(bill, settled_at=datetime(2018, month, 5, 1, 0, tzinfo=UTC))
        await around.tell(CONTRACT, "P1", told)
    await eventually(lambda: ledger.pool.fetchval("SELECT count(*) = 3 FROM journals"))
    budget = {"county": "620422", "fund": "BMI", "hospital_id": "H1", "year": 2018, "total": "6000.00"}
    assert (await agency.post("/v1/hospital-budgets", json=budget)).status_code == 201
    for month in (6, 7, 8):
        part = {"month": month, "value_on": f"2018-0{month}-28"}
        paid = await finance.post("/v1/hospital-budgets/620422-BMI-2018-H1/instalments", json=part)
        assert paid.status_code == 200, paid.text
    told = (await agency.get("/v1/forecasts?county=620422")).json()
    (fund,) = told["funds"]
    assert (fund["fund"], fund["need"], fund["available"]) == ("BMI", "300.00", None)
