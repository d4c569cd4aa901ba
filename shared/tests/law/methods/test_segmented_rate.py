"""Segmented rate: the insurance by segments of the year, at every edge to the fen."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.methods.segmented_rate import Segment, segmented_amount, segmented_increment

#: Shandong 2014 (DOMAIN C1): deductible 10 000; up to 100 000 (included) 50 %, above 60 %; cap 200 000 a year.
SEGMENTS = (Segment(upto_yuan="100000.00", percent="50"), Segment(upto_yuan=None, percent="60"))
DEDUCTIBLE, CAP, NO_TILT = 1_000_000, 20_000_000, (0, 1)


@pytest.mark.parametrize(
    ("cumulated_fen", "paid_fen"),
    [
        (0, 0),
        (999_999, 0),
        (1_000_000, 0),  # exactly the deductible
        (1_000_001, 1),  # half a fen goes up
        (1_000_002, 1),
        (10_000_000, 4_500_000),  # the upper edge belongs to the lower segment (含10万元)
        (10_000_001, 4_500_001),  # 0.6 of a fen
        (10_000_002, 4_500_001),  # 1.2 fen
        (17_000_000, 8_700_000),  # the official example: 45 000 + 42 000
    ],
)
def test_segments_pay_their_own_part_and_the_deductible_is_cut_out_of_the_first(
    cumulated_fen: int, paid_fen: int
) -> None:
    assert segmented_amount(SEGMENTS, DEDUCTIBLE, NO_TILT, cumulated_fen) == paid_fen


def test_a_deductible_beyond_the_first_segment_takes_all_of_it() -> None:
    assert segmented_amount(SEGMENTS, 10_000_000, NO_TILT, 10_000_100) == 60
    assert segmented_amount(SEGMENTS, 11_000_000, NO_TILT, 11_000_100) == 60
    assert segmented_amount(SEGMENTS, 11_000_000, NO_TILT, 10_999_999) == 0


def test_a_tilt_for_the_poor_is_added_to_every_rate_in_points() -> None:
    # 5.5 points: 55.5 % of 90 000 and 65.5 % of 70 000.
    assert segmented_amount(SEGMENTS, DEDUCTIBLE, (11, 200), 17_000_000) == 4_995_000 + 4_585_000


@pytest.mark.parametrize(
    ("cumulated_fen", "paid_before_fen", "pays_fen"),
    [
        (17_000_000, 0, 8_700_000),
        (17_000_000, 8_699_999, 1),
        (17_000_000, 8_700_001, 0),  # never asked back
        (35_833_333, 0, 20_000_000),
        (90_000_000, 0, 20_000_000),  # the cap
        (90_000_000, 19_999_999, 1),
    ],
)
def test_a_year_gives_up_to_its_cap_less_what_was_paid(cumulated_fen: int, paid_before_fen: int, pays_fen: int) -> None:
    pays = segmented_increment(
        SEGMENTS, DEDUCTIBLE, NO_TILT, CAP, cumulated_fen=cumulated_fen, paid_fen=paid_before_fen
    )
    assert pays == pays_fen


def insurance(draft: Any) -> Any:
    cii = draft.layer(
        "segmented_rate",
        "CII",
        lessens_own_cost=True,
        segments=[{"upto_yuan": "100.00", "percent": "50"}, {"upto_yuan": None, "percent": "60"}],
        segments_from="2020-01-01",
        base_in="base",
        paid_in="paid",
        deductible_yuan=[draft.figure("5.00", category=["POOREST"]), draft.figure("10.00")],
        yearly_cap_yuan=[draft.figure("200.00")],
        tilt_percent=[draft.figure("5", category=["POOREST"])],
    )
    return draft.law(draft.outer("BMI"), cii)


@given(st.lists(st.integers(0, 50_000), min_size=1, max_size=6), st.sampled_from(["POOR", "POOREST"]))
def test_segments_give_the_same_however_the_year_is_cut_into_bills(draft: Any, bills: list[int], category: str) -> None:
    law = insurance(draft)
    whole = draft.settle(law, sum(bills), category=category, given_fen={"BMI": 0})
    balances: dict[str, int] = {}
    paid = 0
    for bill in bills:
        result = draft.settle(law, bill, balances, category=category, given_fen={"BMI": 0})
        balances, paid = result.after_fen, paid + draft.trace(result, "CII").amount_fen
    assert (paid, balances) == (draft.trace(whole, "CII").amount_fen, whole.after_fen)


def test_the_insurance_takes_no_more_than_is_left_and_the_rest_stays_due_in_the_year(draft: Any) -> None:
    bare = draft.layer(
        "segmented_rate", segments=[{"upto_yuan": None, "percent": "50"}], segments_from="2020-01-01",
        base_in="base", paid_in="paid", deductible_yuan=[draft.figure("0.00")], yearly_cap_yuan=[draft.figure("90.00")],
    )  # fmt: skip
    law = draft.law(draft.outer("HPI"), bare)
    first = draft.settle(law, 1_000, given_fen={"HPI": 900})
    assert (draft.trace(first).amount_fen, first.after_fen) == (100, {"base": 1_000, "paid": 100})
    second = draft.settle(law, 1_000, first.after_fen, given_fen={"HPI": 0})
    assert draft.trace(second).amount_fen == 900


def test_a_document_that_ended_the_insurance_counts_no_base(draft: Any) -> None:
    ended = draft.layer(
        "segmented_rate", segments=[{"upto_yuan": None, "percent": "50"}], segments_from="2020-01-01",
        base_in="base", paid_in="paid", deductible_yuan=[draft.figure(None)], yearly_cap_yuan=[draft.figure("1.00")],
    )  # fmt: skip
    result = draft.settle(draft.law(ended), 1_000)
    assert (draft.trace(result).flags, result.after_fen) == (("NO_BENEFIT",), {})
