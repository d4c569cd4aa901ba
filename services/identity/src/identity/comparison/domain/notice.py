"""The monthly notice: the coverage of each area below, for whoever is responsible there (003 一(二) 月通报)."""

from collections.abc import Iterable
from itertools import groupby
from typing import Final

import msgspec

from identity.comparison.domain.comparison import AreaFigures, ComparisonMade, sum_of
from kernel.values.divisions import prefix_of
from kernel.values.refusals import not_found

#: To whom the region's and the cities' notices go, and whom a county tells.
TO_AREAS: Final = "各市、县（市、区）医疗保障局，各级医疗保障专责小组；抄送当地党委、政府"
TO_TOWNSHIPS: Final = "全县所辖乡镇（街道）"


class Notice(msgspec.Struct, frozen=True):
    """One area's notice of a month: a row for each area directly below it, and their sum.

    People of a county whose township is not known stand in a row under the county's own code.
    """

    area: str
    month: str
    recipients: str
    rows: tuple[AreaFigures, ...]
    total: AreaFigures


def notice(made: ComparisonMade, area: str) -> Notice:
    """The notice of the compared area or of one inside it; raises Refused AREA_NOT_COMPARED."""
    check_compared(made, area)
    inside = [figures for figures in made.figures if figures.county.startswith(prefix_of(area))]
    rows = tuple(_below(area, inside))
    recipients = TO_TOWNSHIPS if len(prefix_of(area)) == len(area) else TO_AREAS
    return Notice(area, made.month, recipients, rows, sum_of(area, rows))


def check_compared(made: ComparisonMade, area: str) -> None:
    """Refuse an area that is no part of what was compared: AREA_NOT_COMPARED."""
    if not prefix_of(area).startswith(prefix_of(made.area)):
        raise not_found("AREA_NOT_COMPARED", f"{area} is not part of {made.area}, which was compared", area=area)


def _below(area: str, figures: Iterable[AreaFigures]) -> Iterable[AreaFigures]:
    ordered = sorted(figures, key=lambda one: (one.county, one.township))
    for child, group in groupby(ordered, key=lambda one: _child(area, one)):
        yield sum_of(child, group)


def _child(area: str, figures: AreaFigures) -> str:
    match len(prefix_of(area)):
        case 2:
            return figures.county[:4] + "00"
        case 4:
            return figures.county
        case _:
            return figures.township
