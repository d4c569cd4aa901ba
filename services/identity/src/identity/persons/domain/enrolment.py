"""Enrolment: a person's insurance in one area and year; aid is for people who are insured (DOMAIN B2)."""

from datetime import date
from enum import StrEnum

import msgspec

from kernel.values.refusals import Refused


class Scheme(StrEnum):
    """Which insurance."""

    RESIDENT = "RESIDENT"  # 城乡居民基本医疗保险
    EMPLOYEE = "EMPLOYEE"  # 职工基本医疗保险


class Enrolment(msgspec.Struct, frozen=True):
    """One year of insurance in one pooling area. Aid begins on the later of the two dates (R-JY-21)."""

    scheme: Scheme
    area: str
    year: int
    registered_on: date | None = None
    marked_on: date | None = None

    @property
    def key(self) -> tuple[str, int, str]:
        """What there is one of for each person."""
        return self.area, self.year, self.scheme

    def completed_by(self, newer: "Enrolment") -> "Enrolment":
        """This enrolment with what ``newer`` adds or changes: registering and marking are two steps."""
        assert self.key == newer.key
        registered_on, marked_on = newer.registered_on or self.registered_on, newer.marked_on or self.marked_on
        return msgspec.structs.replace(self, registered_on=registered_on, marked_on=marked_on)


def check_enrolment(enrolment: Enrolment, *, today: date) -> None:
    """Refuse an enrolment without a date, with one to come, or with one that cannot belong to its year."""
    dates = [day for day in (enrolment.registered_on, enrolment.marked_on) if day is not None]
    if not dates:
        raise Refused("ENROLMENT_UNDATED", "give registered_on, marked_on or both")
    if max(dates) > today:
        raise Refused("DATE_IN_FUTURE", f"{max(dates)} is after today, {today}")
    # Enrolment for a year opens in the autumn before it, and closes with it.
    if min(dates).year < enrolment.year - 1 or max(dates).year > enrolment.year:
        raise Refused("ENROLMENT_YEAR_DISAGREES", f"the dates {', '.join(map(str, dates))} are not of {enrolment.year}")
