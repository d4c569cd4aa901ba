"""Deadlines: until when something for a month is in time (AMB-H3)."""

from datetime import date, datetime, timedelta

from kernel.values.china_time import china_date
from law.clocks.working_days import WorkingCalendar
from law.packs.rules import DayOfMonth


def last_day(clock: DayOfMonth, year: int, month: int, calendar: WorkingCalendar | None = None) -> date:
    """The last day on which something for a month is in time: 每月15日前 of the month before, 每月8日前 of the next.

    With ``edge: inclusive`` the named day itself is in time. With ``next_working_day`` a deadline on a day off moves on
    to the next working day, which needs a calendar.
    """
    shift = {"before": -1, "same": 0, "after": 1}[clock.month]
    index = year * 12 + month - 1 + shift
    named = date(index // 12, index % 12 + 1, clock.day)
    last = named if clock.edge == "inclusive" else named - timedelta(days=1)
    if clock.holidays == "next_working_day":
        assert calendar is not None, "a deadline that moves with holidays needs a calendar"
        return calendar.next_working(last)
    return last


def in_time(received_at: datetime, due: date) -> bool:
    """Whether something came by the end of the due day, in China."""
    return china_date(received_at) <= due
