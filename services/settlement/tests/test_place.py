"""Where care is, whose referral it is, and messages that come twice: the edges of small decisions."""

from datetime import date

import msgspec
import pytest

from kernel.values.refusals import RefusalKind, Refused
from law import Claim
from settlement.encounters.domain.deliveries import Delivery, each_once
from settlement.institutions.domain import locality, pooling_area
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


BILL = Claim(kind="inpatient", discharged_on=date(2019, 8, 20), total_fen=100, given_fen={"BMI": 50, "CII": 0})


def test_a_message_that_comes_twice_counts_once_and_in_its_first_place() -> None:
    first, second = Delivery("k1", BILL), Delivery("k2", BILL)
    same = Delivery("k1", msgspec.structs.replace(BILL, given_fen={"CII": 0, "BMI": 50}))
    assert each_once([first, second, same, second]) == (first, second)
    assert each_once([]) == ()


@pytest.mark.parametrize("changes", [{"total_fen": 101}, {"given_fen": {"BMI": 50}}, {"valid_invoice": False}])
def test_a_key_that_comes_back_with_another_content_is_a_conflict(changes: dict[str, object]) -> None:
    other = Delivery("k1", msgspec.structs.replace(BILL, **changes))
    with pytest.raises(Refused) as refused:
        each_once([Delivery("k1", BILL), Delivery("k1", BILL), other])
    assert (refused.value.code, refused.value.kind) == ("IDEMPOTENCY_KEY_REUSED", RefusalKind.CONFLICT)
    assert refused.value.about == {"key": "k1"}
