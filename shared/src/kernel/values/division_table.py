"""The table of divisions (区划代码): which six-digit codes there are, and in which years each was a place.

The codes of the country come with their years from ``python-stdnum``, which keeps them for ID numbers: mergers, new
districts and renamed counties are entries with a first or a last year, both of which count whole (柳江县 450221 until
2016, 柳江区 450206 from 2016). A functional zone (功能区) has an agency and people of its own and no code in the
national table; a place gives it one, listed below or named at the start of a process (``know_zones``).
"""

import re
from functools import cache
from typing import Final

import msgspec
from stdnum import numdb

from kernel.values.refusals import Refused

_NATIONAL: Final = "cn/loc"
_CODE: Final = re.compile("[0-9]{6}")
_NAME: Final = re.compile(r"(?:\[(?P<first>[0-9]*)-(?P<last>[0-9]*)\])?(?P<name>[^,\[]+)")


class Division(msgspec.Struct, frozen=True):
    """A place under a code; None for a first year before the table begins, and for a last one that has not come."""

    code: str
    name: str
    first_year: int | None = None
    last_year: int | None = None

    def stood_in(self, year: int) -> bool:
        """Whether it was a place on some day of a year."""
        return (self.first_year or year) <= year <= (self.last_year or year)


#: Zones of Liuzhou that 柳医保发〔2019〕6号 writes to beside the counties. No document gives their codes: these are
#: samples, and a city that has codes of its own names them in ONESTOP_ZONES.
FUNCTIONAL_ZONES: Final = (Division("450271", "柳东新区"), Division("450272", "阳和工业新区"))
_OWN: Final = {zone.code: (zone,) for zone in FUNCTIONAL_ZONES}


def know_zones(text: str) -> None:
    """Take up the zones of a place's own, for this process: ``450271=柳东新区,450272=阳和工业新区``.

    Raises ValueError where an entry is no six-digit code with a name, or where the code is the country's already.
    """
    for entry in filter(None, text.split(",")):
        code, _, name = entry.strip().partition("=")
        if _CODE.fullmatch(code) is None or not name.strip() or _national(code):
            raise ValueError(f"zone {entry!r}: give a six-digit code that the country has not given, '=', and a name")
        _OWN[code] = (Division(code, name.strip()),)


def own_zones() -> tuple[Division, ...]:
    """The zones that have a code of the place's own, as this process knows them."""
    return tuple(zone for zones in _OWN.values() for zone in zones)


def divisions_of(code: str) -> tuple[Division, ...]:
    """The places that a code has stood for, the earliest first; none for a code that never was one."""
    return _OWN.get(code) or _national(code)


def named(code: str) -> str:
    """A code with what the place is called now, for people to read; the code alone where nobody gave it a name."""
    places = divisions_of(code)
    return f"{code} {places[-1].name}" if places else code


@cache
def _national(code: str) -> tuple[Division, ...]:
    if _CODE.fullmatch(code) is None:
        return ()
    parts = numdb.get(_NATIONAL).info(code)
    names = parts[-1][1].get("county", "") if len(parts) > 1 else ""
    return tuple(
        Division(code, found["name"], _year(found["first"]), _year(found["last"])) for found in _NAME.finditer(names)
    )


def _year(text: str | None) -> int | None:
    return int(text) if text else None


def check_division(code: str, year: int, field: str = "county") -> None:
    """Refuse a code that was no place in a year: DIVISION_UNKNOWN, with what the code stood for and until when."""
    places = divisions_of(code)
    if any(place.stood_in(year) for place in places):
        return
    about = {"division": code, "year": str(year), "field": field}
    if not places:
        detail = f"{field} {code} is no division of the country and no zone of its own; look the code up again"
        raise Refused("DIVISION_UNKNOWN", detail, about=about)
    was = "; ".join(f"{place.name} from {place.first_year or '?'} to {place.last_year or 'now'}" for place in places)
    detail = f"{field} {code} was no place in {year} ({was}); give the code that counts then"
    raise Refused("DIVISION_UNKNOWN", detail, about=about)
