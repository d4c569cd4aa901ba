"""The low-income test (004 三(一)4): 1.5 倍以下 includes the figure, 低于 does not, and four groups only."""

from decimal import Decimal
from typing import Any

import pytest

from identity.facts.domain.low_income import Means, is_low_income
from identity.persons.domain.categories import Group

#: A local line of 700.01 yuan, so that one and a half times it lies between two fen; assets below 10 000 yuan.
FAMILY: dict[str, Any] = {
    "income_fen": 0,
    "assets_fen": 0,
    "group": Group.ELDERLY,
    "local_line_fen": 70_001,
    "asset_limit_fen": 1_000_000,
    "multiple": Decimal("1.5"),
}


@pytest.mark.parametrize(
    ("changes", "passed"),
    [
        ({}, True),
        ({"local_line_fen": 70_000, "income_fen": 105_000}, True),  # exactly one and a half times
        ({"local_line_fen": 70_000, "income_fen": 105_001}, False),
        ({"income_fen": 105_001}, True),  # 1050.015 yuan: the half fen is not rounded
        ({"income_fen": 105_002}, False),
        ({"assets_fen": 999_999}, True),
        ({"assets_fen": 1_000_000}, False),  # exactly the limit is not below it
        ({"group": None}, False),
    ],
)
def test_income_may_reach_the_multiple_and_assets_must_stay_below_the_limit(
    changes: dict[str, Any], passed: bool
) -> None:
    assert _passes(changes) is passed


@pytest.mark.parametrize("group", Group)
def test_only_the_four_groups_of_the_document_can_pass(group: Group) -> None:
    four = {Group.ELDERLY, Group.MINOR, Group.SEVERE_DISABLED, Group.CRITICALLY_ILL}
    assert _passes({"group": group}) is (group in four)


def _passes(changes: dict[str, Any]) -> bool:
    figures = FAMILY | changes
    group, multiple = figures.pop("group"), figures.pop("multiple")
    return is_low_income(Means(**figures), group, multiple)
