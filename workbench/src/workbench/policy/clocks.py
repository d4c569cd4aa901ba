"""When something is due, in words."""

from typing import assert_never

from law.packs.rules import (
    Clock,
    DayOfMonth,
    DayOfYear,
    EveryMonth,
    EveryQuarter,
    FollowUp,
    Milestone,
    WorkingDaysAfter,
)

_MONTHS = {"before": "the month before", "after": "the month after", "same": "the same month"}


def when(clock: Clock) -> str:
    """The due day of a clock as a sentence's end."""
    match clock:
        case WorkingDaysAfter(days=days, starts=starts):
            said = f"{days} working days after {starts.replace('_', ' ')}, the day itself not counted"
        case DayOfMonth(day=day, month=month, edge=edge, holidays=holidays):
            until = "that day in time" if edge == "inclusive" else "that day too late"
            moved = ", moved on from a day off" if holidays == "next_working_day" else ""
            said = f"day {day} of {_MONTHS[month]}, {until}{moved}"
        case DayOfYear(month=month, day=None):
            said = f"in month {month} of every year"
        case DayOfYear(month=month, day=day):
            said = f"{month}-{day} of every year"
        case EveryMonth():
            said = "every month, no day stated"
        case EveryQuarter():
            said = "every quarter, no day stated"
        case FollowUp(days=days, sample=sample):
            said = f"every {days} days{' (a sample: no document gives the number)' if sample else ''}"
        case Milestone(on=on):
            said = f"once, by {on}"
        case _ as unknown:
            assert_never(unknown)
    return said
