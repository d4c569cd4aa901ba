"""Yearly personal cap: the limit of the year at its edges, to the fen."""

from typing import Any

import pytest


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
    ("before_fen", "counted_fen"),
    [(0, 700), (2_500, 500), (3_000, 0)],
)
def test_yearly_personal_cap_neither_bears_nor_counts_what_is_left_out_of_the_bill(
    draft: Any, before_fen: int, counted_fen: int
) -> None:
    caps = [draft.figure("30.00")]
    cap = draft.layer("yearly_personal_cap", yearly_cap_yuan=caps, counted_in=[{"name": "own"}], leaves_out="excluded")
    result = draft.settle(draft.law(cap), 1_000, {"own": before_fen}, excluded_fen=300)
    assert (result.patient_pays_fen, result.after_fen) == (300 + counted_fen, {"own": before_fen + counted_fen})
