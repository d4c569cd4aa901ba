"""The questions about feed batches: how far each is, how late departments are, and whose turn it is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from identity.feeds.domain.batch import Batch
from identity.feeds.domain.lines import Barrier, prefix_of_area
from identity.feeds.domain.offices import NO_WORDS, OfficeWords, office_key
from identity.intake.queries import file_as
from identity.persons.domain.categories import Category, Group
from identity.persons.domain.statement import stated_at
from kernel.values.china_time import china_date
from kernel.writing.reads import Reads

# The status follows from which of the tables know the batch.
_BATCHES: Final = """
SELECT b.batch_id, b.department, b.number, b.kind, b.category, b.area, b.as_of, b.received_at, b.sent_by, b.media_type,
       b.size, b.sha256, b.file_name,
       CASE WHEN e.batch_id IS NOT NULL THEN e.status
            WHEN r.batch_id IS NULL THEN 'RECEIVED'
            WHEN b.approval AND a.batch_id IS NULL AND v.batch_id IS NULL THEN 'ENTERED'
            WHEN b.approval AND a.batch_id IS NULL THEN 'REVIEWED'
            WHEN r.held AND j.batch_id IS NULL AND b.course IS DISTINCT FROM 'TRIAL' AND b.approval IS NOT TRUE
            THEN 'HELD' ELSE 'APPLYING' END AS status,
       r.counts, e.problem, e.outcomes, e.ended_at, j.judged_by,
       j.reason AS judged_because,
       coalesce(p.rows_read, 0) AS rows_read, coalesce(p.lines_applied, 0) AS lines_applied, b.divisions, b."group",
       r.told->'notices' AS notices, r.told->'sheets' AS sheets, r.told->'groups' AS groups,
       b.course, e.warned, r.held AS would_wait, b.approval, b.undoes, b.because,
       v.by AS reviewed_by, a.by AS approved_by
FROM feed_batches b
LEFT JOIN feed_readings r USING (batch_id) LEFT JOIN feed_endings e USING (batch_id)
LEFT JOIN feed_judgements j USING (batch_id) LEFT JOIN feed_progress p USING (batch_id)
LEFT JOIN feed_steps v ON v.batch_id = b.batch_id AND v.step = 'REVIEWED'
LEFT JOIN feed_steps a ON a.batch_id = b.batch_id AND a.step = 'APPROVED'
"""
_ONE_SQL: Final = f"{_BATCHES} WHERE b.department = $1 AND b.number = $2"
_LIST_SQL: Final = f"""{_BATCHES} WHERE b.department = $1
  AND ($2::text IS NULL OR (b.received_at, b.batch_id) <
       ((SELECT received_at FROM feed_batches WHERE batch_id = $2), $2))
  AND ($4::text[] IS NULL
       OR b.divisions IS NOT NULL AND NOT EXISTS (SELECT FROM unnest(b.divisions) d WHERE NOT d LIKE ANY($4)))
ORDER BY b.received_at DESC, b.batch_id DESC LIMIT $3
"""
_LAST_SQL: Final = """
SELECT b.number, b.as_of, r.counts, e.outcomes, e.warned
FROM feed_batches t JOIN feed_batches b USING (department)
JOIN feed_endings e ON e.batch_id = b.batch_id JOIN feed_readings r ON r.batch_id = b.batch_id
WHERE t.batch_id = $1 AND b.batch_id <> t.batch_id AND e.status = 'APPLIED' AND b.undoes IS NULL AND b.as_of <= t.as_of
  AND (b.kind, b.category, b.area, b."group", b.divisions)
      IS NOT DISTINCT FROM (t.kind, t.category, t.area, t."group", t.divisions)
ORDER BY b.as_of DESC, b.received_at DESC LIMIT 1
"""
_UNDONE_BY_SQL: Final = """
SELECT u.number FROM feed_batches u JOIN feed_endings n USING (batch_id)
WHERE u.department = $1 AND u.undoes = $2 AND n.status = 'APPLIED' LIMIT 1
"""
_CHANGING_SQL: Final = """
SELECT (counts->>'changing')::int + (counts->>'ending')::int FROM feed_readings WHERE batch_id = $1
"""
_LATENESS_SQL: Final = """
SELECT department, to_char(received_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month, count(*) AS batches,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY hours) AS median_hours, max(hours) AS max_hours
FROM (SELECT department, received_at, floor(extract(epoch FROM received_at - as_of) / 3600)::int AS hours
      FROM feed_batches WHERE course IS DISTINCT FROM 'TRIAL') b
GROUP BY 1, 2 ORDER BY 2 DESC, 1 LIMIT 200
"""
#: Whose turn it is in a department, whose files count in the order of their receipt.
NEXT_SQL: Final = """
SELECT b.batch_id FROM feed_batches b
LEFT JOIN feed_endings e USING (batch_id) LEFT JOIN feed_readings r USING (batch_id)
LEFT JOIN feed_judgements j USING (batch_id)
WHERE b.department = $1 AND b.batch_id <> ALL($2::text[])
  AND e.batch_id IS NULL   AND (r.batch_id IS NULL OR b.course = 'TRIAL'
       OR CASE WHEN b.approval
          THEN EXISTS (SELECT FROM feed_steps a WHERE a.batch_id = b.batch_id AND a.step = 'APPROVED')
          ELSE NOT r.held OR j.judgement = 'RELEASED' END)
ORDER BY b.received_at, b.batch_id LIMIT 1
"""
_BARRIERS_SQL: Final = """
SELECT b.category, b.area, b.as_of, b.received_at, b.number, r.told->'groups' AS groups
FROM feed_batches b JOIN feed_endings e USING (batch_id) JOIN feed_readings r USING (batch_id)
WHERE b.department = $1 AND b.kind = 'full' AND e.status = 'APPLIED' AND b.batch_id <> $2
  AND NOT EXISTS (SELECT FROM feed_batches u JOIN feed_endings n USING (batch_id)
                  WHERE u.department = b.department AND u.undoes = b.number AND n.status = 'APPLIED')
"""
_WORDS_SQL: Final = """
SELECT kept FROM feed_words WHERE department = $1 AND office = $2 AND kept_at <= $3 ORDER BY kept_at DESC LIMIT 1
"""


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
    group: str | None
    notices: list[dict[str, Any]] | None
    sheets: list[str] | None
    groups: list[str] | None
    #: TRIAL for a dry run, of which nothing is applied.
    course: str | None
    #: Lines that count and have a remark.
    warned: int | None
    #: Whether it must, or of a dry run would, wait for another person.
    would_wait: bool | None
    #: Whether three people handle it, and who took the second and the third step.
    approval: bool | None
    reviewed_by: str | None
    approved_by: str | None
    #: The batch that it takes back, and why.
    undoes: str | None
    because: str | None
    #: The batch that took it back; where one batch is asked for.
    undone_by: str | None = None
    #: The last list of the same kind, category, area and group that was applied; where one batch is asked for.
    last: "LastBatch | None" = None


class LastBatch(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of an earlier batch, to be held against those of a later one."""

    number: str
    as_of: datetime
    counts: dict[str, int] | None
    outcomes: dict[str, int] | None
    warned: int | None


class LatenessAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Hours from the moment that files speak for to their receipt."""

    department: str
    month: str
    batches: int
    median_hours: int
    max_hours: int


class FeedQueries(Reads):
    """Reads of the feed tables, each bounded."""

    async def batch(self, department: str, number: str) -> FeedBatchAnswer | None:
        """One batch of a department."""
        return await self.one(file_as(FeedBatchAnswer), _ONE_SQL, department, number)

    async def whole(self, batch: FeedBatchAnswer) -> FeedBatchAnswer:
        """A batch with what others say of it: the last one of its kind before it, and the one that took it back."""
        last = await self.one(file_as(LastBatch), _LAST_SQL, batch.batch_id)
        undone_by = await self.text(_UNDONE_BY_SQL, batch.department, batch.number)
        return msgspec.structs.replace(batch, last=last, undone_by=undone_by)

    async def changing(self, batch_id: str) -> int:
        """How many lines of a batch change something, or may."""
        found: int = await self.pool.fetchval(_CHANGING_SQL, batch_id)
        return found

    async def batches(
        self, department: str, divisions: list[str] | None, after: str | None, limit: int
    ) -> list[FeedBatchAnswer]:
        """A department's batches, the newest first; only those sent for divisions that are like one of these."""
        return await self.many(file_as(FeedBatchAnswer), _LIST_SQL, department, after, limit, divisions)

    async def lateness(self) -> list[LatenessAnswer]:
        """How long departments' files took from the moment they speak for to their receipt, the newest month first."""
        return await self.many(LatenessAnswer, _LATENESS_SQL)

    async def words(self, department: str, divisions: Sequence[str] | None, at: datetime) -> OfficeWords:
        """How an office wrote at a moment."""
        kept = await self.pool.fetchval(_WORDS_SQL, department, office_key(divisions), at)
        return NO_WORDS if kept is None else msgspec.json.decode(kept, type=OfficeWords)

    async def barriers(self, batch: Batch) -> list[Barrier]:
        """The full lists of the batch's department that were applied."""
        rows = await self.pool.fetch(_BARRIERS_SQL, batch.department, batch.batch_id)
        return [
            Barrier(
                Category(row["category"]),
                prefix_of_area(row["area"]),
                stated_at(row["as_of"], row["number"], row["received_at"]),
                _groups(row["groups"]),
                china_date(row["as_of"]),
            )
            for row in rows
        ]


def _groups(told: str | None) -> frozenset[Group] | None:
    """The groups that a list was bound to, as they are kept."""
    return None if told is None else msgspec.json.decode(told, type=frozenset[Group] | None)
