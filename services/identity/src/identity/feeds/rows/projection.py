"""What the events of a feed batch write into its tables."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from identity.feeds.domain.feed import (
    BatchApplied,
    BatchDiscarded,
    BatchRead,
    BatchReceived,
    BatchRefused,
    BatchReleased,
    BatchStatus,
)
from identity.feeds.rows.tables import feed_batches, feed_endings, feed_judgements, feed_readings
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put


def _received(recorded: RecordedEvent) -> Iterable[Change]:
    yield put(feed_batches, **msgspec.structs.asdict(recorded.event.batch))


def _read(recorded: RecordedEvent) -> Iterable[Change]:
    event: BatchRead = recorded.event
    yield put(feed_readings, batch_id=_batch_id(recorded), held=event.held, counts=event.counts)


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
    BatchReceived: _received,
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
    return put(
        feed_judgements,
        batch_id=_batch_id(recorded),
        judgement=judgement,
        judged_by=event.by,
        judged_at=recorded.occurred_at,
        reason=event.reason,
    )


def _ended(recorded: RecordedEvent, status: BatchStatus, **parts: Any) -> Change:
    said = {"problem": None, "outcomes": None, **parts}
    return put(feed_endings, batch_id=_batch_id(recorded), status=status.value, ended_at=recorded.occurred_at, **said)
