"""Whom lists of several counties name: the person is of one of them, and stands as long as any list names them."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from identity.persons.domain.categories import Category, Department, Group
from identity.persons.domain.entitlement import Entitlement


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """That a county's newest list names somebody of another county; ``stated`` orders it (``statement.stated_at``)."""

    department: Department
    category: Category
    county: str
    stated: str
    group: Group | None = None


class AlsoListed(msgspec.Struct, frozen=True):
    """The list of a county names somebody of another; it counts until a newer list of that county comes."""

    listing: Listing
    entitlement: Entitlement


def also_listed(listing: Listing, person: Entitlement) -> AlsoListed:
    """Keep what a list says of somebody of another county. Raises PERSON_MERGED, PERSON_ANNULLED."""
    return AlsoListed(listing, person.corrected())


def listings(past: Sequence[Any]) -> Iterator[Listing]:
    """What lists of other counties said of a person, the newest first."""
    return (event.listing for event in reversed(past) if isinstance(event, AlsoListed))
