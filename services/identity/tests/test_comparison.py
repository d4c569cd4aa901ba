"""The comparison's specification: figures, coverage by level, when it is late; and the tasks of the work list."""

from datetime import date
from typing import Any

import msgspec
import pytest

from identity.comparison.domain import mobilisation
from identity.comparison.domain.comparison import (
    DECIDER,
    AreaFigures,
    ComparisonMade,
    ComparisonPushed,
    Counted,
    Difference,
    Finding,
    MakeComparison,
    PushComparison,
    due_on,
    figures_of,
)
from identity.comparison.domain.mobilisation import Assign, HomeVisited, Task, TaskAssigned, Visit, VisitOutcome
from identity.comparison.domain.notice import TO_AREAS, TO_TOWNSHIPS, notice
from identity.integration_events import TOLD
from identity.persons.domain.township import record
from kernel.testing.specification import given
from kernel.values.refusals import Refused
from law.packs import PackLibrary

TODAY = date(2019, 8, 10)
NORTH = AreaFigures(
    county="450202", township="450202001", matched=90, elsewhere=2, not_enrolled=3, exceptions={"MILITARY": 5}
)
SOUTH = AreaFigures(
    county="450202", township="450202002", matched=10, contradicted=1, exceptions={"MILITARY": 1, "DECEASED": 2}
)
OTHER = AreaFigures(county="450203", township="450203", matched=4, not_enrolled=1, not_registered=2)
AWAY = AreaFigures(county="450103", township="450103001", matched=7)
MADE = ComparisonMade(
    comparison_id="c1",
    area="450000",
    month="2019-08",
    compared_on=TODAY,
    due_on=TODAY,
    made_by="region",
    figures=(AWAY, NORTH, SOUTH, OTHER),
)


def test_counts_become_figures_of_each_township() -> None:
    counts = [
        Counted(county="450202", township="450202001", finding=Finding.MATCHED, code=None, persons=90),
        Counted(county="450202", township="450202001", finding=Finding.ELSEWHERE, code=None, persons=2),
        Counted(county="450202", township="450202001", finding=Finding.NOT_ENROLLED, code=None, persons=3),
        Counted(county="450202", township="450202001", finding=Finding.EXEMPT, code="MILITARY", persons=5),
        Counted(county="450202", township="450202002", finding=Finding.MATCHED, code=None, persons=10),
        Counted(county="450202", township="450202002", finding=Finding.CONTRADICTED, code="MILITARY", persons=1),
        Counted(county="450202", township="450202002", finding=Finding.EXEMPT, code="DECEASED", persons=2),
        Counted(county="450203", township="450203", finding=Finding.NOT_ENROLLED, code=None, persons=1),
        Counted(county="450203", township="450203", finding=Finding.NOT_REGISTERED, code=None, persons=2),
        Counted(county="450203", township="450203", finding=Finding.MATCHED, code=None, persons=4),
    ]
    assert figures_of(reversed(counts)) == (NORTH, SOUTH, OTHER)


def test_whose_name_differs_is_registered_and_not_covered_and_differences_stand_beside_the_findings() -> None:
    counts = [
        Counted(county="450202", township="450202001", finding=Finding.MATCHED, code=None, persons=6),
        Counted(county="450202", township="450202001", finding=Finding.MATCHED, code=None, persons=2, variant=True),
        Counted(
            county="450202",
            township="450202001",
            finding=Finding.MATCHED,
            code=None,
            persons=1,
            difference=Difference.PAID_NOT_ENROLLED,
        ),
        Counted(county="450202", township="450202001", finding=Finding.NAME_MISMATCH, code=None, persons=1),
        Counted(
            county="450202",
            township="450202001",
            finding=Finding.EXEMPT,
            code="MILITARY",
            persons=1,
            difference=Difference.ENROLLED_NOT_PAID,
        ),
        Counted(
            county="450200", township="450200", finding=Finding.NOT_REGISTERED, code=None, persons=3, stranger=True
        ),
    ]
    strangers, town = figures_of(counts)
    assert (town.registered, town.matched, town.name_mismatch, town.name_variants) == (11, 9, 1, 2)
    assert (town.coverage.should_enrol, town.coverage.coverage_basis_points) == (10, 9000)
    assert town.differences == {"PAID_NOT_ENROLLED": 1, "ENROLLED_NOT_PAID": 1}
    assert (strangers.registered, strangers.not_registered, strangers.strangers) == (0, 3, 3)
    both = town.plus(town)
    assert (both.name_mismatch, both.name_variants, both.differences["ENROLLED_NOT_PAID"]) == (2, 4, 2)


def test_exceptions_are_out_of_the_denominator_and_the_marked_unregistered_in_no_figure_of_the_poor() -> None:
    assert (NORTH.registered, NORTH.coverage.should_enrol, NORTH.coverage.coverage_basis_points) == (100, 95, 9684)
    assert (SOUTH.registered, SOUTH.coverage.should_enrol, SOUTH.coverage.coverage_basis_points) == (13, 10, 10_000)
    assert OTHER.registered == 5


def test_the_result_is_due_on_the_tenth_and_late_on_the_eleventh(library: PackLibrary) -> None:
    assert due_on(library.in_force("450000", TODAY), "2019-08") == date(2019, 8, 10)
    assert due_on(library.in_force("445202", TODAY), "2019-08") is None
    for day, late in ((10, False), (11, True)):
        pushed = ComparisonPushed(
            comparison_id="c1",
            pushed_on=date(2019, 8, day),
            late=late,
            pushed_by="region",
            area=MADE.area,
            month=MADE.month,
        )
        given(DECIDER, [MADE]).when(PushComparison("region", date(2019, 8, day))).then(pushed)
        given(DECIDER, [MADE, pushed]).when(PushComparison("region", TODAY)).then_refused("COMPARISON_PUSHED")
    given(DECIDER).when(PushComparison("region", TODAY)).then_refused("COMPARISON_UNKNOWN")


def test_beside_a_release_that_does_not_tell_it_nobody_is_told_of_a_push() -> None:
    for tells in (True, False):
        (pushed,) = given(DECIDER, [MADE]).when(PushComparison("region", TODAY, tells)).events
        assert (TOLD[type(pushed)](pushed) is not None) == tells


def test_a_month_is_compared_once_it_has_begun() -> None:
    given(DECIDER).when(MakeComparison(MADE)).then(MADE)
    with_list = msgspec.structs.replace(MADE, payment_list_id="l1")
    given(DECIDER).when(MakeComparison(with_list)).then(with_list)
    given(DECIDER).when(MakeComparison(msgspec.structs.replace(MADE, month="2019-09"))).then_refused("DATE_IN_FUTURE")


@pytest.mark.parametrize(
    ("area", "rows", "recipients"),
    [
        ("450000", {"450100": 7, "450200": 118}, TO_AREAS),
        ("450200", {"450202": 113, "450203": 5}, TO_AREAS),
        ("450202", {"450202001": 100, "450202002": 13}, TO_TOWNSHIPS),
        ("450203", {"450203": 5}, TO_TOWNSHIPS),
    ],
)
def test_each_level_tells_the_areas_below_it(area: str, rows: dict[str, int], recipients: str) -> None:
    told = notice(MADE, area)
    assert {row.township: row.registered for row in told.rows} == rows
    assert (told.total.registered, told.recipients) == (sum(rows.values()), recipients)


def test_only_what_was_compared_is_told_of() -> None:
    with pytest.raises(Refused, match="AREA_NOT_COMPARED"):
        notice(msgspec.structs.replace(MADE, area="450200"), "450100")


TASK = Task(person_id="p1", year=2019, status="ASSIGNED", responsible="village cadre 3", assigned_on=TODAY)
ASSIGNED = TaskAssigned(TASK)
ASSIGN = Assign("p1", 2019, "village cadre 3", on_list=True, today=TODAY)
VISIT = Visit(VisitOutcome.REFUSED, TODAY, "works in the city", TODAY)


def changed(value: Any, **changes: Any) -> Any:
    return msgspec.structs.replace(value, **changes)


def test_somebody_is_made_responsible_and_may_be_replaced() -> None:
    given(mobilisation.DECIDER).when(ASSIGN).then(ASSIGNED)
    given(mobilisation.DECIDER, [ASSIGNED]).when(ASSIGN).then_nothing()
    other = changed(ASSIGN, responsible="village cadre 4")
    given(mobilisation.DECIDER, [ASSIGNED]).when(other).then(TaskAssigned(changed(TASK, responsible="village cadre 4")))
    given(mobilisation.DECIDER).when(changed(ASSIGN, on_list=False)).then_refused("NOT_ON_WORK_LIST")


def test_a_visit_is_by_somebody_responsible_and_in_order() -> None:
    after = changed(TASK, status="REFUSED", visited_on=TODAY, note="works in the city")
    given(mobilisation.DECIDER, [ASSIGNED]).when(VISIT).then(HomeVisited(after))
    given(mobilisation.DECIDER).when(VISIT).then_refused("TASK_NOT_ASSIGNED")
    early = changed(VISIT, visited_on=date(2019, 8, 9))
    given(mobilisation.DECIDER, [ASSIGNED]).when(early).then_refused("DATES_OUT_OF_ORDER")
    late = changed(VISIT, visited_on=date(2019, 8, 11))
    given(mobilisation.DECIDER, [ASSIGNED]).when(late).then_refused("DATE_IN_FUTURE")


def test_a_township_lies_in_the_persons_county() -> None:
    assert record("p1", "450202", "450202001").township == "450202001"
    with pytest.raises(Refused, match="TOWNSHIP_FOREIGN"):
        record("p1", "450202", "450203001")
