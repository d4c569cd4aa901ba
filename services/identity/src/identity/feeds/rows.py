"""The tables of feed batches, those in which a file is compared, and the rows that events leave."""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Date, DateTime, Index, Integer, MetaData, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from identity.feeds.domain.feed import (
    Batch,
    BatchApplied,
    BatchDiscarded,
    BatchRead,
    BatchReceived,
    BatchRefused,
    BatchReleased,
    BatchStatus,
)
from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent, one_row
from kernel.writing.read_tables import Change, put, put_of

TABLES: Final = MetaData()
#: Working tables: replay does not rebuild them.
WORKING: Final = MetaData()

feed_batches = Table(
    "feed_batches",
    TABLES,
    *columns_of(Batch, "batch_id", size=BigInteger),
    UniqueConstraint("department", "number", name="feed_batches_number"),
)

#: What reading a file came to.
feed_readings = Table(
    "feed_readings",
    TABLES,
    Column("batch_id", Text, primary_key=True),
    *columns_of(BatchRead),
)

#: What a person decided about a held batch.
feed_judgements = Table(
    "feed_judgements",
    TABLES,
    Column("batch_id", Text, primary_key=True),
    Column("judgement", Text, nullable=False),
    Column("judged_by", Text, nullable=False),
    Column("judged_at", DateTime(timezone=True), nullable=False),
    Column("reason", Text, nullable=False),
)

#: How a batch ended: APPLIED with its outcomes, REFUSED with its problem, or DISCARDED.
feed_endings = Table(
    "feed_endings",
    TABLES,
    Column("batch_id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("ended_at", DateTime(timezone=True), nullable=False),
    Column("problem", JSONB),
    Column("outcomes", JSONB),
)

#: A file's rows while they are compared; hashes instead of people. Unlogged: a crash only means reading again.
feed_rows = Table(
    "feed_rows",
    WORKING,
    Column("batch_id", Text, nullable=False),
    Column("row", Integer, nullable=False),
    Column("number_hash", Text),
    Column("name_hash", Text),
    Column("category", Text),
    Column("group", Text),
    Column("poverty_status", Text),
    Column("exit_date", Date),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("died_on", Date),
    Column("code", Text),
    Column("detail", Text),
    prefixes=["UNLOGGED"],
)

#: The receipt, row by row, of all that is not unchanged. PENDING lines wait to be applied.
feed_lines = Table(
    "feed_lines",
    WORKING,
    Column("batch_id", Text, primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("row", Integer),
    Column("outcome", Text, nullable=False),
    Column("code", Text),
    Column("detail", Text),
    Column("person_id", Text),
    Column("membership_id", Text),
    Index("feed_lines_outcome", "batch_id", "outcome", "line"),
)


def _read(recorded: RecordedEvent) -> Iterable[Change]:
    yield put_of(recorded.event, feed_readings, batch_id=_batch_id(recorded))


def _released(recorded: RecordedEvent) -> Iterable[Change]:
    yield _judged(recorded, "RELEASED")


def _discarded(recorded: RecordedEvent) -> Iterable[Change]:
    yield _judged(recorded, "DISCARDED")
    yield _ended(recorded, BatchStatus.DISCARDED)


def _refused(recorded: RecordedEvent) -> Iterable[Change]:
    yield _ended(recorded, BatchStatus.REFUSED, problem=recorded.event.problem)


def _applied(recorded: RecordedEvent) -> Iterable[Change]:
    yield _ended(recorded, BatchStatus.APPLIED, outcomes=recorded.event.outcomes)


ROWS: Final[RowsByEvent] = {
    BatchReceived: one_row(feed_batches, "batch"),
    BatchRead: _read,
    BatchReleased: _released,
    BatchDiscarded: _discarded,
    BatchRefused: _refused,
    BatchApplied: _applied,
}


def _batch_id(recorded: RecordedEvent) -> str:
    return recorded.stream_id.removeprefix("feed/")


def _judged(recorded: RecordedEvent, judgement: str) -> Change:
    event: BatchReleased | BatchDiscarded = recorded.event
    told = {"judgement": judgement, "judged_by": event.by, "judged_at": recorded.occurred_at}
    return put_of(event, feed_judgements, batch_id=_batch_id(recorded), **told)


def _ended(recorded: RecordedEvent, status: BatchStatus, **parts: Any) -> Change:
    said = {"problem": None, "outcomes": None, **parts}
    return put(feed_endings, batch_id=_batch_id(recorded), status=status.value, ended_at=recorded.occurred_at, **said)
