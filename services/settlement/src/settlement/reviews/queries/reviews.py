"""The questions that operators may ask of review items."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from kernel.http import SignedYuan, Wire
from kernel.writing.reads import Reads
from settlement.reviews.domain.events import ReviewEvent
from settlement.reviews.domain.finding import Finding

_REVIEW_COLUMNS: Final = """
SELECT v.review_id, t.state, t.since, v.person_id, v.area, v.year, v.county, v.settlement_id, v.identity_revision,
       v.noticed_at, v.patient_fen AS patient_change_fen, v.payout_fen AS payout_change_fen, t.decision, t.proposed_by
"""
_REVIEWS_SQL: Final = f"""
{_REVIEW_COLUMNS} FROM review_states t JOIN reviews v USING (review_id)
WHERE t.state = $1 AND t.review_id > $2 AND v.county LIKE ANY($4::text[]) ORDER BY t.review_id LIMIT $3
"""
_REVIEW_SQL: Final = (
    f"{_REVIEW_COLUMNS}, v.finding FROM review_states t JOIN reviews v USING (review_id) WHERE review_id = $1"
)
_OF_SETTLEMENT_SQL: Final = f"""
{_REVIEW_COLUMNS} FROM reviews v JOIN review_states t USING (review_id)
WHERE v.person_id = ANY($2::text[]) AND v.settlement_id = $1
ORDER BY v.noticed_at, review_id LIMIT 100
"""
_COUNTY_SQL: Final = "SELECT county FROM reviews WHERE review_id = $1"


class ReviewRow(Wire, frozen=True, kw_only=True):
    """A review item in a list; changes are what the patient pays or gets now less what it was."""

    review_id: str
    state: str
    since: datetime
    person_id: str
    area: str
    year: int
    county: str
    settlement_id: str
    identity_revision: int
    noticed_at: datetime
    patient_change_fen: SignedYuan
    payout_change_fen: SignedYuan
    decision: str | None
    proposed_by: str | None


class ReviewOnFile(msgspec.Struct, frozen=True):
    """A review item, its finding, and everything that happened to it."""

    item: ReviewRow
    finding: Finding
    history: Sequence[ReviewEvent]


class ReviewQueries(Reads):
    """Questions about review items."""

    async def county_of_review(self, review_id: str) -> str | None:
        """The person's county; None for no review item."""
        return await self.text(_COUNTY_SQL, review_id)

    async def reviews(self, state: str, counties: list[str], after: str, limit: int) -> list[ReviewRow]:
        """Review items in a state, of people whose counties are like one of these, in order of their ids."""
        return await self.many(ReviewRow.of_row, _REVIEWS_SQL, state, after, limit, counties)

    async def of_settlement(self, settlement_id: str, records: list[str]) -> list[ReviewRow]:
        """The review items that a settlement has had, the oldest first; ``records`` are the person's and its year's."""
        return await self.many(ReviewRow.of_row, _OF_SETTLEMENT_SQL, settlement_id, records)

    async def review(self, review_id: str) -> ReviewOnFile | None:
        """A review item whole; None where there is none."""
        row = await self.pool.fetchrow(_REVIEW_SQL, review_id)
        if row is None:
            return None
        columns = dict(row)
        finding = msgspec.json.decode(columns.pop("finding"), type=Finding)
        _, history = await self.store.load(f"review/{review_id}")
        return ReviewOnFile(ReviewRow.of_row(**columns), finding, history)
