"""Funds in their order: the first ones pay as far as they reach, the last one pays the rest whatever it holds."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund_ledger.journals.domain.funding import split


@pytest.mark.parametrize(
    ("held", "parts"),
    [
        ({"POVFUND": 10_000, "MA": 10_000}, (("POVFUND", 8_000), ("MA", 0))),
        ({"POVFUND": 8_000, "MA": 0}, (("POVFUND", 8_000), ("MA", 0))),
        ({"POVFUND": 3_000, "MA": 10_000}, (("POVFUND", 3_000), ("MA", 5_000))),
        ({"POVFUND": 0, "MA": 100}, (("POVFUND", 0), ("MA", 8_000))),
        ({"POVFUND": -500, "MA": 10_000}, (("POVFUND", 0), ("MA", 8_000))),
        ({}, (("POVFUND", 0), ("MA", 8_000))),
    ],
)
def test_the_poverty_fund_pays_first_and_the_aid_fund_the_rest(
    held: dict[str, int], parts: tuple[tuple[str, int], ...]
) -> None:
    assert split(8_000, ("POVFUND", "MA"), held) == parts


@given(
    st.integers(0, 10**12),
    st.lists(st.tuples(st.uuids().map(str), st.integers(-(10**12), 10**12)), min_size=1, max_size=5),
)
def test_parts_add_up_and_no_fund_but_the_last_goes_into_debt(amount_fen: int, funds: list[tuple[str, int]]) -> None:
    held = dict(funds)
    parts = split(amount_fen, tuple(held), held)
    assert sum(part for _, part in parts) == amount_fen
    assert [fund for fund, _ in parts] == list(held)
    for fund, part in parts[:-1]:
        assert 0 <= part <= max(0, held[fund])
    # A later fund is touched only when the one before it is used up.
    for (fund, part), (_, later) in pairwise(parts):
        assert later == 0 or part == max(0, held[fund])
