"""Made-up people: valid ID numbers that belong to nobody, and what three departments say about them."""

from datetime import date, timedelta
from random import Random
from typing import Final

import msgspec
from stdnum.cn import ric

from workbench.demo.city import COUNTIES

_FAMILY: Final = "赵钱孙李周吴郑王冯陈"
_GIVEN: Final = "示例甲乙丙丁戊己庚辛"


class DemoPerson(msgspec.Struct, frozen=True, kw_only=True):
    """One made-up person with what a department says. ``group`` only for LOW_INCOME."""

    number: int
    id_number: str
    name: str
    sex: str
    born_on: date
    county: str
    department: str
    category: str
    group: str | None = None


_SAID: Final = (
    ("civil-affairs", "TEKUN", None),
    ("civil-affairs", "DIBAO", None),
    ("civil-affairs", "DIBAO", None),
    ("poverty-alleviation", "REGISTERED_POOR", None),
    ("poverty-alleviation", "REGISTERED_POOR", None),
    ("poverty-alleviation", "REGISTERED_POOR", None),
    ("civil-affairs", "ORPHAN", None),
    ("disabled-persons", "LOW_INCOME", "SEVERE_DISABLED"),
    ("civil-affairs", "LOW_INCOME", "ELDERLY"),
)


def made_up_people(count: int, chance: Random) -> list[DemoPerson]:
    """``count`` people with different ID numbers; the same ``chance`` makes the same people."""
    return [_person(number, chance) for number in range(count)]


def _person(number: int, chance: Random) -> DemoPerson:
    county = chance.choice(sorted(COUNTIES))
    department, category, group = _SAID[number % len(_SAID)]
    # Whoever is told to be old is sixty by 2019.
    days = chance.randrange(25_000) % (7_000 if group == "ELDERLY" else 25_000)
    born_on = date(1940, 1, 1) + timedelta(days=days)
    sex = chance.choice(("MALE", "FEMALE"))
    sequence = 2 * (number % 500) + (1 if sex == "MALE" else 0)
    body = f"{county}{born_on:%Y%m%d}{sequence:03d}"
    return DemoPerson(
        number=number,
        id_number=body + ric.calc_check_digit(f"{body}0"),
        name=chance.choice(_FAMILY) + chance.choice(_GIVEN) + chance.choice(_GIVEN),
        sex=sex,
        born_on=born_on,
        county=county,
        department=department,
        category=category,
        group=group,
    )
