"""The questions about payment lists: which there are, how far each is, what its rows came to, and which one counts."""

from datetime import date, datetime
from typing import Any, Final

import msgspec

from identity.comparison.domain.payment_row import PaymentOutcome
from identity.intake.queries import file_as
from kernel.http import Wire, Yuan
from kernel.values.divisions import around
from kernel.writing.reads import Reads

_LISTS: Final = """
SELECT p.list_id, p.area, p.month, p.as_of, p.received_at, p.sent_by, p.media_type, p.size, p.sha256, p.file_name,
       COALESCE(e.status, 'RECEIVED') AS status, e.problem, e.outcomes, e.ended_at,
       COALESCE(f.rows_read, 0) AS rows_read, COALESCE(f.lines_applied, 0) AS rows_noted,
       e.status IS NOT DISTINCT FROM 'APPLIED' AND NOT EXISTS (
         SELECT FROM payment_lists n JOIN payment_list_ends m USING (list_id)
         WHERE m.status = 'APPLIED' AND n.month = p.month AND n.area = p.area
           AND (n.as_of, n.received_at, n.list_id) > (p.as_of, p.received_at, p.list_id)) AS counts
FROM payment_lists p LEFT JOIN payment_list_ends e USING (list_id) LEFT JOIN feed_progress f ON f.batch_id = p.list_id
"""
_ONE_SQL: Final = f"{_LISTS} WHERE p.list_id = $1"
_PAGE_SQL: Final = f"""{_LISTS}
WHERE p.area LIKE ANY($1::text[]) AND ($2::text IS NULL OR p.month = $2)
  AND ($3::text IS NULL OR (p.received_at, p.list_id) <
       ((SELECT received_at FROM payment_lists WHERE list_id = $3), $3))
ORDER BY p.received_at DESC, p.list_id DESC LIMIT $4
"""
_ROWS_SQL: Final = """
SELECT row, outcome, person_id, area, year, paid_on, amount_fen, name, code, detail FROM payments
WHERE list_id = $1 AND row > $2 AND ($3::text IS NULL OR outcome = $3) ORDER BY row LIMIT $4
"""
_COUNTING_SQL: Final = """
SELECT p.list_id FROM payment_lists p JOIN payment_list_ends e USING (list_id)
WHERE e.status = 'APPLIED' AND p.month = $1 AND p.area = ANY($2::text[])
ORDER BY p.as_of DESC, p.received_at DESC, p.list_id DESC LIMIT 1
"""


#: Whose turn it is; all lists are in one lane.
NEXT_SQL: Final = """
SELECT p.list_id FROM payment_lists p LEFT JOIN payment_list_ends e USING (list_id)
WHERE $1::text IS NOT NULL AND p.list_id <> ALL($2::text[]) AND e.list_id IS NULL
ORDER BY p.received_at, p.list_id LIMIT 1
"""
_LAST_ROW_SQL: Final = "SELECT coalesce(max(last_row), 0) FROM payment_groups WHERE list_id = $1"
_OUTCOMES_SQL: Final = """
SELECT outcome, count(*)::int AS rows FROM payments WHERE list_id = $1 GROUP BY outcome
UNION ALL SELECT 'UNMARKED', sum(unmarked)::int FROM payment_groups WHERE list_id = $1 HAVING sum(unmarked) > 0
"""


class PaymentListAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A list: what was sent, how far it is, what it came to; ``counts`` where comparisons of area and month use it."""

    list_id: str
    area: str
    month: str
    as_of: datetime
    received_at: datetime
    sent_by: str
    media_type: str
    size: int
    sha256: str
    file_name: str | None
    status: str
    problem: dict[str, Any] | None
    outcomes: dict[str, int] | None
    ended_at: datetime | None
    rows_read: int
    rows_noted: int
    counts: bool


class PaymentAnswer(Wire, frozen=True):
    """What a row came to. Without ``person_id`` nobody here has the number: the sender finds the row in the file."""

    row: int
    outcome: str
    person_id: str | None
    area: str | None
    year: int | None
    paid_on: date | None
    amount_fen: Yuan | None
    name: str | None
    code: str | None
    detail: str | None


class PaymentListQueries(Reads):
    """Reads of the payment lists, each bounded."""

    async def list_of(self, list_id: str) -> PaymentListAnswer | None:
        """The list of this id."""
        return await self.one(file_as(PaymentListAnswer), _ONE_SQL, list_id)

    async def lists(
        self, areas: list[str], month: str | None, after: str | None, limit: int
    ) -> list[PaymentListAnswer]:
        """The lists that were sent of areas whose codes are like one of these, the newest first."""
        return await self.many(file_as(PaymentListAnswer), _PAGE_SQL, areas, month, after, limit)

    async def rows(self, list_id: str, after: int, outcome: str | None, limit: int) -> list[PaymentAnswer]:
        """Rows of a list in their order, but for strangers who are not marked as poor: these are only counted."""
        return await self.many(PaymentAnswer.of_row, _ROWS_SQL, list_id, after, outcome, limit)

    async def counting(self, area: str, month: str) -> str | None:
        """The list on which a comparison rests: the newest of the month for the area, or for one that it is part of."""
        found: str | None = await self.pool.fetchval(_COUNTING_SQL, month, list(around(area)))
        return found

    async def last_noted(self, list_id: str) -> int:
        """The last row of a list that was noted; 0 where none was."""
        found: int = await self.pool.fetchval(_LAST_ROW_SQL, list_id)
        return found

    async def outcomes(self, list_id: str) -> dict[str, int]:
        """How many rows of a list came to what, in the order in which outcomes are told."""
        rows = dict.fromkeys((outcome.value for outcome in PaymentOutcome), 0)
        for row in await self.pool.fetch(_OUTCOMES_SQL, list_id):
            rows[row["outcome"]] += row["rows"]
        return {outcome: counted for outcome, counted in rows.items() if counted}
