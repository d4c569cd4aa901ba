"""Settling up with hospitals: the insurer's bill of a month, and money taken back after a cancelled certification."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

import msgspec


def monthly_bill(year: int, month: int, lines: Iterable[tuple[date, int]]) -> int:
    """The sum in fen of what was settled in a month; a revocation is a negative line (003 五(十三))."""
    return sum(amount for day, amount in lines if (day.year, day.month) == (year, month))


class Clawback(msgspec.Struct, frozen=True):
    """Who gives back what was paid on a certification that did not hold, in fen."""

    from_hospital_fen: int
    from_patient_fen: int


def claw_back(fund_paid_fen: Iterable[int], *, bears: Literal["hospital_bears"]) -> Clawback:
    """The hospital that certified bears all of it, the patient nothing (003 三(九) 拒付, AMB-D5)."""
    assert bears == "hospital_bears", f"no document orders {bears}"
    return Clawback(sum(fund_paid_fen), 0)
