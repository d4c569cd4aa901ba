"""The tables of feed batches, those in which a file is compared, and the rows that events leave."""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

from identity.feeds.domain.batch import Batch, BatchStatus
from identity.feeds.domain.feed import (
    BatchApplied,
    BatchApproved,
    BatchCancelled,
    BatchDiscarded,
    BatchRead,
    BatchReceived,
    BatchRefused,
    BatchReleased,
    BatchReviewed,
    BatchTaken,
    BatchTried,
)
from identity.feeds.domain.offices import OfficeWordsKept, office_key
from identity.feeds.domain.sender_keys import SenderKey, SenderKeyConfirmed, SenderKeyRegistered, SenderKeyRevoked
from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import Rows, RowsByEvent, one_row
from kernel.writing.read_tables import Change, put, put_of, remove

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

#: Who reviewed and who approved a batch that three people handle.
feed_steps = Table(
    "feed_steps",
    TABLES,
    Column("batch_id", Text, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("by", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
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
    #: Lines that count and have a remark; batches of before this was counted have none.
    Column("warned", Integer),
)

#: How each office of a department writes, version by version: a file is read by the one of the moment it came.
feed_words = Table(
    "feed_words",
    TABLES,
    Column("department", Text, primary_key=True),
    Column("office", Text, primary_key=True),
    Column("kept_at", DateTime(timezone=True), primary_key=True),
    Column("kept", JSONB, nullable=False),
    Column("kept_by", Text, nullable=False),
)

#: The keys with which departments' machines sign, and until when.
sender_keys = Table("sender_keys", TABLES, *columns_of(SenderKey, "key_id"))

#: Signatures that were used: none counts twice while it is young enough to count at all.
used_signatures = Table(
    "used_signatures",
    WORKING,
    Column("signature_hash", Text, primary_key=True),
    Column("used_at", DateTime(timezone=True), nullable=False),
    Index("used_signatures_by_age", "used_at"),
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
    Column("county", Text),
    Column("phone_hash", Text),
    Column("address_hash", Text),
    #: Given where it is one of the county.
    Column("township", Text),
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
    #: Whom a dry run's line is about and how they stand, sealed with the key of its file.
    Column("seen", LargeBinary),
    Index("feed_lines_outcome", "batch_id", "outcome", "line"),
)


def _received(recorded: RecordedEvent) -> Iterable[Change]:
    """The batch; what an earlier dry run under its number came to is over."""
    batch: Batch = recorded.event.batch
    yield put_of(batch, feed_batches)
    for table in (feed_readings, feed_judgements, feed_endings):
        yield remove(table, batch_id=batch.batch_id)


def _stepped(step: str) -> Rows:
    """The row of a step that somebody took."""

    def rows(recorded: RecordedEvent) -> Iterable[Change]:
        at = recorded.occurred_at
        yield put(feed_steps, batch_id=_batch_id(recorded), step=step, by=recorded.event.by, at=at)

    return rows


def _read(recorded: RecordedEvent) -> Iterable[Change]:
    yield put_of(recorded.event, feed_readings, batch_id=_batch_id(recorded))


def _released(recorded: RecordedEvent) -> Iterable[Change]:
    yield _judged(recorded, "RELEASED")


def _discarded(recorded: RecordedEvent) -> Iterable[Change]:
    yield _judged(recorded, "DISCARDED")
    yield _ended(recorded, BatchStatus.DISCARDED)


def _cancelled(recorded: RecordedEvent) -> Iterable[Change]:
    yield _judged(recorded, "CANCELLED")
    yield _ended(recorded, BatchStatus.CANCELLED)


def _refused(recorded: RecordedEvent) -> Iterable[Change]:
    yield _ended(recorded, BatchStatus.REFUSED, problem=recorded.event.problem)


def _applied(recorded: RecordedEvent) -> Iterable[Change]:
    yield _ended(recorded, BatchStatus.APPLIED, outcomes=recorded.event.outcomes, warned=recorded.event.warned)


def _tried(recorded: RecordedEvent) -> Iterable[Change]:
    yield _ended(recorded, BatchStatus.TRIED, outcomes=recorded.event.outcomes, warned=recorded.event.warned)


def _words_kept(recorded: RecordedEvent) -> Iterable[Change]:
    event: OfficeWordsKept = recorded.event
    said = {"office": office_key(event.divisions), "kept_at": recorded.occurred_at, "kept": event.kept}
    yield put(feed_words, department=event.department.value, kept_by=event.kept_by, **said)


ROWS: Final[RowsByEvent] = {
    BatchReceived: _received,
    BatchTaken: _received,
    BatchRead: _read,
    BatchReleased: _released,
    BatchReviewed: _stepped("REVIEWED"),
    BatchApproved: _stepped("APPROVED"),
    BatchDiscarded: _discarded,
    BatchCancelled: _cancelled,
    BatchRefused: _refused,
    BatchApplied: _applied,
    BatchTried: _tried,
    OfficeWordsKept: _words_kept,
    **dict.fromkeys((SenderKeyRegistered, SenderKeyConfirmed, SenderKeyRevoked), one_row(sender_keys, "key")),
}


def _batch_id(recorded: RecordedEvent) -> str:
    return recorded.stream_id.removeprefix("feed/")


def _judged(recorded: RecordedEvent, judgement: str) -> Change:
    event: BatchReleased | BatchDiscarded | BatchCancelled = recorded.event
    told = {"judgement": judgement, "judged_by": event.by, "judged_at": recorded.occurred_at}
    return put_of(event, feed_judgements, batch_id=_batch_id(recorded), **told)


def _ended(recorded: RecordedEvent, status: BatchStatus, **parts: Any) -> Change:
    said = {"problem": None, "outcomes": None, "warned": None, **parts}
    return put(feed_endings, batch_id=_batch_id(recorded), status=status.value, ended_at=recorded.occurred_at, **said)
