"""Days and deadlines: the edges that no worked example shows."""

from datetime import UTC, date, datetime
from typing import Literal

import pytest

from kernel.values.refusals import Refused
from law.clocks.deadlines import in_time, last_day
from law.clocks.working_days import WorkingCalendar
from law.packs.rules import DayOfMonth

#: A made-up holiday, and the Sunday before it that is worked instead.
CALENDAR = WorkingCalendar(frozenset({date(2018, 7, 9)}), frozenset({date(2018, 7, 8)}))


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2018, 7, 6), 1, date(2018, 7, 8)),  # Friday: Saturday is off, Sunday is worked
        (date(2018, 7, 8), 1, date(2018, 7, 10)),  # the Monday is a holiday
        (date(2018, 7, 9), 1, date(2018, 7, 10)),  # handed in on the holiday itself
        (date(2018, 7, 6), 5, date(2018, 7, 13)),
    ],
)
def test_working_days_skip_days_off_and_count_days_that_are_worked_instead(start: date, days: int, due: date) -> None:
    assert CALENDAR.due(start, days) == due


def test_a_clock_without_days_or_without_an_end_is_refused() -> None:
    with pytest.raises(Refused, match="never runs"):
        CALENDAR.due(date(2018, 7, 6), 0)
    year_off = frozenset(date.fromordinal(date(2018, 7, 6).toordinal() + n) for n in range(1, 420))
    with pytest.raises(Refused, match="within a year"):
        WorkingCalendar(year_off).due(date(2018, 7, 6), 1)


@pytest.mark.parametrize(
    ("month", "edge", "holidays", "last"),
    [
        ("after", "inclusive", "no_shift", date(2018, 7, 8)),
        ("after", "exclusive", "no_shift", date(2018, 7, 7)),
        ("after", "exclusive", "next_working_day", date(2018, 7, 8)),
        ("same", "inclusive", "no_shift", date(2018, 6, 8)),
        ("before", "inclusive", "no_shift", date(2018, 5, 8)),
    ],
)
def test_a_deadline_has_its_edge_and_may_move_on_from_a_day_off(
    month: Literal["before", "same", "after"],
    edge: Literal["inclusive", "exclusive"],
    holidays: Literal["no_shift", "next_working_day"],
    last: date,
) -> None:
    clock = DayOfMonth(name="report", clause="四(三)", day=8, month=month, edge=edge, holidays=holidays)
    assert last_day(clock, 2018, 6, CALENDAR) == last


def test_the_due_day_ends_at_midnight_in_china() -> None:
    assert in_time(datetime(2018, 7, 8, 15, 59, 59, tzinfo=UTC), date(2018, 7, 8))
    assert not in_time(datetime(2018, 7, 8, 16, 0, tzinfo=UTC), date(2018, 7, 8))


@pytest.mark.parametrize(
    ("edge", "holidays", "last"),
    [
        ("inclusive", "no_shift", date(2018, 9, 15)),  # a Saturday: the document moves nothing (AMB-H3)
        ("inclusive", "next_working_day", date(2018, 9, 17)),
        ("exclusive", "no_shift", date(2018, 9, 14)),
        ("exclusive", "next_working_day", date(2018, 9, 14)),
    ],
)
def test_the_15th_on_a_day_off(
    edge: Literal["inclusive", "exclusive"], holidays: Literal["no_shift", "next_working_day"], last: date
) -> None:
    clock = DayOfMonth(name="prepayment", clause="二(三)", day=15, month="before", edge=edge, holidays=holidays)
    assert last_day(clock, 2018, 10, WorkingCalendar()) == last


def test_a_saturday_that_is_worked_instead_keeps_the_deadline_and_a_holiday_moves_it_over_the_weekend() -> None:
    clock = DayOfMonth(name="prepayment", clause="二(三)", day=15, month="before", holidays="next_working_day")
    worked = WorkingCalendar(makeup_workdays=frozenset({date(2018, 9, 15)}))
    assert last_day(clock, 2018, 10, worked) == date(2018, 9, 15)
    monday_off = WorkingCalendar(holidays=frozenset({date(2018, 9, 17)}))
    assert last_day(clock, 2018, 10, monday_off) == date(2018, 9, 18)


@pytest.mark.parametrize(
    ("month", "of", "last"),
    [
        ("before", (2019, 1), date(2018, 12, 15)),
        ("same", (2018, 12), date(2018, 12, 15)),
        ("after", (2018, 12), date(2019, 1, 15)),
        ("after", (2018, 11), date(2018, 12, 15)),
    ],
)
def test_the_turn_of_the_year_is_a_month_like_any_other(
    month: Literal["before", "same", "after"], of: tuple[int, int], last: date
) -> None:
    assert last_day(DayOfMonth(name="d", clause="c", day=15, month=month), *of) == last


def test_a_deadline_that_moves_needs_a_calendar() -> None:
    clock = DayOfMonth(name="d", clause="c", day=15, month="same", holidays="next_working_day")
    with pytest.raises(AssertionError, match="needs a calendar"):
        last_day(clock, 2018, 9)
