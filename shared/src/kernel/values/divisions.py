"""Administrative divisions (区划代码): six digits, a township's nine, and which of them lie within which."""

from typing import Final

#: A county's code has six digits; its townships and subdistricts (乡镇、街道) add three.
COUNTY_DIGITS: Final = 6


def around(division: str) -> tuple[str, str, str]:
    """A place with what it lies in, nearest first: 445202 is of the city 445200, which is of the province 440000."""
    return division, f"{division[:4]}00", f"{division[:2]}0000"


def covers(area: str, division: str) -> bool:
    """True when ``division`` is ``area`` or lies in it; a city is not covered by one of its counties.

    Nothing lies in a township but itself.
    """
    return division == area or area in around(division[:COUNTY_DIGITS])


def is_local(division: str, county: str) -> bool:
    """Whether what stands in ``division`` is local (当地) to people of a county; to a city's own, all of it."""
    return division == county or (county.endswith("00") and division[:4] == county[:4])


def pooling_area(division: str) -> str:
    """The pooling area (统筹区) of a place: the city of a county; a city and a province are areas themselves."""
    return division if division.endswith("00") else f"{division[:4]}00"


def prefix_of(area: str) -> str:
    """What the codes of all divisions in an area begin with: 450000 is a province, 450200 a city.

    A township's nine digits are whole, also where they end in zeros: 445202100 is no city.
    """
    if len(area) > COUNTY_DIGITS:
        return area
    if area.endswith("0000"):
        return area[:2]
    return area[:4] if area.endswith("00") else area


def counties_in(table: str, patterns: str) -> str:
    """SQL for the counties of a table's rows that are like one of the ``patterns`` (a parameter, such as ``$1``).

    It steps through an index that begins with ``county``, one look a county and not a row. Join what is wanted of
    each county to it, so that a page costs the same however many other counties there are.
    """
    return f"""(WITH RECURSIVE known(county) AS (
  (SELECT county FROM {table} ORDER BY county LIMIT 1) UNION ALL
  SELECT (SELECT t.county FROM {table} t WHERE t.county > known.county ORDER BY t.county LIMIT 1)
  FROM known WHERE known.county IS NOT NULL
) SELECT county FROM known WHERE county LIKE ANY({patterns}::text[]))"""
