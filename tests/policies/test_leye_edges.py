"""Leye's edges (000): one fen below the 80 percent, exactly at the yearly limit, hospitals of other levels."""

from datetime import date
from typing import Any

import pytest

from kernel.values.refusals import Refused

DAY = date(2018, 9, 1)


@pytest.fixture(scope="module")
def desk(desk_of: Any) -> Any:
    return desk_of("451028")


@pytest.fixture(scope="module")
def poor(desk: Any) -> Any:
    return [desk.member("REGISTERED_POOR", poverty_status="NOT_LIFTED")]


@pytest.mark.parametrize(("basic_fen", "topped_up_fen"), [(80_000, 0), (79_999, 1), (79_000, 1_000)])
def test_out_of_county_visits_are_topped_up_to_80_percent_to_the_fen(
    desk: Any, poor: Any, basic_fen: int, topped_up_fen: int
) -> None:
    visit = {"kind": "chronic_outpatient", "place": "out_county", "level": "city"}
    result = desk.settle(poor, DAY, 100_000, given_fen={"BMI": basic_fen}, **visit)
    assert (desk.layers(result)["GOV1"], result.patient_pays_fen) == (topped_up_fen, 20_000)


@pytest.mark.parametrize(
    ("total_fen", "pays_fen", "second_fen"),
    [(2_999_990, 299_999, 0), (3_000_000, 300_000, 0), (3_000_010, 300_000, 1), (3_000_009, 300_000, 0)],
)
def test_exactly_the_yearly_limit_is_still_paid_and_a_fen_more_is_not(
    desk: Any, poor: Any, total_fen: int, pays_fen: int, second_fen: int
) -> None:
    result = desk.settle(poor, DAY, total_fen, level="county")
    assert (result.patient_pays_fen, desk.layers(result)["GOV2"]) == (pays_fen, second_fen)


def test_one_counter_is_compared_with_the_limit_of_each_hospital_even_where_it_was_re_graded(
    desk: Any, poor: Any
) -> None:
    # The same hospital as a county's, then as a city's, then as a province's: 3000, then 5000, then 8000 in all.
    balances: dict[str, int] = {}
    paid = []
    for level in ("county", "city", "province"):
        place = "in_county" if level == "county" else "out_county"
        result = desk.settle(poor, DAY, 20_000_000, balances, place=place, level=level)
        balances = result.after_fen
        paid.append(result.patient_pays_fen)
    assert paid == [300_000, 200_000, 300_000]
    back = desk.settle(poor, DAY, 20_000_000, balances, level="county")
    assert back.patient_pays_fen == 0


def test_without_the_hospitals_level_no_limit_is_guessed(desk: Any, poor: Any) -> None:
    with pytest.raises(Refused, match=r"GOV2\.yearly_cap_yuan") as refused:
        desk.settle(poor, DAY, 100_000, place="out_county", level=None)
    assert refused.value.code == "PARAMETER_MISSING"


def test_the_county_admits_its_poor_without_a_deposit_and_others_may_be_asked_for_one(desk: Any, poor: Any) -> None:
    terms = desk.admit(poor, DAY)
    assert (terms.deposit_required, terms.category) == (False, "REGISTERED_POOR")
    assert terms.clause.startswith("000 二(二)")
    assert desk.admit(poor, DAY, "out_county").deposit_required
    assert desk.admit([], DAY).deposit_required
