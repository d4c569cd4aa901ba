"""Coverage in numbers (003 一(一)): exceptions leave the denominator, and lists that do not fit are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.comparison.domain.coverage import coverage
from kernel.values.refusals import Refused


@pytest.mark.parametrize(
    ("registered", "enrolled", "exceptions", "worklist", "covered", "raw"),
    [
        (100, 95, {"MILITARY": 5}, 0, 10_000, 9_500),
        (100, 94, {"MILITARY": 3, "DECEASED": 2}, 1, 9_895, 9_400),  # 98.947 %
        (3, 2, {}, 1, 6_667, 6_667),  # 66.666 % half up
        (10, 0, {}, 10, 0, 0),
        (0, 0, {}, 0, 10_000, 10_000),  # of nobody, everyone is covered
        (5, 0, {"MOVED": 5}, 0, 10_000, 0),  # all are excepted
        (5, 0, {"MOVED": 0}, 5, 0, 0),
    ],
)
def test_the_share_is_of_those_who_should_be_insured(
    registered: int, enrolled: int, exceptions: dict[str, int], worklist: int, covered: int, raw: int
) -> None:
    found = coverage(registered, enrolled, exceptions)
    assert (found.worklist, found.coverage_basis_points, found.raw_basis_points) == (worklist, covered, raw)
    assert found.exceptions == sum(exceptions.values())


@pytest.mark.parametrize(
    ("registered", "enrolled", "exceptions"),
    [(10, 11, {}), (10, 6, {"MOVED": 5}), (10, 0, {"MOVED": 11}), (-1, 0, {}), (10, -1, {}), (10, 5, {"MOVED": -1})],
)
def test_more_insured_or_excepted_than_there_are_is_refused(
    registered: int, enrolled: int, exceptions: dict[str, int]
) -> None:
    with pytest.raises(Refused) as refused:
        coverage(registered, enrolled, exceptions)
    assert refused.value.code == "COVERAGE_IMPOSSIBLE"


@given(st.integers(0, 10**7), st.data())
def test_nobody_who_is_missing_is_rounded_away(registered: int, data: st.DataObject) -> None:
    excepted = data.draw(st.integers(0, registered))
    enrolled = data.draw(st.integers(0, registered - excepted))
    found = coverage(registered, enrolled, {"MOVED": excepted})
    assert found.worklist + enrolled + found.exceptions == registered
    assert (found.coverage_basis_points == 10_000) is (found.worklist == 0)


def test_one_missing_among_a_million_shows() -> None:
    found = coverage(1_000_000, 999_999, {})
    assert (found.worklist, found.coverage_basis_points) == (1, 9_999)
