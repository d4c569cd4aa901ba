"""The table of divisions: which codes are places, and when."""

import pytest

from kernel.values.division_table import FUNCTIONAL_ZONES, Division, check_division, divisions_of
from kernel.values.refusals import Refused


@pytest.mark.parametrize(
    ("code", "year"),
    [
        ("440000", 2019),
        ("445200", 2019),
        ("445202", 2019),
        ("445221", 2012),  # 揭东县, which became 揭东区 in that year
        ("445203", 2012),
        ("450221", 2016),
        ("450206", 2016),
        ("430102", 1990),  # 东区, later 芙蓉区 under the same code
        ("430102", 2019),
        ("460400", 2019),  # a city without counties
        ("450271", 2019),
    ],
)
def test_a_place_counts_in_its_years(code: str, year: int) -> None:
    check_division(code, year)


@pytest.mark.parametrize(
    ("code", "year", "why"),
    [
        ("445299", 2019, "no division"),
        ("990000", 2019, "no division"),
        ("280000", 2019, "no division"),
        ("000000", 2019, "no division"),
        ("44520", 2019, "no division"),
        ("４４５２０２", 2019, "no division"),
        ("445221", 2013, "揭东县 from 1991 to 2012"),
        ("445203", 2011, "揭东区 from 2012 to now"),
        ("450221", 2019, "柳江县 from 1983 to 2016"),
    ],
)
def test_a_code_that_is_no_place_then_is_refused_with_what_it_was(code: str, year: int, why: str) -> None:
    with pytest.raises(Refused, match="DIVISION_UNKNOWN") as refused:
        check_division(code, year, "area")
    assert why in refused.value.detail
    assert refused.value.about == {"division": code, "year": str(year), "field": "area"}


def test_a_code_that_was_given_again_keeps_both_places() -> None:
    assert divisions_of("450103") == (
        Division("450103", "新城区", 1983, 2003),
        Division("450103", "青秀区", 2004, None),
    )


def test_a_functional_zone_has_a_code_that_the_country_gives_to_nobody() -> None:
    for zone in FUNCTIONAL_ZONES:
        assert divisions_of(zone.code) == (zone,)
        assert zone.code.startswith("4502")
