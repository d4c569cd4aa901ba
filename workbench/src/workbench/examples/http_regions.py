"""Where the people of examples live: a county of their own each, but where the pack itself is a county's."""

import itertools
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

import msgspec
from stdnum.cn import ric

from workbench.examples.settle import UnknownPackError


class Region(msgspec.Struct, frozen=True):
    """A region of the examples. ``county`` is None where every example may have a county of its own."""

    city: str
    born_in: str
    county: str | None = None


REGIONS: Final[Mapping[str, Region]] = {
    "jieyang": Region("445200", "445202"),
    "leye": Region("451000", "451028", "451028"),
    "hunan": Region("430100", "430102"),
    "huining": Region("620400", "620422", "620422"),
    "guangxi": Region("450200", "450202"),
}


class Home(msgspec.Struct, frozen=True):
    """Where an example's person lives, and the ID number."""

    county: str
    area: str
    id_number: str
    born_on: date


class Homes:
    """Gives every example a home, so that no two people are one and funds do not mix."""

    def __init__(self) -> None:
        self._counties: dict[str, Iterator[int]] = {name: itertools.count(1) for name in REGIONS}
        self._days = itertools.count(0)

    def next(self, region: str) -> Home:
        """A new home; raises UnknownPackError for a region without one."""
        place = REGIONS.get(region)
        if place is None:
            raise UnknownPackError(region)
        county = place.county or f"{place.city[:4]}{next(self._counties[region]):02d}"
        born_on = date(1960, 1, 1) + timedelta(days=next(self._days))
        number = f"{place.born_in}{born_on:%Y%m%d}002"
        return Home(county, place.city, number + ric.calc_check_digit(f"{number}0"), born_on)
