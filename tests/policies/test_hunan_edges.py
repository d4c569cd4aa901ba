"""Hunan's edges (001): a target that nobody configured, each of the four categories, the referral's days."""

from datetime import date
from typing import Any

import pytest

from kernel.values.refusals import Refused
from settlement.referrals.domain import check_referral

DAY = date(2018, 9, 20)
FOUR = ("REGISTERED_POOR", "DIBAO", "TEKUN", "POOR_DISABLED")
TEN_PERCENT = {"430000-hunan/2018-xiangrenshefa-46": {"target_share_percent": "10"}}
GIVEN = {"BMI": 600_000, "THB": 100_000, "MA": 50_000, "HRED": 20_000}
FULL = {**GIVEN, "CII": 0, "FISCAL": 130_000}


@pytest.fixture(scope="module")
def desk(desk_of: Any) -> Any:
    return desk_of("430481", TEN_PERCENT)


def test_while_the_target_is_not_configured_nobody_is_settled_by_a_guess(desk_of: Any) -> None:
    unconfigured = desk_of("430481")
    with pytest.raises(Refused, match="target_share_percent") as refused:
        unconfigured.settle([unconfigured.member("DIBAO")], DAY, 1_000_000)
    assert refused.value.code == "PARAMETER_MISSING"


@pytest.mark.parametrize("categories", [*((one,) for one in FOUR), FOUR])
def test_any_one_of_the_four_categories_is_enough(desk: Any, categories: tuple[str, ...]) -> None:
    held = [desk.member(category) for category in categories]
    result = desk.settle(held, DAY, 1_000_000, given_fen=GIVEN)
    assert (desk.layers(result), result.patient_pays_fen) == (FULL, 100_000)


@pytest.mark.parametrize("category", ["LOW_INCOME", "ORPHAN", None])
def test_who_is_in_none_of_the_four_gets_what_everyone_gets(desk: Any, category: str | None) -> None:
    held = [desk.member(category)] if category else []
    result = desk.settle(held, DAY, 1_000_000, given_fen=GIVEN)
    assert desk.layers(result) == {"BMI": 600_000, "CII": 0, "THB": 0, "MA": 50_000, "HRED": 0, "FISCAL": 0}


@pytest.mark.parametrize(("group", "served"), [("RURAL", True), (None, True), ("URBAN", False)])
def test_urban_dibao_is_not_among_the_rural_poor(desk: Any, group: str | None, served: bool) -> None:
    dibao = desk.member("DIBAO", group=group)
    result = desk.settle([dibao], DAY, 1_000_000, given_fen=GIVEN)
    assert (result.category, desk.layers(result) == FULL) == (("DIBAO", True) if served else (None, False))
    both = desk.settle([dibao, desk.member("POOR_DISABLED")], DAY, 1_000_000, given_fen=GIVEN)
    assert desk.layers(both) == FULL


def test_a_stay_in_county_needs_no_deposit_for_any_of_the_four(desk: Any) -> None:
    for category in FOUR:
        terms = desk.admit([desk.member(category)], DAY)
        assert (terms.deposit_required, terms.clause) == (False, "001 二(五) 县域内住院治疗先诊疗后付费")
    assert desk.admit([desk.member("DIBAO")], DAY, "out_county").deposit_required
    assert desk.admit([], DAY).deposit_required


@pytest.mark.parametrize(
    ("approved_on", "emergency", "full"),
    [
        (date(2018, 9, 9), False, True),
        (date(2018, 9, 10), False, True),
        (date(2018, 9, 11), False, False),
        (None, False, False),
        (None, True, False),
    ],
)
def test_a_referral_counts_if_it_was_approved_by_the_day_of_admission(
    desk: Any, approved_on: date | None, emergency: bool, full: bool
) -> None:
    result = desk.settle(
        [desk.member("DIBAO")],
        DAY,
        1_000_000,
        given_fen=GIVEN,
        place="out_county",
        admitted_on=date(2018, 9, 10),
        referral_approved_on=approved_on,
        emergency=emergency,
    )
    withheld = {"BMI": 600_000, "CII": 0, "THB": 0, "MA": 0, "HRED": 0, "FISCAL": 0}
    assert desk.layers(result) == (FULL if full else withheld)
    assert result.flags["counts_in_assessment"] is full


@pytest.mark.parametrize(
    ("told", "code"),
    [(None, "REFERRAL_UNKNOWN"), (("P2", "H9"), "REFERRAL_FOREIGN"), (("P1", "H8"), "REFERRAL_FOREIGN")],
)
def test_a_referral_of_another_person_or_to_another_hospital_is_refused_at_the_door(
    told: tuple[str, str] | None, code: str
) -> None:
    check_referral("R1", "P1", "H9", ("P1", "H9"))
    with pytest.raises(Refused) as refused:
        check_referral("R1", "P1", "H9", told)
    assert refused.value.code == code
