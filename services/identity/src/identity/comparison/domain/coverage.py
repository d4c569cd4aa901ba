"""Coverage: how many of the registered poor are insured, without those who need not be (003 一(一))."""

from collections.abc import Mapping

import msgspec

from kernel.values.money import Rounding, divide
from kernel.values.refusals import Refused


class Coverage(msgspec.Struct, frozen=True):
    """The monthly comparison in numbers. Shares are in hundredths of a percent, rounded half up, but to 100 never."""

    exceptions: int
    should_enrol: int
    worklist: int
    coverage_basis_points: int
    raw_basis_points: int


def coverage(registered: int, enrolled: int, exceptions: Mapping[str, int]) -> Coverage:
    """enrolled / (registered - exceptions), and the plain enrolled / registered beside it.

    Raises Refused COVERAGE_IMPOSSIBLE where more are insured or excepted than there are.
    """
    excepted = sum(exceptions.values())
    should = registered - excepted
    if min(registered, enrolled, *exceptions.values()) < 0 or enrolled > should:
        raise Refused(
            "COVERAGE_IMPOSSIBLE",
            f"{enrolled} insured and {excepted} excepted do not fit into {registered} registered; compare the lists",
        )
    return Coverage(excepted, should, should - enrolled, _share(enrolled, should), _share(enrolled, registered))


def _share(part: int, whole: int) -> int:
    """A share in hundredths of a percent; of nobody, everyone is covered.

    While anybody is missing it stays below 100.00: the document asks for 100 % (003 一), which no rounding reaches.
    """
    if part == whole:
        return 10_000
    return min(9_999, divide(part * 10_000, whole, Rounding.HALF_UP))
