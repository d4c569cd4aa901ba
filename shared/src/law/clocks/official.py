"""The official working days: the State Council's yearly notices, as the package ``chinesecalendar`` has them."""

from datetime import date
from functools import cache
from typing import Final

from chinese_calendar import constants

from law.clocks.working_days import WorkingCalendar

#: The last day for which a notice is known; later days are counted by weekends alone, until the package is renewed.
KNOWN_UNTIL: Final = date(max(constants.holidays).year, 12, 31)


@cache
def official_calendar() -> WorkingCalendar:
    """Days off besides weekends, and weekend days that are worked (调休)."""
    return WorkingCalendar(frozenset(constants.holidays), frozenset(constants.workdays))
