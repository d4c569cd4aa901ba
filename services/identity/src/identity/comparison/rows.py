"""The tables of comparisons, their work list and payment lists, and the rows that events leave in them."""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, MetaData, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from identity.comparison.domain.comparison import ComparisonMade, ComparisonPushed
from identity.comparison.domain.mobilisation import HomeVisited, Task, TaskAssigned
from identity.comparison.domain.payment_list import (
    ListStatus,
    PaymentList,
    PaymentListApplied,
    PaymentListReceived,
    PaymentListRefused,
    PaymentsNoted,
)
from identity.comparison.domain.payment_row import NotedPayment
from identity.persons.domain.township import TownshipRecorded
from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent, one_row
from kernel.writing.read_tables import Change, put, put_of

TABLES: Final = MetaData()
#: Working tables: replay does not rebuild them.
WORKING: Final = MetaData()

person_townships: Final = Table("person_townships", TABLES, *columns_of(TownshipRecorded, "person_id"))

comparisons: Final = Table(
    "comparisons",
    TABLES,
    *columns_of(ComparisonMade, "comparison_id", leaving=("figures",)),
    Column("registered", Integer, nullable=False),
    Column("exceptions", Integer, nullable=False),
    Column("enrolled", Integer, nullable=False),
    Column("not_enrolled", Integer, nullable=False),
    Index("comparisons_of_area", "area", "month"),
)

comparison_pushes: Final = Table(
    "comparison_pushes", TABLES, *columns_of(ComparisonPushed, "comparison_id", leaving=("area", "month"))
)

tasks: Final = Table("tasks", TABLES, *columns_of(Task, "person_id", "year", year=SmallInteger))

payment_lists: Final = Table(
    "payment_lists",
    TABLES,
    *columns_of(PaymentList, "list_id", size=BigInteger),
    Index("payment_lists_of_month", "month", "area"),
)

#: How a list ended: APPLIED with its outcomes, or REFUSED with its problem.
payment_list_ends: Final = Table(
    "payment_list_ends",
    TABLES,
    Column("list_id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("ended_at", DateTime(timezone=True), nullable=False),
    Column("problem", JSONB),
    Column("outcomes", JSONB),
)

#: The groups in which a list was looked at: the last row of the last one is where a killed worker goes on.
payment_groups: Final = Table(
    "payment_groups", TABLES, *columns_of(PaymentsNoted, "list_id", "first_row", leaving=("payments",))
)

#: What each row says that is of interest here. Persons by their id, unknown ones by nothing but their row.
payments: Final = Table(
    "payments",
    TABLES,
    Column("list_id", Text, primary_key=True),
    *columns_of(NotedPayment, "row", year=SmallInteger),
    Index("payments_by_outcome", "list_id", "outcome", "row"),
)

#: The good rows of a list while doubles are looked for; hashes instead of people. Unlogged: a crash only means reading
#: again.
payment_staging: Final = Table(
    "payment_staging",
    WORKING,
    Column("list_id", Text, primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("number_hash", Text, nullable=False),
    Column("name_hash", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("code", Text),
    Column("detail", Text),
    prefixes=["UNLOGGED"],
)


def _made(recorded: RecordedEvent) -> Iterable[Change]:
    made: ComparisonMade = recorded.event
    total = made.total
    yield put_of(
        made,
        comparisons,
        registered=total.registered,
        exceptions=sum(total.exceptions.values()),
        enrolled=total.matched + total.elsewhere,
        not_enrolled=total.not_enrolled,
    )


def _refused(recorded: RecordedEvent) -> Iterable[Change]:
    yield _ended(recorded, ListStatus.REFUSED, problem=recorded.event.problem)


def _noted(recorded: RecordedEvent) -> Iterable[Change]:
    event: PaymentsNoted = recorded.event
    yield put_of(event, payment_groups)
    for noted in event.payments:
        yield put_of(noted, payments, list_id=event.list_id)


def _applied(recorded: RecordedEvent) -> Iterable[Change]:
    yield _ended(recorded, ListStatus.APPLIED, outcomes=recorded.event.outcomes)


ROWS: Final[RowsByEvent] = {
    TownshipRecorded: one_row(person_townships),
    ComparisonMade: _made,
    ComparisonPushed: one_row(comparison_pushes),
    TaskAssigned: one_row(tasks, "task"),
    HomeVisited: one_row(tasks, "task"),
    PaymentListReceived: one_row(payment_lists, "payment_list"),
    PaymentListRefused: _refused,
    PaymentsNoted: _noted,
    PaymentListApplied: _applied,
}


def _ended(recorded: RecordedEvent, status: ListStatus, **parts: Any) -> Change:
    said = {"problem": None, "outcomes": None, **parts}
    list_id = recorded.stream_id.removeprefix("payment-list/")
    return put(payment_list_ends, list_id=list_id, status=status.value, ended_at=recorded.occurred_at, **said)
