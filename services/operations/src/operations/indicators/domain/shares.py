"""Shares of sums, weighted by amount; a threshold is never reached by rounding up."""

from decimal import Decimal
from fractions import Fraction


def share(part: int, whole: int) -> Fraction | None:
    """part / whole, exactly; None where there is nothing to divide by ("no data")."""
    return None if whole == 0 else Fraction(part, whole)


def rounded(value: Fraction) -> str:
    """A figure to be shown: half up (away from zero) at the second decimal. It is never measured against anything."""
    scaled = abs(value) * 100
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return f"{'-' if value < 0 and whole else ''}{whole // 100}.{whole % 100:02}"


def percent(value: Fraction) -> str:
    """A share in percent, to be shown with two decimals."""
    return rounded(value * 100)


def reaches(value: Fraction, at_least_percent: Decimal) -> bool:
    """value ≥ threshold, exactly: 84.9999 percent are not 85 (002 三(一) 85%以上)."""
    return value * 100 >= Fraction(at_least_percent)
