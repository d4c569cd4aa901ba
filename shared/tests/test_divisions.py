"""Divisions: which lie in which."""

import pytest

from kernel.values.divisions import around, covers, prefix_of


def test_a_county_lies_in_its_city_and_its_province() -> None:
    assert around("445202") == ("445202", "445200", "440000")


@pytest.mark.parametrize(
    ("area", "division", "inside"),
    [
        ("445202", "445202", True),
        ("445200", "445202", True),
        ("440000", "445202", True),
        ("440000", "445200", True),
        ("445202", "445200", False),
        ("445200", "440000", False),
        ("445300", "445202", False),
    ],
)
def test_an_area_covers_what_its_prefix_begins(area: str, division: str, inside: bool) -> None:
    assert covers(area, division) is inside
    assert division.startswith(prefix_of(area)) is inside
