"""Division codes (区划代码): what the codes inside an area begin with, and which pooling area a code is in."""

from typing import Final

_WHOLE_PROVINCE: Final = "0000"
_WHOLE_CITY: Final = "00"


def prefix_of(area: str) -> str:
    """What the codes of all divisions in an area begin with: 450000 is a province, 450200 a city."""
    if area.endswith(_WHOLE_PROVINCE):
        return area[:2]
    return area[:4] if area.endswith(_WHOLE_CITY) else area


def pooling_area_of(code: str) -> str:
    """The pooling area (统筹区) that a division is in: its city, since insurance is pooled by city."""
    return f"{code[:4]}{_WHOLE_CITY}"


def areas_around(area: str) -> tuple[str, str, str]:
    """An area and those that it is part of: itself, its city, its province."""
    return area, pooling_area_of(area), f"{area[:2]}{_WHOLE_PROVINCE}"
