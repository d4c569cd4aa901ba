"""Indicators: shares of sums, weighted by amount; a threshold is never reached by rounding up.

No service calls it yet.
"""

from collections.abc import Iterable
from decimal import Decimal

from kernel.values.money import Rounding, divide
from kernel.values.refusals import Refused


def reimbursed_basis_points(bills: Iterable[tuple[int, int]]) -> int:
    """1 - Σ patient / Σ total of bills as (total, patient), in hundredths of a percent, half up (000 二(三), R-LY-23).

    Revoked bills are left out by who calls. Raises Refused NOTHING_TO_MEASURE where there are no bills.
    """
    total = patient = 0
    for bill, paid in bills:
        total += bill
        patient += paid
    if total == 0:
        raise Refused("NOTHING_TO_MEASURE", "a reimbursement ratio needs at least one bill above zero")
    return divide((total - patient) * 10_000, total, Rounding.HALF_UP)


def reaches(part_fen: int, whole_fen: int, threshold_percent: Decimal) -> bool:
    """part / whole ≥ threshold, exactly: 84.9999 percent are not 85 (002 三(一) 85%以上)."""
    if whole_fen == 0:
        raise Refused("NOTHING_TO_MEASURE", "a share of nothing is no indicator")
    return Decimal(part_fen) * 100 >= threshold_percent * whole_fen
