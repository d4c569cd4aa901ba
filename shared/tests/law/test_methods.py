"""The methods that look at one bill or one line of a year, each at its edges to the fen."""

from typing import Any

import pytest

from kernel.values.refusals import Refused


@pytest.mark.parametrize(
    ("asked_fen", "paid_fen", "flags"),
    [(0, 0, ()), (599, 599, ()), (600, 600, ()), (601, 600, ("OVERCLAIM",)), (9_999, 600, ("OVERCLAIM",))],
)
def test_given_an_outer_payer_takes_what_it_gave_as_far_as_the_bill_reaches(
    draft: Any, asked_fen: int, paid_fen: int, flags: tuple[str, ...]
) -> None:
    law = draft.law(draft.outer("BMI"), draft.outer("HPI"))
    result = draft.settle(law, 1_000, given_fen={"BMI": 400, "HPI": asked_fen})
    trace = draft.trace(result, "HPI")
    assert (trace.asked_fen, trace.amount_fen, trace.flags) == (asked_fen, paid_fen, flags)
    assert (trace.left_before_fen, result.patient_pays_fen) == (600, 600 - paid_fen)


def test_given_silence_is_not_zero_unless_the_document_says_that_a_payer_may_be_silent(draft: Any) -> None:
    law = draft.law(draft.outer("BMI"), draft.outer("BMI2", optional=True))
    assert draft.trace(draft.settle(law, 1_000, given_fen={"BMI": 1}), "BMI2").amount_fen == 0
    with pytest.raises(Refused, match=r"no amount of BMI \(BMI\); send 0\.00") as refused:
        draft.settle(law, 1_000, given_fen={"BMI2": 1})
    assert (refused.value.code, refused.value.about) == ("PAYER_AMOUNT_MISSING", {"payer": "BMI"})


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


@pytest.mark.parametrize(
    ("percent", "total_fen", "given_fen", "pays_fen"),
    [
        ("10", 1_009, 0, 100),  # 100.9 fen go down
        ("10", 9, 0, 0),  # 0.9 of a fen is none
        ("10", 10, 0, 1),
        ("33.33", 10_000, 0, 3_333),
        ("10", 1_000, 900, 100),  # exactly the share is left
        ("10", 1_000, 899, 100),
        ("10", 1_000, 901, 99),  # less than the share is left: 10%及以下
        ("0", 1_000, 0, 0),
        ("100", 1_000, 1, 999),
    ],
)
def test_share_ceiling_leaves_the_patient_the_share_rounded_down_or_less(
    draft: Any, percent: str, total_fen: int, given_fen: int, pays_fen: int
) -> None:
    law = draft.law(draft.outer("HPI"), draft.layer("share_ceiling", ceiling_percent=[draft.figure(percent)]))
    result = draft.settle(law, total_fen, given_fen={"HPI": given_fen})
    assert (result.patient_pays_fen, draft.trace(result).amount_fen) == (pays_fen, total_fen - given_fen - pays_fen)


@pytest.mark.parametrize(("of", "pays_fen"), [("gross_total", 1_000), ("total_less_hospital_part", 950)])
def test_share_ceiling_is_a_share_of_the_bill_with_or_without_the_hospitals_part(
    draft: Any, of: str, pays_fen: int
) -> None:
    hospital = catalogue(draft)
    ceiling = draft.layer("share_ceiling", ceiling_percent=[draft.figure("10")], ceiling_of=of)
    # 10 000 fen, of which 1 500 are out of catalogue: the hospital bears 500 (AMB-D1).
    result = draft.settle(draft.law(hospital, ceiling), 10_000, compliant_fen=8_500, out_of_catalogue_fen=1_500)
    assert (draft.trace(result, "HOSP").amount_fen, result.patient_pays_fen) == (500, pays_fen)


def cap_law(draft: Any, counter: str = "single") -> Any:
    caps = [
        draft.figure("30.00", place=["in_county"]),
        draft.figure("50.00", level=["county", "city"]),
        draft.figure("80.00", level=["province", "national"]),
    ]
    cap = draft.layer("yearly_personal_cap", yearly_cap_yuan=caps, counted_in=[{"name": "own"}], counter=counter)
    return draft.law(cap)


@pytest.mark.parametrize(
    ("place", "level", "before_fen", "pays_fen"),
    [
        ("in_county", "county", 0, 3_000),
        ("in_county", "county", 2_999, 1),
        ("in_county", "county", 3_000, 0),
        ("in_county", "county", 4_000, 0),  # paid out of county, where the cap is higher
        ("out_county", "county", 4_000, 1_000),
        ("out_county", "city", 4_999, 1),
        ("out_county", "province", 5_000, 3_000),
        ("out_county", "national", 8_000, 0),
    ],
)
def test_yearly_personal_cap_is_that_of_the_place_and_the_level_of_the_hospital(
    draft: Any, place: str, level: str, before_fen: int, pays_fen: int
) -> None:
    result = draft.settle(cap_law(draft), 10_000, {"own": before_fen}, place=place, level=level)
    assert (result.patient_pays_fen, result.after_fen) == (pays_fen, {"own": before_fen + pays_fen})


def test_yearly_personal_cap_counts_once_for_all_levels_or_once_for_each(draft: Any) -> None:
    stays = [("in_county", "county"), ("out_county", "city"), ("out_county", "province"), ("in_county", "county")]
    paid: dict[str, list[int]] = {}
    for counter in ("single", "per_level"):
        balances: dict[str, int] = {}
        paid[counter] = []
        for place, level in stays:
            result = draft.settle(cap_law(draft, counter), 10_000, balances, place=place, level=level)
            balances = result.after_fen
            paid[counter].append(result.patient_pays_fen)
    assert paid == {"single": [3_000, 2_000, 3_000, 0], "per_level": [3_000, 5_000, 8_000, 0]}


def test_yearly_personal_cap_below_it_the_bill_itself_is_the_most(draft: Any) -> None:
    result = draft.settle(cap_law(draft), 700, {"own": 2_000})
    assert (result.patient_pays_fen, draft.trace(result).amount_fen, result.after_fen["own"]) == (700, 0, 2_700)


@pytest.mark.parametrize(
    ("before_fen", "own_fen", "paid_fen"),
    [
        (0, 300_000, 0),  # exactly the line
        (0, 300_001, 1),
        (299_999, 1, 0),
        (299_999, 2, 1),
        (300_000, 1, 1),
        (300_001, 500, 500),  # above the line all of it, and nothing of before again
        (0, 0, 0),
    ],
)
def test_excess_over_yearly_line_begins_with_the_first_fen_above(
    draft: Any, before_fen: int, own_fen: int, paid_fen: int
) -> None:
    line = draft.layer("excess_over_yearly_line", line_yuan=[draft.figure("3000.00")], counted_in=[{"name": "own"}])
    law = draft.law(draft.outer("BMI"), line)
    # 10 fen of the bill are not compliant: they stay with the patient and count nowhere.
    bill = {"compliant_fen": own_fen + 700, "given_fen": {"BMI": 700}}
    result = draft.settle(law, own_fen + 710, {"own": before_fen}, **bill)
    assert draft.trace(result).amount_fen == paid_fen
    assert (result.patient_pays_fen, result.after_fen["own"]) == (own_fen + 10 - paid_fen, before_fen + own_fen)


def test_excess_over_yearly_line_takes_no_more_than_is_left_and_counts_all_of_the_cost(draft: Any) -> None:
    line = draft.layer("excess_over_yearly_line", line_yuan=[draft.figure("0.00")], counted_in=[{"name": "own"}])
    result = draft.settle(draft.law(draft.outer("HPI"), line), 1_000, given_fen={"HPI": 900})
    assert (draft.trace(result).amount_fen, result.after_fen) == (100, {"own": 1_000})


def test_excess_over_yearly_line_neither_pays_nor_counts_care_that_is_not_counted(draft: Any) -> None:
    counted = [{"name": "own", "for": {"kind": ["inpatient"]}}]
    line = draft.layer("excess_over_yearly_line", line_yuan=[draft.figure("3000.00")], counted_in=counted)
    result = draft.settle(draft.law(line), 500, {"own": 300_000}, kind="chronic_outpatient")
    assert (draft.trace(result).flags, result.patient_pays_fen) == (("NOT_COUNTED",), 500)
    assert result.after_fen == {"own": 300_000}


def catalogue(draft: Any, approval: str = "both_departments") -> Any:
    departments = ["health", "medical_security"]
    allowed = [draft.figure("10", kind=["inpatient"]), draft.figure(None)]
    return draft.layer("catalogue_excess", "HOSP", allowed_percent=allowed, approval_by=departments, approval=approval)


@pytest.mark.parametrize(
    ("total_fen", "out_fen", "hospital_fen"),
    [
        (10_000, 1_000, 0),  # exactly 90.00 percent are within the catalogue
        (10_000, 1_001, 1),
        (10_000, 10_000, 9_000),
        (10_000, 0, 0),
        (999, 99, 0),  # 99.9 fen go down to 99
        (999, 100, 1),
        (9, 1, 1),
    ],
)
def test_catalogue_excess_above_a_tenth_is_the_hospitals(
    draft: Any, total_fen: int, out_fen: int, hospital_fen: int
) -> None:
    bill = {"compliant_fen": total_fen - out_fen, "out_of_catalogue_fen": out_fen}
    result = draft.settle(draft.law(catalogue(draft)), total_fen, **bill)
    assert (draft.trace(result, "HOSP").amount_fen, result.patient_pays_fen) == (hospital_fen, total_fen - hospital_fen)


@pytest.mark.parametrize(
    ("approved_by", "both_fen", "either_fen"),
    [
        ((), 500, 500),
        (("health",), 500, 0),
        (("medical_security",), 500, 0),
        (("health", "health"), 500, 0),
        (("medical_security", "health"), 0, 0),
        (("finance",), 500, 500),
    ],
)
def test_catalogue_excess_is_waived_by_both_departments_or_where_read_so_by_either(
    draft: Any, approved_by: tuple[str, ...], both_fen: int, either_fen: int
) -> None:
    for approval, hospital_fen in (("both_departments", both_fen), ("either_department", either_fen)):
        bill = {"compliant_fen": 8_500, "out_of_catalogue_fen": 1_500, "exception_approved_by": approved_by}
        trace = draft.trace(draft.settle(draft.law(catalogue(draft, approval)), 10_000, **bill), "HOSP")
        assert (trace.amount_fen, trace.flags) == (hospital_fen, () if hospital_fen else ("EXCEPTION_APPROVED",))


def test_catalogue_excess_of_visits_is_nobodys_and_an_unknown_one_is_refused(draft: Any) -> None:
    law = draft.law(catalogue(draft))
    visit = draft.settle(law, 1_000, compliant_fen=0, out_of_catalogue_fen=1_000, kind="chronic_outpatient")
    assert draft.trace(visit, "HOSP").flags == ("NO_BENEFIT",)
    with pytest.raises(Refused) as refused:
        draft.settle(law, 1_000, out_of_catalogue_fen=None)
    assert refused.value.code == "CATALOGUE_COST_MISSING"
