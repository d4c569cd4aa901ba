"""Rate of base: aid at its edges, to the fen."""

from typing import Any

import pytest

from kernel.values.refusals import Refused


def aid_law(draft: Any, percent: str | None, cap: str | None = "1000.00", **parameters: Any) -> Any:
    aid = draft.layer(
        "rate_of_base",
        rate_percent=[draft.figure(percent)],
        yearly_cap_yuan=[draft.figure(cap)],
        **{"counted_in": [{"name": "aid"}]} | parameters,
    )
    return draft.law(draft.outer("BMI"), draft.outer("HPI", optional=True), aid)


@pytest.mark.parametrize(
    ("percent", "base_fen", "aid_fen"),
    [("50", 1, 1), ("50", 3, 2), ("49.99", 1, 0), ("80", 3, 2), ("80", 2, 2), ("80", 0, 0), ("100", 7, 7), ("0", 7, 0)],
)
def test_rate_of_base_is_rounded_half_up_to_the_fen(draft: Any, percent: str, base_fen: int, aid_fen: int) -> None:
    trace = draft.trace(draft.settle(aid_law(draft, percent), 1_000, given_fen={"BMI": 1_000 - base_fen}))
    assert (trace.base_fen, trace.amount_fen, trace.percent) == (base_fen, aid_fen, percent)


@pytest.mark.parametrize(
    ("paid_before_fen", "aid_fen", "flags"),
    [
        (0, 800, ()),
        (99_200, 800, ()),  # the limit is reached exactly, and nothing was cut
        (99_201, 799, ("CAP_REACHED",)),
        (99_999, 1, ("CAP_REACHED",)),
        (100_000, 0, ("CAP_REACHED",)),
        (100_001, 0, ("CAP_REACHED",)),  # more than a lower category's limit was paid before
    ],
)
def test_rate_of_base_ends_in_the_middle_of_a_bill_where_the_yearly_limit_is_crossed(
    draft: Any, paid_before_fen: int, aid_fen: int, flags: tuple[str, ...]
) -> None:
    result = draft.settle(aid_law(draft, "80"), 1_000, {"aid": paid_before_fen}, given_fen={"BMI": 0})
    trace = draft.trace(result)
    assert (trace.amount_fen, trace.flags) == (aid_fen, flags)
    assert (trace.before_fen, trace.after_fen) == (paid_before_fen, paid_before_fen + aid_fen)
    assert result.after_fen == {"aid": paid_before_fen + aid_fen}


def test_rate_of_base_takes_no_more_than_is_left_and_counts_what_it_paid(draft: Any) -> None:
    # The health insurance (HPI) leaves the compliant cost as it is, so the aid wants 800 of the 100 that are left.
    trace = draft.trace(draft.settle(aid_law(draft, "80"), 1_000, given_fen={"BMI": 0, "HPI": 900}))
    assert (trace.base_fen, trace.amount_fen, trace.after_fen, trace.flags) == (1_000, 100, 100, ())


def test_rate_of_base_leaves_excluded_and_non_compliant_cost_out(draft: Any) -> None:
    bill = {"compliant_fen": 900, "excluded_fen": 200, "excluded_compliant_fen": 150, "given_fen": {"BMI": 300}}
    assert draft.trace(draft.settle(aid_law(draft, "100"), 1_000, **bill)).base_fen == 900 - 300 - 150


def test_rate_of_base_is_of_nothing_where_insurance_and_exclusions_leave_no_own_cost(draft: Any) -> None:
    bill = {"compliant_fen": 600, "excluded_fen": 300, "excluded_compliant_fen": 300, "given_fen": {"BMI": 400}}
    trace = draft.trace(draft.settle(aid_law(draft, "100"), 1_000, **bill))
    assert (trace.base_fen, trace.amount_fen) == (0, 0)


@pytest.mark.parametrize(("percent", "cap"), [(None, "1000.00"), ("80", None)])
def test_rate_of_base_that_the_document_ended_gives_nothing_and_counts_nothing(
    draft: Any, percent: str | None, cap: str | None
) -> None:
    result = draft.settle(aid_law(draft, percent, cap), 1_000, given_fen={"BMI": 0})
    trace = draft.trace(result)
    assert (trace.amount_fen, trace.flags, trace.clause) == (0, ("NO_BENEFIT",), "999 第九条")
    assert result.after_fen == {}


@pytest.mark.parametrize(("other_fen", "aid_fen"), [(0, 800), (49_300, 700), (50_000, 0), (60_000, 0)])
def test_rate_of_base_ends_at_a_limit_over_several_counters_too(draft: Any, other_fen: int, aid_fen: int) -> None:
    joint: dict[str, Any] = {"joint_cap_yuan": [draft.figure("500.00")], "joint_cap_in": ["aid", "aid_out"]}
    law = aid_law(draft, "80", **joint)
    result = draft.settle(law, 1_000, {"aid_out": other_fen}, given_fen={"BMI": 0})
    assert draft.trace(result).amount_fen == aid_fen
    assert result.after_fen["aid_out"] == other_fen


def test_rate_of_base_does_not_guess_the_compliant_cost(draft: Any) -> None:
    with pytest.raises(Refused) as refused:
        draft.settle(aid_law(draft, "80"), 1_000, compliant_fen=None, given_fen={"BMI": 0})
    assert refused.value.code == "COMPLIANT_COST_MISSING"
