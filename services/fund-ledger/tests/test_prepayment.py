"""Money that stands ready before bills come: the edges that no worked example shows."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund_ledger.advances.domain.revolving import grant, recover, set_off
from fund_ledger.funds.domain.prepayment import assess, placed_balance, quota_due, reserve_due
from fund_ledger.periods.domain.clearing import clear
from kernel.values.refusals import Refused
from law.packs.rules import Assessment, Quota, Reserve

RESERVE = Reserve(fund="MA", clause="二(三)", months=2, percent_of_year="15", combine="max")
SPLIT = Assessment(fund="BMI", clause="三(二)", prepay_percent="60", payout="linear_score")
QUOTA = Quota(fund="MA", clause="四(二)", percent="25", carried="carry_offset")

fen = st.integers(0, 10**13)


@pytest.mark.parametrize(
    ("year_fen", "month_fen", "paid_in_fen", "required_fen", "shortfall_fen"),
    [
        (360_000_000, 28_000_000, 56_000_000, 56_000_000, 0),
        (360_000_000, 28_000_000, 55_999_999, 56_000_000, 1),
        (360_000_000, 27_000_000, 54_000_000, 54_000_000, 0),
        (400_000_000, 28_000_000, 0, 60_000_000, 60_000_000),
        (360_000_000, 0, 54_000_001, 54_000_000, 0),
        (0, 0, 0, 0, 0),
    ],
)
def test_a_reserve_is_the_larger_of_two_months_and_15_percent_and_a_fen_short_is_short(
    year_fen: int, month_fen: int, paid_in_fen: int, required_fen: int, shortfall_fen: int
) -> None:
    due = reserve_due(RESERVE, year_fen, month_fen, paid_in_fen)
    assert (due.required_fen, due.shortfall_fen, due.met) == (required_fen, shortfall_fen, shortfall_fen == 0)


@given(fen, st.decimals(0, 100, places=2))
def test_an_assessed_budget_is_shared_out_whole(total_fen: int, score: Decimal) -> None:
    paid = assess(SPLIT, total_fen, score)
    assert paid.prepay_fen + paid.payout_fen + paid.withheld_fen == total_fen
    assert min(paid.prepay_fen, paid.payout_fen, paid.withheld_fen) >= 0


@pytest.mark.parametrize("score", ["-0.01", "100.01"])
def test_a_score_outside_the_scale_is_refused(score: str) -> None:
    with pytest.raises(Refused) as refused:
        assess(SPLIT, 1_000_000, Decimal(score))
    assert refused.value.code == "SCORE_OUT_OF_RANGE"


@pytest.mark.parametrize(
    ("last_year_fen", "carried_fen", "due"),
    [
        (0, 0, (0, 0, 0)),  # a new county has no last year
        (0, 500, (0, 0, 500)),
        (4_000, 1_000, (1_000, 0, 0)),
        (4_000, 1_001, (1_000, 0, 1)),
        (4_002, 0, (1_001, 1_001, 0)),  # 1000.5 is rounded half up
    ],
)
def test_what_was_carried_over_lessens_the_quota_and_no_more_than_it(
    last_year_fen: int, carried_fen: int, due: tuple[int, int, int]
) -> None:
    found = quota_due(QUOTA, last_year_fen, carried_fen)
    assert (found.quota_fen, found.transfer_due_fen, found.still_carried_fen) == due


@given(st.lists(fen, max_size=12), fen)
def test_clearing_gives_back_or_asks_for_the_exact_difference(paid_in_fen: list[int], settled_fen: int) -> None:
    cleared = clear(paid_in_fen, settled_fen)
    assert cleared.refund_fen - cleared.top_up_fen == sum(paid_in_fen) - settled_fen
    assert min(cleared.refund_fen, cleared.top_up_fen) == 0


@given(fen, fen)
def test_an_advance_is_taken_back_as_far_as_the_reimbursement_reaches(advance_fen: int, reimbursed_fen: int) -> None:
    found = recover(advance_fen, reimbursed_fen)
    assert found.recovered_fen + found.patient_receivable_fen == advance_fen
    assert found.recovered_fen + found.paid_to_patient_fen == reimbursed_fen
    assert 0 in (found.patient_receivable_fen, found.paid_to_patient_fen)


def test_no_revolving_fund_gives_or_takes_more_than_there_is() -> None:
    assert (grant(500, 500), set_off(500, 500), placed_balance(500, [200, 300])) == (0, 0, 0)
    with pytest.raises(Refused, match="cannot be advanced"):
        grant(500, 501)
    with pytest.raises(Refused, match="more than that"):
        set_off(500, 501)
    with pytest.raises(Refused, match="more aid than was placed"):
        placed_balance(500, [200, 301])
