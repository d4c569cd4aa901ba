"""A person's certification: two doctors said that they have one of the listed diseases; it counts at once."""

from datetime import date, datetime
from enum import IntEnum

import msgspec


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
    #: Whether the others are told who certified: of one that was cancelled, and not of those from before it was told.
    doctors_told: bool = False

    def holds_on(self, day: date) -> bool:
        """Whether benefits may rest on it on a day."""
        return self.effective_from <= day and (self.cancelled_from is None or day < self.cancelled_from)
