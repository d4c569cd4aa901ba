"""Administrative divisions (区划代码): six digits, and which of them lie within which."""


def around(division: str) -> tuple[str, str, str]:
    """A place with what it lies in, nearest first: 445202 is of the city 445200, which is of the province 440000."""
    return division, f"{division[:4]}00", f"{division[:2]}0000"


def covers(area: str, division: str) -> bool:
    """True when ``division`` is ``area`` or lies in it; a city is not covered by one of its counties."""
    return area in around(division)


def prefix_of(area: str) -> str:
    """What the codes of all divisions in an area begin with: 450000 is a province, 450200 a city."""
    if area.endswith("0000"):
        return area[:2]
    return area[:4] if area.endswith("00") else area
