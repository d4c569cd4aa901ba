"""The questions about lines of batches: what became of each row, who is ended, and what waits to be applied."""

from datetime import date
from typing import Final

import msgspec

from identity.feeds.domain.lines import Line
from identity.feeds.domain.remarks import remark_of
from identity.intake.domain import ROWS_OF_A_SHEET
from kernel.writing.reads import Reads

_PENDING_SQL: Final = """
SELECT line, row, person_id, membership_id FROM feed_lines
WHERE batch_id = $1 AND outcome = 'PENDING' AND line > $2
  AND NOT EXISTS (SELECT FROM feed_endings WHERE batch_id = $1)
ORDER BY line LIMIT $3
"""
_OUTCOMES_SQL: Final = (
    "SELECT outcome, count(*) AS lines FROM feed_lines WHERE batch_id = $1 GROUP BY outcome ORDER BY outcome"
)
_WAITING_SQL: Final = "SELECT count(*) FROM feed_lines WHERE batch_id = $1 AND outcome = 'PENDING'"
_WARNED_SQL: Final = "SELECT count(*) FROM feed_lines WHERE batch_id = $1 AND outcome <> 'REFUSED' AND code IS NOT NULL"
_LINES_SQL: Final = f"""
SELECT l.line, l.row % {ROWS_OF_A_SHEET} AS row, l.outcome, l.code, l.detail, l.person_id,
       CASE WHEN jsonb_array_length(r.told->'sheets') > 1
            THEN r.told->'sheets'->>(l.row / {ROWS_OF_A_SHEET}) END AS sheet
FROM feed_lines l LEFT JOIN feed_readings r USING (batch_id)
WHERE l.batch_id = $1 AND l.line > $2 AND ($3::text IS NULL OR l.outcome = $3) ORDER BY l.line LIMIT $4
"""
_SEEN_SQL: Final = _LINES_SQL.replace("l.person_id,", "l.person_id, l.seen,", 1)
_BETWEEN_SQL: Final = """
SELECT line, outcome, code, detail FROM feed_lines
WHERE batch_id = $1 AND line BETWEEN $2 AND $3 AND row IS NOT NULL
"""
_ENDED_SQL: Final = """
SELECT l.line, l.outcome, l.code, l.detail, l.person_id, m.category, m.valid_from
FROM feed_lines l JOIN memberships m USING (membership_id)
WHERE l.batch_id = $1 AND l.line > $2 AND l.row IS NULL ORDER BY l.line LIMIT $3
"""


class LineAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one line. ``row`` counts within its sheet."""

    line: int
    row: int | None
    outcome: str
    code: str | None
    detail: str | None
    person_id: str | None
    #: The sheet that the row stands in, where a workbook has several.
    sheet: str | None
    #: What the clerk is told, in Chinese.
    remark: str | None = None


class SeenLine(LineAnswer, frozen=True, kw_only=True):
    """A line with what a dry run keeps of it, sealed."""

    seen: bytes | None


class LineOutcome(msgspec.Struct, frozen=True):
    """What became of one line, without whom it is about."""

    line: int
    outcome: str
    code: str | None
    detail: str | None


class EndedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A membership that a full list no longer names."""

    line: int
    outcome: str
    code: str | None
    detail: str | None
    person_id: str
    category: str
    valid_from: date


class LineQueries(Reads):
    """Reads of lines, each bounded."""

    async def lines(self, batch_id: str, after: int, outcome: str | None, limit: int) -> list[LineAnswer]:
        """Lines of a receipt in their order; ``row`` is a line's place in the file, None for what a full list ends."""
        found = await self.many(LineAnswer, _LINES_SQL, batch_id, after, outcome, limit)
        return [msgspec.structs.replace(line, remark=remark_of(line.code, line.detail)) for line in found]

    async def seen(self, batch_id: str, after: int, outcome: str | None, limit: int) -> list[SeenLine]:
        """The same with what is sealed of whom they are about."""
        return await self.many(SeenLine, _SEEN_SQL, batch_id, after, outcome, limit)

    async def between(self, batch_id: str, first: int, last: int) -> list[LineOutcome]:
        """What became of the rows from one number to another; of unchanged ones nothing is kept."""
        return await self.many(LineOutcome, _BETWEEN_SQL, batch_id, first, last)

    async def ended(self, batch_id: str, after: int, limit: int) -> list[EndedLine]:
        """The memberships that a full list no longer names."""
        return await self.many(EndedLine, _ENDED_SQL, batch_id, after, limit)

    async def pending(self, batch_id: str, after: int, limit: int) -> list[Line]:
        """The next lines behind ``after`` that wait to be applied."""
        return await self.many(Line, _PENDING_SQL, batch_id, after, limit)

    async def outcomes(self, batch_id: str) -> dict[str, int]:
        """How many lines of a batch came to what."""
        return {row["outcome"]: row["lines"] for row in await self.pool.fetch(_OUTCOMES_SQL, batch_id)}

    async def waiting(self, batch_id: str) -> int:
        """How many lines still wait."""
        found: int = await self.pool.fetchval(_WAITING_SQL, batch_id)
        return found

    async def warned(self, batch_id: str) -> int:
        """How many lines count and have a remark."""
        found: int = await self.pool.fetchval(_WARNED_SQL, batch_id)
        return found
