"""The rows of comparisons, their work list and payment lists, as pure functions of events."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from identity.comparison.domain.comparison import ComparisonMade, ComparisonPushed
from identity.comparison.domain.mobilisation import HomeVisited, TaskAssigned
from identity.comparison.domain.payment_list import (
    ListStatus,
    PaymentListApplied,
    PaymentListReceived,
    PaymentListRefused,
    PaymentsNoted,
)
from identity.comparison.domain.township import TownshipRecorded
from identity.comparison.rows.payment_tables import payment_groups, payment_list_ends, payment_lists, payments
from identity.comparison.rows.tables import comparison_pushes, comparisons, person_townships, tasks
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put


def _township(recorded: RecordedEvent) -> Iterable[Change]:
    yield put(person_townships, **msgspec.structs.asdict(recorded.event))


def _made(recorded: RecordedEvent) -> Iterable[Change]:
    made: ComparisonMade = recorded.event
    total = made.total
    yield put(
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


def _pushed(recorded: RecordedEvent) -> Iterable[Change]:
    yield put(comparison_pushes, **msgspec.structs.asdict(recorded.event))


def _task(recorded: RecordedEvent) -> Iterable[Change]:
    yield put(tasks, **msgspec.structs.asdict(recorded.event.task))


def _received(recorded: RecordedEvent) -> Iterable[Change]:
    yield put(payment_lists, **msgspec.structs.asdict(recorded.event.payment_list))


def _refused(recorded: RecordedEvent) -> Iterable[Change]:
    yield _ended(recorded, ListStatus.REFUSED, problem=recorded.event.problem)


def _noted(recorded: RecordedEvent) -> Iterable[Change]:
    event: PaymentsNoted = recorded.event
    yield put(
        payment_groups,
        list_id=event.list_id,
        first_row=event.first_row,
        last_row=event.last_row,
        unmarked=event.unmarked,
    )
    for noted in event.payments:
        yield put(payments, list_id=event.list_id, **msgspec.structs.asdict(noted))


def _applied(recorded: RecordedEvent) -> Iterable[Change]:
    yield _ended(recorded, ListStatus.APPLIED, outcomes=recorded.event.outcomes)


ROWS: Final[RowsByEvent] = {
    TownshipRecorded: _township,
    ComparisonMade: _made,
    ComparisonPushed: _pushed,
    TaskAssigned: _task,
    HomeVisited: _task,
    PaymentListReceived: _received,
    PaymentListRefused: _refused,
    PaymentsNoted: _noted,
    PaymentListApplied: _applied,
}


def _ended(recorded: RecordedEvent, status: ListStatus, **parts: Any) -> Change:
    said = {"problem": None, "outcomes": None, **parts}
    list_id = recorded.stream_id.removeprefix("payment-list/")
    return put(payment_list_ends, list_id=list_id, status=status.value, ended_at=recorded.occurred_at, **said)
