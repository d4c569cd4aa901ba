"""Settling up with insurers: the bill of a month.

No service calls it yet.
"""

from collections.abc import Iterable
from datetime import date


def monthly_bill(year: int, month: int, lines: Iterable[tuple[date, int]]) -> int:
    """The sum in fen of what was settled in a month; a revocation is a negative line (003 五(十三))."""
    return sum(amount for day, amount in lines if (day.year, day.month) == (year, month))
