"""The questions that may be asked of refused payments, and of the bills that are to be refused."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import msgspec

from kernel.http import Wire, Yuan
from kernel.writing.database import Connection
from kernel.writing.reads import Reads
from settlement.payment_refusals.domain import Cancelled, CertifiedBill

_REFUSALS_SQL: Final = """
SELECT settlement_id, hospital_id, person_id, certification_id, visited_on, cancelled_from, refused_at, payers,
       amount_fen
FROM payment_refusals p WHERE ($1::text IS NULL OR hospital_id = $1) AND settlement_id > $2
  AND EXISTS (SELECT FROM settlements s WHERE s.settlement_id = p.settlement_id AND s.county LIKE ANY($4::text[]))
ORDER BY settlement_id LIMIT $3
"""
#: Bills in force whose certification is cancelled from the day of the visit or before, and that are not refused yet.
_AFFECTED_SQL: Final = """
SELECT b.settlement_id, b.encounter_id, b.person_id, b.hospital_id, b.county, b.certification_id, b.visited_on,
       b.payers, b.amount_fen, c.cancelled_from
FROM unnest($1::text[], $2::text[], $3::date[]) AS c(person_id, certification_id, cancelled_from)
JOIN certified_bills b ON b.person_id = c.person_id AND b.certification_id = c.certification_id
LEFT JOIN revocations r USING (settlement_id) LEFT JOIN payment_refusals f USING (settlement_id)
WHERE b.visited_on >= c.cancelled_from AND r.settlement_id IS NULL AND f.settlement_id IS NULL
ORDER BY b.settlement_id
"""


class RefusalRow(Wire, frozen=True, kw_only=True):
    """A visit whose money the hospital bears; the patient's result stands (AMB-D5)."""

    settlement_id: str
    hospital_id: str
    person_id: str
    certification_id: str
    visited_on: date
    cancelled_from: date
    refused_at: datetime
    payers: tuple[str, ...]
    amount_fen: Yuan


class RefusalQueries(Reads):
    """Questions about refused payments."""

    async def payment_refusals(
        self, hospital_id: str | None, counties: list[str], after: str, limit: int
    ) -> list[RefusalRow]:
        """Refused payments of one hospital, or of all, for people whose counties are like one of these."""
        return await self.many(RefusalRow.of_row, _REFUSALS_SQL, hospital_id, after, limit, counties)


async def affected_by(connection: Connection, cancelled: Sequence[Cancelled]) -> list[tuple[CertifiedBill, date]]:
    """The bills whose payment is to be refused, each with the day from which its certification does not hold."""
    columns = zip(*((c.person_id, c.certification_id, c.cancelled_from) for c in cancelled), strict=True)
    rows = await connection.fetch(_AFFECTED_SQL, *map(list, columns))
    return [(msgspec.convert(dict(row), CertifiedBill), row["cancelled_from"]) for row in rows]
