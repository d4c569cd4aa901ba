"""Whether what waits is growing while the load lasts."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.door_to_books.books import Way


class Backlog(NamedTuple):
    """Each second of a load: requests that are due and not settled, and settlements that are not booked."""

    unsettled: Sequence[int]
    unbooked: Sequence[int]


def backlog(ways: Sequence[Way], per_second: float, seconds: int) -> Backlog:
    """Count from the recorded times, which disturbs nothing while the load runs."""
    settled, booked = sorted(way.settled for way in ways), sorted(way.booked for way in ways)
    at = range(1, seconds + 1)
    settled_by = [bisect_right(settled, second) for second in at]
    booked_by = [bisect_right(booked, second) for second in at]
    due = [int(per_second * second) for second in at]
    return Backlog(
        [asked - done for asked, done in zip(due, settled_by, strict=True)],
        [came - went for came, went in zip(settled_by, booked_by, strict=True)],
    )


def grows(waiting: Sequence[int], per_second: float) -> bool:
    """Whether the last third holds on average more than the first one, by more than a second brings."""
    third = max(1, len(waiting) // 3)
    return sum(waiting[-third:]) / third - sum(waiting[:third]) / third > per_second


def where_it_grows(backlog: Backlog, per_second: float) -> str:
    """``door``, ``books``, or nothing where the rate is held."""
    if grows(backlog.unbooked, per_second):
        return "books"
    return "door" if grows(backlog.unsettled, per_second) else ""
