"""The ages of two groups of low-income families: the old and the minors, as the law of the land has them (004 三(一)4).

The document names 老年人 and 未成年人 without an age. The acts for both say it: 老年人权益保障法 第二条 六十周岁以上,
未成年人保护法 第二条 未满十八周岁.
"""

from datetime import date
from typing import Final

from identity.persons.domain.categories import Group
from kernel.values.refusals import Refused

ELDERLY_FROM_YEARS: Final = 60
MINOR_BELOW_YEARS: Final = 18


def check_age(group: Group | None, born_on: date, on: date) -> None:
    """Refuse a group that nobody of this age on a day is in: GROUP_AGE_DISAGREES."""
    age = _years(born_on, on)
    if group is Group.ELDERLY and age < ELDERLY_FROM_YEARS:
        raise _disagrees(f"ELDERLY are {ELDERLY_FROM_YEARS} or older; this person is not on {on}")
    if group is Group.MINOR and age >= MINOR_BELOW_YEARS:
        raise _disagrees(f"a MINOR is younger than {MINOR_BELOW_YEARS}; this person is not on {on}")


def _years(born_on: date, on: date) -> int:
    has_had_birthday = (on.month, on.day) >= (born_on.month, born_on.day)
    return on.year - born_on.year - (not has_had_birthday)


def _disagrees(detail: str) -> Refused:
    return Refused("GROUP_AGE_DISAGREES", f"{detail}; put the group right, or end the membership")
