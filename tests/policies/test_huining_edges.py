"""Huining's edges (002): a fen above 3000, the province behind civil affairs, where care comes before payment."""

from datetime import date
from typing import Any

import pytest

from fund_ledger.journals.domain.funding import split

DAY = date(2018, 7, 10)


@pytest.fixture(scope="module")
def desk(desk_of: Any) -> Any:
    return desk_of("620422")


@pytest.fixture(scope="module")
def poor(desk: Any) -> Any:
    return [desk.member("REGISTERED_POOR", poverty_status="NOT_LIFTED")]


@pytest.mark.parametrize(
    ("own_fen", "aid_fen"), [(299_999, 0), (300_000, 0), (300_001, 1), (300_050, 50), (1_000_000, 700_000)]
)
def test_aid_begins_with_the_first_fen_above_3000(desk: Any, poor: Any, own_fen: int, aid_fen: int) -> None:
    result = desk.settle(poor, DAY, own_fen + 500_000, given_fen={"BMI": 500_000})
    assert (desk.layers(result)["MA"], result.patient_pays_fen) == (aid_fen, own_fen - aid_fen)


@pytest.mark.parametrize(
    ("held_fen", "parts"),
    [
        (100_000, (("MA", 70_000), ("PROV", 0))),
        (70_000, (("MA", 70_000), ("PROV", 0))),
        (69_999, (("MA", 69_999), ("PROV", 1))),
        (0, (("MA", 0), ("PROV", 70_000))),
    ],
)
def test_the_province_makes_up_what_civil_affairs_lacks_and_the_patient_never_notices(
    desk: Any, poor: Any, held_fen: int, parts: tuple[tuple[str, int], ...]
) -> None:
    result = desk.settle(poor, DAY, 370_000)
    aid = next(layer for layer in result.layers if layer.payer == "MA")
    assert result.patient_pays_fen == 300_000
    assert split(aid.amount_fen, aid.funds, {"MA": held_fen}) == parts


@pytest.mark.parametrize(
    ("level", "place", "first"),
    [
        ("county", "in_county", True),
        ("township", "in_county", True),
        ("village", "in_county", False),
        ("city", "in_county", False),
        ("city", "out_county", False),
    ],
)
def test_the_poor_are_treated_first_in_county_and_township_hospitals(
    desk: Any, poor: Any, level: str, place: str, first: bool
) -> None:
    result = desk.settle(poor, DAY, 100_000, level=level, place=place)
    assert result.flags["treat_first_pay_later"] is first


@pytest.mark.parametrize(
    ("major", "designated", "first"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_anyone_with_a_major_disease_is_treated_first_where_it_is_designated_but_not_aided(
    desk: Any, major: bool, designated: bool, first: bool
) -> None:
    stay = {"place": "out_county", "level": "city", "major_disease": major, "designated_for_major": designated}
    result = desk.settle([], DAY, 1_000_000, **stay)
    assert result.flags["treat_first_pay_later"] is first
    assert (desk.layers(result)["MA"], result.patient_pays_fen) == (0, 1_000_000)


@pytest.mark.parametrize("level", ["village", "township", "county", "city", "province"])
def test_hospitals_of_all_five_levels_settle(desk: Any, poor: Any, level: str) -> None:
    place = "out_county" if level in ("city", "province") else "in_county"
    result = desk.settle(poor, DAY, 500_000, level=level, place=place)
    assert desk.layers(result)["MA"] == 200_000
