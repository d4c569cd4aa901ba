"""The questions about feed batches: how far, what became of each row, and how late departments are."""

from datetime import datetime
from typing import Any, Final

import msgspec

from kernel.running.runtime import Runtime

# The status follows from which of the tables know the batch.
_BATCHES: Final = """
SELECT b.batch_id, b.department, b.number, b.kind, b.category, b.area, b.as_of, b.received_at, b.sent_by, b.media_type,
       b.size, b.sha256, b.file_name,
       CASE WHEN e.batch_id IS NOT NULL THEN e.status
            WHEN r.batch_id IS NULL THEN 'RECEIVED'
            WHEN r.held AND j.batch_id IS NULL THEN 'HELD' ELSE 'APPLYING' END AS status,
       r.counts, e.problem, e.outcomes, e.ended_at, j.judged_by, j.reason,
       coalesce(p.rows_read, 0) AS rows_read, coalesce(p.lines_applied, 0) AS lines_applied, b.divisions
FROM feed_batches b
LEFT JOIN feed_readings r USING (batch_id) LEFT JOIN feed_endings e USING (batch_id)
LEFT JOIN feed_judgements j USING (batch_id) LEFT JOIN feed_progress p USING (batch_id)
"""
_ONE_SQL: Final = f"{_BATCHES} WHERE b.department = $1 AND b.number = $2"
_LIST_SQL: Final = f"""{_BATCHES} WHERE b.department = $1
  AND ($2::text IS NULL OR (b.received_at, b.batch_id) <
       ((SELECT received_at FROM feed_batches WHERE batch_id = $2), $2))
  AND ($4::text[] IS NULL
       OR b.divisions IS NOT NULL AND NOT EXISTS (SELECT FROM unnest(b.divisions) d WHERE NOT d LIKE ANY($4)))
ORDER BY b.received_at DESC, b.batch_id DESC LIMIT $3
"""
_LINES_SQL: Final = """
SELECT line, row, outcome, code, detail, person_id FROM feed_lines
WHERE batch_id = $1 AND line > $2 AND ($3::text IS NULL OR outcome = $3) ORDER BY line LIMIT $4
"""
_LATENESS_SQL: Final = """
SELECT department, to_char(received_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month, count(*) AS batches,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY hours) AS median_hours, max(hours) AS max_hours
FROM (SELECT department, received_at, floor(extract(epoch FROM received_at - as_of) / 3600)::int AS hours
      FROM feed_batches) b
GROUP BY 1, 2 ORDER BY 2 DESC, 1 LIMIT 200
"""


class BatchRow(msgspec.Struct, frozen=True):
    """A batch as it stands."""

    batch_id: str
    department: str
    number: str
    kind: str
    category: str | None
    area: str | None
    as_of: datetime
    received_at: datetime
    sent_by: str
    media_type: str
    size: int
    sha256: str
    file_name: str | None
    status: str
    counts: dict[str, int] | None
    problem: dict[str, Any] | None
    outcomes: dict[str, int] | None
    ended_at: datetime | None
    judged_by: str | None
    judged_because: str | None
    rows_read: int
    lines_applied: int
    divisions: list[str] | None


class LineRow(msgspec.Struct, frozen=True):
    """The receipt of one line; ``row`` is its place in the file, None for what a full list ends."""

    line: int
    row: int | None
    outcome: str
    code: str | None
    detail: str | None
    person_id: str | None


class LatenessRow(msgspec.Struct, frozen=True):
    """How long a department's files of a month took from the day they speak for to their receipt, in whole hours."""

    department: str
    month: str
    batches: int
    median_hours: int
    max_hours: int


class FeedQueries:
    """Reads of the feed tables, each bounded."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def batch(self, department: str, number: str) -> BatchRow | None:
        """One batch of a department."""
        row = await self._runtime.store.pool.fetchrow(_ONE_SQL, department, number)
        return None if row is None else _batch(row)

    async def batches(
        self, department: str, divisions: list[str] | None, after: str | None, limit: int
    ) -> list[BatchRow]:
        """A department's batches, the newest first; only those sent for divisions that are like one of these."""
        rows = await self._runtime.store.pool.fetch(_LIST_SQL, department, after, limit, divisions)
        return [_batch(row) for row in rows]

    async def lines(self, batch_id: str, after: int, outcome: str | None, limit: int) -> list[LineRow]:
        """Lines of a receipt in their order."""
        rows = await self._runtime.store.pool.fetch(_LINES_SQL, batch_id, after, outcome, limit)
        return [LineRow(*row) for row in rows]

    async def lateness(self) -> list[LatenessRow]:
        """Lateness by department and month, the newest month first."""
        return [LatenessRow(*row) for row in await self._runtime.store.pool.fetch(_LATENESS_SQL)]


def _batch(row: Any) -> BatchRow:
    values = list(row)
    for name in ("counts", "problem", "outcomes"):
        place = BatchRow.__struct_fields__.index(name)
        values[place] = None if values[place] is None else msgspec.json.decode(values[place])
    return BatchRow(*values)
