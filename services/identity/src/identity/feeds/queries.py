"""The questions about feed batches: how far, what became of each row, how late departments are, and what waits."""

from datetime import datetime
from typing import Any, Final

import msgspec

from identity.feeds.domain.feed import Batch
from identity.feeds.domain.lines import Barrier, Line, prefix_of_area
from identity.intake.queries import file_as
from identity.persons.domain.categories import Category
from identity.persons.domain.statement import stated_at
from kernel.writing.reads import Reads

# The status follows from which of the tables know the batch.
_BATCHES: Final = """
SELECT b.batch_id, b.department, b.number, b.kind, b.category, b.area, b.as_of, b.received_at, b.sent_by, b.media_type,
       b.size, b.sha256, b.file_name,
       CASE WHEN e.batch_id IS NOT NULL THEN e.status
            WHEN r.batch_id IS NULL THEN 'RECEIVED'
            WHEN r.held AND j.batch_id IS NULL THEN 'HELD' ELSE 'APPLYING' END AS status,
       r.counts, e.problem, e.outcomes, e.ended_at, j.judged_by,
       j.reason AS judged_because,
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
_LATENESS_SQL: Final = """
SELECT department, to_char(received_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month, count(*) AS batches,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY hours) AS median_hours, max(hours) AS max_hours
FROM (SELECT department, received_at, floor(extract(epoch FROM received_at - as_of) / 3600)::int AS hours
      FROM feed_batches) b
GROUP BY 1, 2 ORDER BY 2 DESC, 1 LIMIT 200
"""
#: Whose turn it is.
NEXT_SQL: Final = """
SELECT b.batch_id FROM feed_batches b
LEFT JOIN feed_endings e USING (batch_id) LEFT JOIN feed_readings r USING (batch_id)
LEFT JOIN feed_judgements j USING (batch_id)
WHERE e.batch_id IS NULL AND (r.batch_id IS NULL OR NOT r.held OR j.judgement = 'RELEASED')
ORDER BY b.received_at, b.batch_id LIMIT 1
"""
_BARRIERS_SQL: Final = """
SELECT b.category, b.area, b.as_of, b.number FROM feed_batches b JOIN feed_endings e USING (batch_id)
WHERE b.department = $1 AND b.kind = 'full' AND e.status = 'APPLIED' AND b.batch_id <> $2
"""
_PENDING_SQL: Final = """
SELECT line, row, person_id, membership_id FROM feed_lines
WHERE batch_id = $1 AND outcome = 'PENDING' ORDER BY line LIMIT $2
"""
_OUTCOMES_SQL: Final = (
    "SELECT outcome, count(*) AS lines FROM feed_lines WHERE batch_id = $1 GROUP BY outcome ORDER BY outcome"
)


class FeedBatchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A batch: what was sent, where it is, and what it came to."""

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


class LineAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one line."""

    line: int
    row: int | None
    outcome: str
    code: str | None
    detail: str | None
    person_id: str | None


class LatenessAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Hours from the moment that files speak for to their receipt."""

    department: str
    month: str
    batches: int
    median_hours: int
    max_hours: int


#: All that a line of a receipt says is a column of ``feed_lines``.
_LINES_SQL: Final = f"""
SELECT {", ".join(LineAnswer.__struct_fields__)} FROM feed_lines
WHERE batch_id = $1 AND line > $2 AND ($3::text IS NULL OR outcome = $3) ORDER BY line LIMIT $4
"""


class FeedQueries(Reads):
    """Reads of the feed tables, each bounded."""

    async def batch(self, department: str, number: str) -> FeedBatchAnswer | None:
        """One batch of a department."""
        return await self.one(file_as(FeedBatchAnswer), _ONE_SQL, department, number)

    async def batches(
        self, department: str, divisions: list[str] | None, after: str | None, limit: int
    ) -> list[FeedBatchAnswer]:
        """A department's batches, the newest first; only those sent for divisions that are like one of these."""
        return await self.many(file_as(FeedBatchAnswer), _LIST_SQL, department, after, limit, divisions)

    async def lines(self, batch_id: str, after: int, outcome: str | None, limit: int) -> list[LineAnswer]:
        """Lines of a receipt in their order; ``row`` is a line's place in the file, None for what a full list ends."""
        return await self.many(LineAnswer, _LINES_SQL, batch_id, after, outcome, limit)

    async def lateness(self) -> list[LatenessAnswer]:
        """How long departments' files took from the moment they speak for to their receipt, the newest month first."""
        return await self.many(LatenessAnswer, _LATENESS_SQL)

    async def pending(self, batch_id: str, limit: int) -> list[Line]:
        """The next lines that wait to be applied."""
        return await self.many(Line, _PENDING_SQL, batch_id, limit)

    async def outcomes(self, batch_id: str) -> dict[str, int]:
        """How many lines of a batch came to what."""
        return {row["outcome"]: row["lines"] for row in await self.pool.fetch(_OUTCOMES_SQL, batch_id)}

    async def barriers(self, batch: Batch) -> list[Barrier]:
        """The full lists of the batch's department that were applied."""
        rows = await self.pool.fetch(_BARRIERS_SQL, batch.department, batch.batch_id)
        return [
            Barrier(Category(row["category"]), prefix_of_area(row["area"]), stated_at(row["as_of"], row["number"]))
            for row in rows
        ]
