"""Working days: weekends and holidays do not count, make-up weekends (调休) do (AMB-X6)."""

from datetime import date, timedelta
from typing import Final

import msgspec

from kernel.values.refusals import Refused

_SATURDAY: Final = 5
#: No clock of any document runs longer than this many calendar days.
_LOOK_AHEAD_DAYS: Final = 400


class WorkingCalendar(msgspec.Struct, frozen=True):
    """The State Council's notice for a year, as data: days off besides weekends, and weekend days that are worked."""

    holidays: frozenset[date] = frozenset()
    makeup_workdays: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether offices work on a day."""
        if day in self.makeup_workdays:
            return True
        return day.weekday() < _SATURDAY and day not in self.holidays

    def due(self, start: date, days: int) -> date:
        """The n-th working day after ``start``; the day of the start itself is not counted (AMB-L6)."""
        if days < 1:
            raise Refused("CLOCK_WITHOUT_DAYS", f"a clock of {days} working days never runs; use at least 1")
        left = days
        for ahead in range(1, _LOOK_AHEAD_DAYS):
            day = start + timedelta(days=ahead)
            left -= self.is_working(day)
            if left == 0:
                return day
        raise Refused("CALENDAR_WITHOUT_WORK", f"no {days} working days follow {start} within a year; mend the table")

    def next_working(self, day: date) -> date:
        """The day itself if it is worked, otherwise the next one that is."""
        return day if self.is_working(day) else self.due(day, 1)
