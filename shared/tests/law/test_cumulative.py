"""The methods that run over a year: rates by segments and lump sums by bands, at every edge to the fen."""

from itertools import pairwise
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


#: Jieyang's bands (004 三(二)3), in yuan: lower edges belong to the band.
BANDS = [("10000.00", "5000.00"), ("20000.00", "10000.00"), ("50000.00", "20000.00"), ("100000.00", "30000.00")]
EDGES = [
    (999_999, 0),
    (1_000_000, 500_000),
    (1_999_999, 500_000),
    (2_000_000, 1_000_000),
    (4_999_999, 1_000_000),
    (5_000_000, 2_000_000),
    (9_999_999, 2_000_000),
    (10_000_000, 3_000_000),
    (99_999_999, 3_000_000),
]


def relief(draft: Any, aid_cap: str | None = "0.00", **parameters: Any) -> Any:
    """Aid with a yearly limit, by default of nothing, and the relief after it."""
    aid = draft.layer(
        "rate_of_base",
        rate_percent=[draft.figure("80")],
        yearly_cap_yuan=[draft.figure(aid_cap)],
        counted_in=[{"name": "aid"}],
    )
    bands = {"bands": [{"from_yuan": edge, "pays_yuan": pays} for edge, pays in BANDS], "bands_from": "2020-01-01"}
    named = {"own_cost_in": "own", "paid_in": "relief", "after": "MA"}
    return draft.law(aid, draft.layer("banded_lump_sum", "MASEC", **bands, **named, **parameters))


@pytest.mark.parametrize(("own_fen", "relief_fen"), EDGES)
@pytest.mark.parametrize("counting", ["annual_increment", "per_stay"])
def test_a_first_bill_gets_the_lump_sum_of_its_band(draft: Any, counting: str, own_fen: int, relief_fen: int) -> None:
    result = draft.settle(relief(draft, counting=counting), own_fen)
    assert (draft.trace(result, "MASEC").amount_fen, result.patient_pays_fen) == (relief_fen, own_fen - relief_fen)
    assert (result.after_fen["own"], result.after_fen["relief"]) == (own_fen, relief_fen)


@pytest.mark.parametrize(("before", "after"), list(pairwise(EDGES)))
def test_a_later_bill_gets_what_its_year_s_band_adds(
    draft: Any, before: tuple[int, int], after: tuple[int, int]
) -> None:
    # The bill is large enough to reach the next edge; the year before it stands just below.
    (own_before, paid_before), (own_after, paid_after) = before, after
    balances = {"own": own_before, "relief": paid_before}
    result = draft.settle(relief(draft), own_after - own_before, balances)
    trace = draft.trace(result, "MASEC")
    assert trace.amount_fen + trace.payout_fen == paid_after - paid_before
    assert result.after_fen["relief"] == paid_after


def test_three_stays_of_12000_get_10000_by_the_year_and_15000_by_the_stay(draft: Any) -> None:
    paid: dict[str, list[int]] = {}
    for counting in ("annual_increment", "per_stay"):
        balances: dict[str, int] = {}
        paid[counting] = []
        for _ in range(3):
            result = draft.settle(relief(draft, counting=counting), 1_200_000, balances)
            balances = result.after_fen
            paid[counting].append(draft.trace(result, "MASEC").amount_fen)
    assert paid == {"annual_increment": [500_000, 500_000, 0], "per_stay": [500_000, 500_000, 500_000]}


@pytest.mark.parametrize(
    ("beyond", "payout_fen", "next_fen"), [("cash_payout", 499_999, 0), ("limited_to_bill", 0, 499_999)]
)
def test_relief_larger_than_the_bill_is_paid_in_cash_or_waits_for_the_next_bill(
    draft: Any, beyond: str, payout_fen: int, next_fen: int
) -> None:
    law = relief(draft, beyond_bill=beyond)
    first = draft.settle(law, 1, {"own": 999_999})
    trace = draft.trace(first, "MASEC")
    assert (trace.asked_fen, trace.amount_fen, trace.payout_fen, first.payout_fen) == (
        500_000, 1, payout_fen, payout_fen,
    )  # fmt: skip
    assert first.patient_pays_fen == 0
    # The yearly sum is the same: what was not paid in cash is still due in the year.
    second = draft.settle(law, 900_000, first.after_fen)
    assert draft.trace(second, "MASEC").amount_fen == next_fen
    assert second.after_fen["relief"] == 500_000


@pytest.mark.parametrize(
    ("base", "aid_cap", "own_fen", "relief_fen"),
    [
        ("all_self_borne", "4000.00", 1_600_000, 500_000),
        ("over_cap_only", "4000.00", 1_200_000, 500_000),  # 16 000 wanted, 4 000 paid: 12 000 outside the limit
        ("all_self_borne", "90000.00", 400_000, 0),
        ("over_cap_only", "90000.00", 0, 0),  # the limit was not reached, so nothing lies outside it
    ],
)
def test_the_base_is_all_that_is_left_or_only_what_the_used_up_limit_left(
    draft: Any, base: str, aid_cap: str, own_fen: int, relief_fen: int
) -> None:
    trace = draft.trace(draft.settle(relief(draft, aid_cap, base=base), 2_000_000), "MASEC")
    assert (trace.base_fen, trace.amount_fen) == (own_fen, relief_fen)


def test_who_is_not_entitled_to_the_aid_before_it_gets_no_relief_and_feeds_no_counter(draft: Any) -> None:
    result = draft.settle(relief(draft, None), 2_000_000)
    assert draft.trace(result, "MASEC").flags == ("NO_BENEFIT",)
    assert result.after_fen == {}


def test_excluded_cost_is_not_counted_towards_a_band(draft: Any) -> None:
    bill = {"excluded_fen": 1, "excluded_compliant_fen": 0}
    result = draft.settle(relief(draft), 1_000_000, **bill)
    assert (draft.trace(result, "MASEC").base_fen, result.patient_pays_fen) == (999_999, 1_000_000)


def test_relief_above_today_s_band_is_not_asked_back(draft: Any) -> None:
    result = draft.settle(relief(draft), 1_000, {"own": 1_000_000, "relief": 2_000_000})
    assert (draft.trace(result, "MASEC").amount_fen, result.after_fen["relief"]) == (0, 2_000_000)
