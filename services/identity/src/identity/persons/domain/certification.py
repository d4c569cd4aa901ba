"""Certified chronic diseases: what a person holds, and which hospital and doctors may say so (003 三(八))."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import IntEnum

import msgspec

from law.packs.rules import Certification as Rule


class Title(IntEnum):
    """A doctor's title, rising (住院医师, 主治, 副主任, 主任)."""

    RESIDENT = 1
    ATTENDING = 2
    DEPUTY_CHIEF = 3
    CHIEF = 4


class Doctor(msgspec.Struct, frozen=True):
    """A doctor who certifies, by the number of the doctor's licence."""

    doctor_id: str
    title: Title
    specialty: str


class Certification(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A disease certified at a hospital. Benefits count from the day of the entry (003 三(八) 先享受待遇、后备案).

    ``cancelled_from`` is the first day on which it does not hold, None while nobody cancelled it. One that was taken
    over from the system before counts from its own day, and names no doctors.
    """

    certification_id: str
    disease: str
    hospital_id: str
    doctors: tuple[Doctor, ...]
    certified_at: datetime
    effective_from: date
    cancelled_from: date | None = None
    #: Where a certification from before this system was taken over from.
    source: str | None = None

    def holds_on(self, day: date) -> bool:
        """Whether benefits may rest on it on a day."""
        return self.effective_from <= day and (self.cancelled_from is None or day < self.cancelled_from)


def may_certify(
    rule: Rule,
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
