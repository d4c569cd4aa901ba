"""Moving: another county's list names a person, who then is of that county. What departments say goes with them."""

from collections.abc import Sequence
from typing import Any

import msgspec

from identity.persons.domain.entitlement import Entitlement


class PersonMoved(msgspec.Struct, frozen=True):
    """``formerly`` is the county that the person was of; the entitlement has the one moved to."""

    formerly: str
    told_by: str
    entitlement: Entitlement


def move(person: Entitlement, county: str, told_by: str) -> list[PersonMoved]:
    """Have a person be of another county; nothing where it is the same. Raises PERSON_MERGED, PERSON_ANNULLED."""
    return [] if county == person.county else [PersonMoved(person.county, told_by, person.moved_to(county))]


def last_move(past: Sequence[Any]) -> PersonMoved | None:
    """The last move among a person's events."""
    return next((event for event in reversed(past) if isinstance(event, PersonMoved)), None)
