"""What the events of a feed batch write into its tables."""

from collections.abc import Iterable

from identity.feeds.domain import feed
from identity.feeds.rows.tables import feed_batches, feed_endings, feed_judgements, feed_readings
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_tables import Change, put


def feed_changes(recorded: RecordedEvent) -> Iterable[Change]:
    """The rows of one event of a batch."""
    batch_id = recorded.stream_id.removeprefix("feed/")
    match recorded.event:
        case feed.BatchReceived(batch=batch):
            told = {name: getattr(batch, name) for name in batch.__struct_fields__}
            yield put(feed_batches, **told)
        case feed.BatchRead(counts=counts, held=held):
            yield put(feed_readings, batch_id=batch_id, held=held, counts=counts)
        case feed.BatchReleased(by=by, reason=reason):
            yield _judged(batch_id, "RELEASED", by, reason, recorded)
        case feed.BatchDiscarded(by=by, reason=reason):
            yield _judged(batch_id, "DISCARDED", by, reason, recorded)
            yield _ended(batch_id, feed.BatchStatus.DISCARDED, recorded)
        case feed.BatchRefused(problem=problem):
            yield _ended(batch_id, feed.BatchStatus.REFUSED, recorded, problem=problem)
        case feed.BatchApplied(outcomes=outcomes):
            yield _ended(batch_id, feed.BatchStatus.APPLIED, recorded, outcomes=outcomes)
        case _ as unknown:
            raise AssertionError(f"{type(unknown).__name__} is no event of a batch")


def _judged(batch_id: str, judgement: str, by: str, reason: str, recorded: RecordedEvent) -> Change:
    return put(
        feed_judgements,
        batch_id=batch_id,
        judgement=judgement,
        judged_by=by,
        judged_at=recorded.occurred_at,
        reason=reason,
    )


def _ended(
    batch_id: str,
    status: feed.BatchStatus,
    recorded: RecordedEvent,
    *,
    problem: feed.FileProblem | None = None,
    outcomes: dict[str, int] | None = None,
) -> Change:
    return put(
        feed_endings,
        batch_id=batch_id,
        status=status.value,
        ended_at=recorded.occurred_at,
        problem=problem,
        outcomes=outcomes,
    )
