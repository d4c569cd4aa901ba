"""Division codes (区划代码) as identity speaks of them: the kernel's, and which pooling area a code is in."""

from kernel.divisions import around as areas_around
from kernel.divisions import prefix_of

__all__ = ["areas_around", "pooling_area_of", "prefix_of"]


def pooling_area_of(code: str) -> str:
    """The pooling area (统筹区) that a division is in: its city, since insurance is pooled by city."""
    return areas_around(code)[1]
