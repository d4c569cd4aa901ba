"""Where care is, and whose referral it is: the edges of small decisions."""

import pytest

from kernel.values.divisions import pooling_area
from kernel.values.refusals import Refused
from settlement.institutions.domain import locality
from settlement.referrals.domain import check_referral


@pytest.mark.parametrize(
    ("county", "division", "place"),
    [
        ("451028", "451028", "in_county"),
        ("451028", "451029", "out_county"),  # a neighbour in the same city
        ("451028", "451000", "out_county"),  # the city's own hospital is out of the county (000 一(二)2)
        ("451028", "450100", "out_county"),
        ("450200", "450221", "in_county"),  # a person of the city itself
        ("450200", "450200", "in_county"),
        ("450200", "450300", "out_county"),
    ],
)
def test_care_is_in_county_where_the_hospital_lies_in_the_persons_area(county: str, division: str, place: str) -> None:
    assert locality(county, division) == place


def test_the_pooling_area_of_a_county_is_its_city() -> None:
    assert [pooling_area(code) for code in ("451028", "451000", "445202")] == ["451000", "451000", "445200"]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (("p1", "H1"), None),
        (("p2", "H1"), "REFERRAL_FOREIGN"),
        (("p1", "H2"), "REFERRAL_FOREIGN"),
        (None, "REFERRAL_UNKNOWN"),
    ],
)
def test_a_referral_is_of_one_person_and_to_one_hospital(told: tuple[str, str] | None, code: str | None) -> None:
    if code is None:
        check_referral("r1", "p1", "H1", told)
        return
    with pytest.raises(Refused) as refused:
        check_referral("r1", "p1", "H1", told)
    assert refused.value.code == code
