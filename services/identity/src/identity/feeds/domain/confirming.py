"""The yearly confirmation: before a year's enrolment is paid, departments confirm whom they support (004 五(一)1).

A full list confirms everybody of its category, area and groups. The document names no day and no working days; the last
day is a setting of the place, and the first month is that from which lists of the next year are taken.
"""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

import msgspec

from identity.feeds.domain.lines import prefix_of_area
from identity.feeds.domain.row import AHEAD_FROM_MONTH
from identity.persons.domain.categories import Category, Department, Group
from kernel.values.china_time import china_date


class Stage(StrEnum):
    """How far a confirmation is."""

    CONFIRMED = "CONFIRMED"  # by the last day
    LATE = "LATE"  # after it
    OPEN = "OPEN"  # not yet, and there is time
    OVERDUE = "OVERDUE"  # not yet, and the last day is over


class Season(msgspec.Struct, frozen=True):
    """When whom to support in a year is confirmed: from ``opens`` to ``due``, both included."""

    year: int
    opens: date
    due: date


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a department supports in a county, and so has to confirm. ``people`` are those who stand today."""

    department: Department
    category: Category
    group: Group | None
    county: str
    people: int


class FullList(msgspec.Struct, frozen=True, kw_only=True):
    """A full list that was applied; without ``groups`` it speaks of all of its category."""

    department: Department
    number: str
    category: Category
    area: str
    as_of: datetime
    received_at: datetime
    groups: tuple[Group, ...] | None = None

    def confirms(self, expected: Expected) -> bool:
        """Whether the list speaks of these people."""
        same = (self.department, self.category) == (expected.department, expected.category)
        inside = expected.county.startswith(prefix_of_area(self.area))
        return same and inside and (self.groups is None or expected.group in self.groups)


def season_of(year: int, due: tuple[int, int]) -> Season:
    """When a year is confirmed; ``due`` is the month and the day of the last day in the year before.

    Raises ValueError where that is before the month in which lists of the next year are first taken.
    """
    season = Season(year, date(year - 1, AHEAD_FROM_MONTH, 1), date(year - 1, *due))
    if season.due < season.opens:
        raise ValueError(f"a year is confirmed from {season.opens} on, so the last day cannot be {season.due}")
    return season


def year_to_confirm(today: date) -> int:
    """The year that is confirmed now: the next one once its time has begun."""
    return today.year + 1 if today.month >= AHEAD_FROM_MONTH else today.year


def stage_of(
    expected: Expected, lists: Sequence[FullList], season: Season, today: date
) -> tuple[Stage, FullList | None]:
    """How far a department is with a county's people, and the first list that confirms them."""
    confirming = [told for told in lists if told.confirms(expected) and china_date(told.as_of) >= season.opens]
    if not confirming:
        return (Stage.OPEN if today <= season.due else Stage.OVERDUE), None
    first = min(confirming, key=lambda told: told.received_at)
    return (Stage.CONFIRMED if china_date(first.received_at) <= season.due else Stage.LATE), first
