"""Certification of special chronic diseases: which hospital and which doctors may say so (003 三(八))."""

from collections.abc import Sequence
from enum import IntEnum

from law.packs.rules import Certification


class Title(IntEnum):
    """A doctor's title, rising (住院医师, 主治, 副主任, 主任)."""

    RESIDENT = 1
    ATTENDING = 2
    DEPUTY_CHIEF = 3
    CHIEF = 4


def may_certify(
    rule: Certification,
    *,
    hospital_grade: int,
    titles: Sequence[Title],
    same_specialty: bool,
    disease_listed: bool,
) -> bool:
    """A hospital of level two or higher, two doctors of that specialty, each attending or above (003 三(八)).

    ``titles`` has one entry for each different doctor. Doctors below the title do not count, and do not help.
    """
    least = Title[rule.title_min.upper()]
    enough = sum(title >= least for title in titles) >= rule.doctors_min
    return disease_listed and same_specialty and enough and hospital_grade >= rule.hospital_grade_min
