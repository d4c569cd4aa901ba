"""Resident ID numbers: which are right, and what they say."""

from datetime import date

import pytest

from identity.persons.domain.masking import mask_id_number, mask_name, mask_phone
from identity.persons.domain.resident_id import ResidentId, Sex, check_holder, parse_resident_id
from kernel.values.refusals import Refused

TODAY = date(2019, 8, 1)


def test_a_number_says_birth_date_and_sex() -> None:
    parsed = parse_resident_id("445201199003070034", today=TODAY)
    assert parsed == ResidentId("445201199003070034", date(1990, 3, 7), Sex.MALE)


def test_a_check_character_x_may_be_small() -> None:
    assert parse_resident_id("11010519491231002x", today=TODAY).number == "11010519491231002X"


def test_a_number_typed_in_full_width_is_the_same_number() -> None:
    assert parse_resident_id(" 4452011990０3070034 ", today=TODAY).number == "445201199003070034"


def test_a_number_of_15_digits_is_upgraded() -> None:
    assert parse_resident_id("110105491231002", today=TODAY).number == "11010519491231002X"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("445201199003070033", "ID_NUMBER_CHECK_DIGIT"),
        ("44520119900307003", "ID_NUMBER_MALFORMED"),
        ("44520119900307003A", "ID_NUMBER_CHECK_DIGIT"),
        ("4452011990O3070034", "ID_NUMBER_MALFORMED"),
        ("445201199002300037", "ID_NUMBER_BIRTH_DATE"),
        ("445201202903070034", "ID_NUMBER_BIRTH_DATE"),
        ("", "ID_NUMBER_MALFORMED"),
    ],
)
def test_a_wrong_number_is_refused_without_being_repeated(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_resident_id(text, today=TODAY)
    assert refused.value.code == code
    assert not text or text not in str(refused.value)


def test_a_holder_of_another_birth_date_or_sex_is_refused() -> None:
    parsed = parse_resident_id("445201199003070034", today=TODAY)
    check_holder(parsed, born_on=date(1990, 3, 7), sex=Sex.MALE)
    with pytest.raises(Refused, match="BIRTH_DATE_DISAGREES"):
        check_holder(parsed, born_on=date(1990, 7, 3), sex=Sex.MALE)
    with pytest.raises(Refused, match="SEX_DISAGREES"):
        check_holder(parsed, born_on=date(1990, 3, 7), sex=Sex.FEMALE)


def test_a_mask_leaves_just_enough_to_recognise() -> None:
    assert mask_name("王小明") == "王**"
    assert mask_id_number("445201199003070034") == "445***********0034"
    assert mask_phone("13800138000") == "*******8000"
