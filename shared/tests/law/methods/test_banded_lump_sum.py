"""Banded lump sum: relief by bands of the year, at every edge to the fen."""

from itertools import pairwise
from typing import Any

import pytest

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
