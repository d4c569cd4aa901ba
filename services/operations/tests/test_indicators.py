"""Indicators: the edges that no worked example shows."""

from decimal import Decimal

import pytest

from kernel.values.refusals import Refused
from operations.indicators.domain import reaches, reimbursed_basis_points


def test_a_share_of_nothing_is_no_indicator() -> None:
    with pytest.raises(Refused) as refused:
        reimbursed_basis_points([])
    assert refused.value.code == "NOTHING_TO_MEASURE"
    with pytest.raises(Refused):
        reaches(0, 0, Decimal(85))


@pytest.mark.parametrize(("part_fen", "passes"), [(8_499_999, False), (8_500_000, True), (8_500_001, True)])
def test_a_threshold_is_reached_exactly_and_never_by_rounding(part_fen: int, passes: bool) -> None:
    assert reaches(part_fen, 10_000_000, Decimal(85)) is passes


@pytest.mark.parametrize(
    ("bills", "basis_points"),
    [
        ([(10_000, 989)], 9_011),  # the 90.11 % of the bulletin (000 二(三))
        ([(10_000, 10_000)], 0),
        ([(10_000, 0)], 10_000),
        ([(100, 100), (9_900, 0)], 9_900),  # weighted by amount: not the 50 % that the mean of the two would be
        ([(3, 1)], 6_667),
        ([(20_000, 1)], 10_000),  # 99.995 % half up: a figure to show, not one to be measured against
        ([(0, 0), (10_000, 1_000)], 9_000),
    ],
)
def test_the_reimbursement_ratio_is_of_sums_of_money(bills: list[tuple[int, int]], basis_points: int) -> None:
    assert reimbursed_basis_points(bills) == basis_points


@pytest.mark.parametrize(
    ("part", "whole", "percent", "passes"),
    [
        (79_999, 100_000, "80", False),  # 79.999 % (R-LY-09)
        (80_000, 100_000, "80", True),
        (2, 3, "66.66", True),
        (2, 3, "66.67", False),
        (99_999_999, 100_000_000, "100", False),
        (1, 1, "100", True),
    ],
)
def test_a_share_is_compared_as_a_fraction(part: int, whole: int, percent: str, passes: bool) -> None:
    assert reaches(part, whole, Decimal(percent)) is passes


def test_bills_of_nothing_are_nothing_to_measure() -> None:
    with pytest.raises(Refused) as refused:
        reimbursed_basis_points([(0, 0)])
    assert refused.value.code == "NOTHING_TO_MEASURE"
