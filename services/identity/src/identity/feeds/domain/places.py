"""Where the people of a file live: in a county that there is, and for which the sender works."""

from collections.abc import Sequence

from identity.intake.domain import row_refused
from kernel.values.division_table import Division, divisions_of
from kernel.values.divisions import covers


def is_former(county: str, zones: Sequence[Division], year: int) -> bool:
    """Whether a county is none any more. Papers go on saying it for years, so such a row counts, with a remark.

    ``zones`` stand beside the counties under codes of the place's own. A code that never was a county's is refused
    where the cell is read.
    """
    if any(zone.code == county for zone in zones):
        return False
    return not any(place.stood_in(year) for place in divisions_of(county))


def check_division(divisions: tuple[str, ...] | None, county: str) -> None:
    """Refuse a row about somebody for whose county the sender does not work: ROW_DIVISION_FOREIGN."""
    if divisions is not None and not any(covers(area, county) for area in divisions):
        raise row_refused(
            "ROW_DIVISION_FOREIGN",
            f"报送单位只负责 {'、'.join(divisions)}，这个人不在其中",
            f"the sender works for {', '.join(divisions)}; this person is elsewhere",
        )
