"""Chronic certification: two doctors said that a person has one of the listed diseases; it counts at once."""

from datetime import date, datetime

import msgspec

from identity.persons.domain.certification import Title


class Doctor(msgspec.Struct, frozen=True):
    """A doctor who certifies, by the number of the doctor's licence."""

    doctor_id: str
    title: Title
    specialty: str


class Certification(msgspec.Struct, frozen=True, omit_defaults=True):
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
