"""What hospitals still hold of patients' prepayments, settlement by settlement."""

from datetime import date
from typing import Final

from kernel.http import Wire, Yuan
from kernel.writing.reads import Reads

# Of persons' prepayments only those that stand open are looked into, and of these the person's journals.
_OPEN_SQL: Final = """
SELECT j.settlement_id, split_part(p.account, '/', 3) AS hospital_id, split_part(b.account, '/', 3) AS person_id,
       split_part(b.account, '/', 4) AS county, sum(p.amount_fen)::bigint AS left_fen, min(j.booked_on) AS since
FROM balances b JOIN journals j ON j.accounts @> ARRAY[b.account]
CROSS JOIN LATERAL unnest(j.accounts, j.amounts) AS p(account, amount_fen)
WHERE b.account >= 'payable/person/' AND b.account < 'payable/person0' AND b.debit_fen <> b.credit_fen
  AND b.account LIKE '%/PREPAID' AND split_part(b.account, '/', 4) LIKE ANY($2::text[])
  AND p.account LIKE 'receivable/hospital/%/PREPAID' AND ($1::text IS NULL OR split_part(p.account, '/', 3) = $1)
  AND j.settlement_id > $3
GROUP BY 1, 2, 3, 4 HAVING sum(p.amount_fen) > 0 ORDER BY 1 LIMIT $4
"""


class OpenRefund(Wire, frozen=True, kw_only=True):
    """What a hospital still has to give back to a patient for one settlement, and since when."""

    settlement_id: str
    hospital_id: str
    person_id: str
    county: str
    left_fen: Yuan
    since: date


class RefundQueries(Reads):
    """Read-only questions, each bounded."""

    async def open(self, hospital_id: str | None, counties: list[str], after: str, limit: int) -> list[OpenRefund]:
        """What is still held, of one hospital or of all, in the order of the settlements' ids."""
        return await self.many(OpenRefund.of_row, _OPEN_SQL, hospital_id, counties, after, limit)
