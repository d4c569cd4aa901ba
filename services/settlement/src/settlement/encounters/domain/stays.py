"""Stays side by side: nobody is in hospital twice at the same time; a transfer (转院) goes over on one day."""

from collections.abc import Iterable
from datetime import date

import msgspec

from kernel.values.refusals import conflict


class Stay(msgspec.Struct, frozen=True, array_like=True):
    """An inpatient stay; ``ended_on`` is None while it goes on. Questions bring it along as a JSON array."""

    admitted_on: date
    ended_on: date | None = None
    in_hospital_since: date | None = None

    def overlaps(self, other: "Stay") -> bool:
        """Whether both were going on at one time. The day on which one ends and the other begins is no such time."""
        return (other.ended_on is None or self.admitted_on < other.ended_on) and (
            self.ended_on is None or other.admitted_on < self.ended_on
        )


def check_alone(admitted_on: date, ended_on: date | None, others: Iterable[Stay]) -> None:
    """Refuse a stay beside another one: STAY_OVERLAPS, with the other's days and not its hospital.

    A stay that has not ended is looked at as of its day of admission: what came after may be later than its end.
    """
    mine = Stay(admitted_on, ended_on)
    for other in others:
        begun_later = ended_on is None and other.admitted_on > admitted_on
        if not begun_later and mine.overlaps(other):
            until = "and has not ended" if other.ended_on is None else f"to {other.ended_on}"
            raise conflict(
                "STAY_OVERLAPS",
                f"the person is in another inpatient stay from {other.admitted_on} {until}; that one ends on the day "
                "of this admission or earlier, or one of the two is wrong",
                admitted_on=other.admitted_on.isoformat(),
                **({} if other.ended_on is None else {"ended_on": other.ended_on.isoformat()}),
            )


def in_hospital_since(admitted_on: date, others: Iterable[Stay]) -> date | None:
    """The first day in hospital of somebody who was transferred on the day of admission; None for others."""
    before = (o.in_hospital_since or o.admitted_on for o in others if o.ended_on == admitted_on)
    return min((day for day in before if day < admitted_on), default=None)
