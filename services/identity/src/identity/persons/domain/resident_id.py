"""Resident ID numbers (公民身份号码): what is right about one, and what it says about its holder."""

from datetime import date
from enum import StrEnum
from typing import Final

import msgspec
from stdnum.cn import ric

from kernel.values.refusals import Refused

_LENGTH: Final = 18
_OLD_LENGTH: Final = 15


class Sex(StrEnum):
    """Sex as the ID number tells it."""

    MALE = "MALE"
    FEMALE = "FEMALE"


class ResidentId(msgspec.Struct, frozen=True):
    """A valid ID number of 18 characters, with the birth date and sex that it holds; ``newborn`` has the exception."""

    number: str
    born_on: date
    sex: Sex | None


def parse_resident_id(text: str, *, today: date) -> ResidentId:
    """Read an ID number of 18 characters, or one of 15 digits from before 1999, which is upgraded.

    Raises Refused ID_NUMBER_MALFORMED, ID_NUMBER_CHECK_DIGIT or ID_NUMBER_BIRTH_DATE. No refusal repeats the
    number. The place in the first six digits is not checked: the public tables of division codes have gaps, and
    a gap must not shut a person out.
    """
    number = text.upper() if text.isalnum() and text.isascii() else ric.compact(text)
    if len(number) not in (_LENGTH, _OLD_LENGTH) or not _is_digits(number[: min(len(number), _LENGTH - 1)]):
        raise Refused("ID_NUMBER_MALFORMED", "an ID number has 17 digits and a check character (or 15 digits)")
    if len(number) == _OLD_LENGTH:
        number = _upgraded(number)
    if number[-1] != ric.calc_check_digit(number):
        raise Refused("ID_NUMBER_CHECK_DIGIT", "the last character of the ID number does not fit the others")
    sex = Sex.MALE if int(number[16]) % 2 else Sex.FEMALE
    return ResidentId(number, _birth_date(number, today), sex)


def check_holder(resident_id: ResidentId, *, born_on: date, sex: Sex | None) -> None:
    """Refuse a birth date or sex that differs from the ID number's: BIRTH_DATE_DISAGREES, SEX_DISAGREES."""
    if born_on != resident_id.born_on:
        raise Refused("BIRTH_DATE_DISAGREES", "the birth date differs from the one inside the ID number")
    if resident_id.sex is not None and sex != resident_id.sex:
        raise Refused("SEX_DISAGREES", "the sex differs from the one inside the ID number")


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _upgraded(old: str) -> str:
    # All holders of 15 digits were born in the 1900s; the check character is computed over the other 17.
    seventeen = old[:6] + "19" + old[6:]
    return seventeen + ric.calc_check_digit(seventeen + "0")


def _birth_date(number: str, today: date) -> date:
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        born_on = None
    if born_on is None or born_on > today:
        raise Refused("ID_NUMBER_BIRTH_DATE", "the ID number holds a birth date that does not exist or is to come")
    return born_on
