"""Rows of the monthly comparison and its work list, as pure functions of events."""

from collections.abc import Iterable

import msgspec

from identity.comparison.domain.comparison import ComparisonMade, ComparisonPushed
from identity.comparison.domain.mobilisation import HomeVisited, TaskAssigned
from identity.comparison.domain.township import TownshipRecorded
from identity.comparison.rows.tables import comparison_pushes, comparisons, person_townships, tasks
from kernel.writing.read_tables import Change, put


def comparison_rows(event: object) -> Iterable[Change] | None:
    """The rows of an event about the comparison; None where the event is about something else."""
    match event:
        case TownshipRecorded():
            return (put(person_townships, **msgspec.structs.asdict(event)),)
        case ComparisonMade():
            return (_comparison(event),)
        case ComparisonPushed():
            return (put(comparison_pushes, **msgspec.structs.asdict(event)),)
        case TaskAssigned(task=task) | HomeVisited(task=task):
            return (put(tasks, **msgspec.structs.asdict(task)),)
        case _:
            return None


def _comparison(made: ComparisonMade) -> Change:
    total = made.total
    return put(
        comparisons,
        comparison_id=made.comparison_id,
        area=made.area,
        month=made.month,
        compared_on=made.compared_on,
        due_on=made.due_on,
        made_by=made.made_by,
        registered=total.registered,
        exceptions=sum(total.exceptions.values()),
        enrolled=total.matched + total.elsewhere,
        not_enrolled=total.not_enrolled,
        payment_list_id=made.payment_list_id,
    )
