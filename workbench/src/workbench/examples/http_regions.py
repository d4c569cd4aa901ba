"""Where the people of examples live: a county of their own each, but where the pack itself is a county's."""

import itertools
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import msgspec
from stdnum.cn import ric

from kernel.values.division_table import divisions_of
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


def _free_codes(city: str) -> list[str]:
    """The codes under a city that the country has never given to a place."""
    return [code for code in (f"{city[:4]}{number:02d}" for number in range(1, 100)) if not divisions_of(code)]


#: The counties of examples that may have one of their own; the platform on which they play has them as its zones.
ZONES: Final = ",".join(
    f"{code}=示例区{code}" for place in REGIONS.values() if place.county is None for code in _free_codes(place.city)
)


class Home(msgspec.Struct, frozen=True):
    """Where an example's person lives, and the ID number."""

    county: str
    area: str
    id_number: str
    born_on: date


class Homes:
    """Gives every example a home, so that no two people are one and funds do not mix."""

    def __init__(self) -> None:
        self._counties = {name: iter(_free_codes(place.city)) for name, place in REGIONS.items()}
        self._days = itertools.count(0)

    def next(self, region: str) -> Home:
        """A new home; raises UnknownPackError for a region without one."""
        place = REGIONS.get(region)
        if place is None:
            raise UnknownPackError(region)
        county = place.county or next(self._counties[region])
        born_on = date(1960, 1, 1) + timedelta(days=next(self._days))
        number = f"{place.born_in}{born_on:%Y%m%d}002"
        return Home(county, place.city, number + ric.calc_check_digit(f"{number}0"), born_on)
