"""Babies without an ID number: each is known by guardian, day of birth and name until the own number comes.

What stands in the place of the number is as personal as one: sealed, hashed and never in an event. Its first places say
that it is none; its last ones are the guardian's, so that a masked one gives neither name nor birthday.
"""

from datetime import date, timedelta
from typing import Final

from identity.persons.domain.names import fold_name
from identity.persons.domain.resident_id import ResidentId, parse_resident_id

_MARK: Final = "N"
_DAY: Final = slice(1, 9)
#: How long after birth somebody may be without a number. No document gives a figure: a sample, two years.
WITHOUT_NUMBER_MAX: Final = timedelta(days=731)


def newborn(guardian: str, born_on: date, name: str) -> ResidentId:
    """Who stands for a baby of this guardian, day and name."""
    return ResidentId(f"{_MARK}{born_on:%Y%m%d}{fold_name(name)}{guardian}", born_on, None)


def is_newborn(number: str) -> bool:
    """Whether what stands for somebody is no ID number, but a baby's guardian, day of birth and name."""
    return number.startswith(_MARK)


def born_on_of(number: str, *, today: date) -> date:
    """The day of birth that a number says, or what stands in the place of one. Raises Refused ID_NUMBER_…."""
    if is_newborn(number):
        return date.fromisoformat(number[_DAY])
    return parse_resident_id(number, today=today).born_on
