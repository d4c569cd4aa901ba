"""What moved in a period: settlements, supplements, and what was taken back."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final

import msgspec

from kernel.values.china_time import CHINA
from kernel.values.divisions import counties_in, prefix_of
from kernel.writing.reads import Reads
from operations.periods.domain import Period
from operations.reports.domain.asked import Asked
from operations.reports.domain.ledgers import BillLine
from operations.reports.domain.summary import MoneyLine, SumLine

#: A sheet has room for more lines, a reader has not; a county's month is far below it.
LINES_MAX: Final = 60_000

# What is taken back goes with all its supplements. Each line says what it adds: a reversed one takes away.
_MOVED: Final = """
moved AS (
  SELECT b.settlement_id, 'NORMAL' AS status, b.settled_at AS at, 1 AS sign, b.payers, b.amounts, b.total_fen,
         b.compliant_fen, b.patient_pays_fen AS patient_fen, b.payout_fen
  FROM bills b WHERE b.county >= $1 AND b.county < $2 AND b.settled_at >= $3 AND b.settled_at < $4
  UNION ALL
  SELECT b.settlement_id, 'REVERSED', r.revoked_at, -1, b.payers, b.amounts, b.total_fen, b.compliant_fen,
         b.patient_pays_fen, b.payout_fen
  FROM bill_revocations r JOIN bills b USING (settlement_id)
  WHERE r.revoked_at >= $3 AND r.revoked_at < $4 AND b.county >= $1 AND b.county < $2
  UNION ALL
  SELECT s.settlement_id, 'SUPPLEMENT', s.supplemented_at, 1, s.payers, s.amounts, 0, 0, s.patient_fen, s.payout_fen
  FROM bill_supplements s
  WHERE s.county >= $1 AND s.county < $2 AND s.supplemented_at >= $3 AND s.supplemented_at < $4
  UNION ALL
  SELECT s.settlement_id, 'REVERSED', r.revoked_at, -1, s.payers, s.amounts, 0, 0, s.patient_fen, s.payout_fen
  FROM bill_revocations r JOIN bill_supplements s USING (settlement_id)
  WHERE r.revoked_at >= $3 AND r.revoked_at < $4 AND s.county >= $1 AND s.county < $2
)
"""
_LINES_SQL: Final = f"""
WITH {_MOVED}
SELECT m.settlement_id, m.status, (m.at AT TIME ZONE 'Asia/Shanghai')::date AS on, b.person_id,
       COALESCE(b.category, 'NONE') AS category, COALESCE(i.name, b.hospital_id) AS institution,
       COALESCE(b.level, i.level) AS level, b.encounter_kind, COALESCE(b.disease, b.diagnosis) AS diagnosis,
       b.admitted_on, b.discharged_on, m.sign * m.total_fen AS total_fen, m.sign * m.compliant_fen AS compliant_fen,
       m.sign * m.patient_fen AS patient_fen, m.sign AS sign, m.payers, m.amounts, y.year_fen
FROM moved m JOIN bills b USING (settlement_id) LEFT JOIN institutions i USING (hospital_id)
CROSS JOIN LATERAL (
  SELECT COALESCE(sum(g.fen), 0)::bigint AS year_fen FROM (
    SELECT o.settlement_id, o.payers, o.amounts, o.settled_at AS at FROM bills o
    WHERE o.person_id = b.person_id AND o.discharged_on >= date_trunc('year', b.discharged_on)
      AND o.discharged_on < date_trunc('year', b.discharged_on) + interval '1 year'
    UNION ALL
    SELECT o.settlement_id, s.payers, s.amounts, s.supplemented_at FROM bills o JOIN bill_supplements s
      ON s.settlement_id = o.settlement_id
    WHERE o.person_id = b.person_id AND o.discharged_on >= date_trunc('year', b.discharged_on)
      AND o.discharged_on < date_trunc('year', b.discharged_on) + interval '1 year'
  ) o CROSS JOIN LATERAL unnest(o.payers, o.amounts) AS g(payer, fen)
  WHERE g.payer = $5 AND o.at <= m.at AND NOT EXISTS (
    SELECT FROM bill_revocations r WHERE r.settlement_id = o.settlement_id AND r.revoked_at <= m.at)
) y
WHERE b.category = ANY($6::text[]) AND (cardinality($7::text[]) = 0 OR b.encounter_kind = ANY($7::text[]))
  AND $5 = ANY(m.payers)
  AND EXISTS (SELECT FROM unnest(m.payers, m.amounts) AS p(payer, fen) WHERE p.payer = $5 AND p.fen <> 0)
ORDER BY m.at, m.settlement_id, m.status, m.sign * m.total_fen LIMIT $8
"""
_SUMS_SQL: Final = f"""
WITH {_MOVED}, lines AS (
  SELECT m.*, COALESCE(b.category, 'NONE') AS category, b.encounter_kind, b.person_id
  FROM moved m JOIN bills b USING (settlement_id)
), paid AS (
  SELECT category, encounter_kind, jsonb_object_agg(payer, fen) AS paid_fen FROM (
    SELECT category, encounter_kind, p.payer, sum(l.sign * p.fen)::bigint AS fen
    FROM lines l CROSS JOIN LATERAL unnest(l.payers, l.amounts) AS p(payer, fen) GROUP BY 1, 2, 3
  ) by_payer GROUP BY 1, 2
)
SELECT l.category, l.encounter_kind, count(*) FILTER (WHERE status = 'NORMAL')
         - count(*) FILTER (WHERE status = 'REVERSED' AND total_fen <> 0) AS bills,
       count(DISTINCT person_id) FILTER (WHERE status = 'NORMAL') AS persons,
       sum(sign * total_fen)::bigint AS total_fen, sum(sign * patient_fen)::bigint AS patient_fen,
       sum(sign * payout_fen)::bigint AS payout_fen, COALESCE(paid.paid_fen, '{{}}')::text AS paid_fen
FROM lines l LEFT JOIN paid USING (category, encounter_kind)
GROUP BY l.category, l.encounter_kind, paid.paid_fen ORDER BY 1, 2
"""
_FIRST_SQL: Final = f"""
SELECT min((SELECT min(settled_at) FROM bills b WHERE b.county = c.county)) FROM {counties_in("bills", "$1")} c
"""
_FIRST_RECEIPT_SQL: Final = "SELECT min(booked_on) FROM receipts WHERE account >= $1 AND account < $2"
#: Grows with every message that was heard.
_HEARD_SQL: Final = "SELECT COALESCE(sum(last_pseq), 0)::text FROM inbox_cursor"
_RECEIPTS_SQL: Final = """
SELECT account, source, count(*) AS receipts, sum(amount_fen)::bigint AS amount_fen FROM receipts
WHERE account >= $1 AND account < $2 AND booked_on BETWEEN $3 AND $4 GROUP BY 1, 2 ORDER BY 1, 2 NULLS LAST
"""


class ReportQueries(Reads):
    """Read-only questions, each bounded by its period and place."""

    async def lines(self, asked: Asked, payer: str, categories: list[str], kinds: list[str]) -> list[BillLine]:
        """What moved in a period for a payer, in the order of the moments; one line more than a report may have."""
        return await self.over_lists(_line, _LINES_SQL, *_span(asked), payer, categories, kinds, LINES_MAX + 1)

    async def sums(self, asked: Asked) -> list[SumLine]:
        """What moved in a period, by category and kind of care."""

        def line(paid_fen: str, **columns: Any) -> SumLine:
            return SumLine(paid_fen=msgspec.json.decode(paid_fen, type=dict[str, int]), **columns)

        return await self.over_lists(line, _SUMS_SQL, *_span(asked))

    async def heard(self) -> int:
        """How much was heard: the same number is the same state of what others told."""
        return int(await self.text(_HEARD_SQL) or 0)

    async def first_settled(self, area: str) -> datetime | None:
        """When the first bill of a place was settled."""
        found: datetime | None = await self.pool.fetchval(_FIRST_SQL, [f"{prefix_of(area)}%"])
        return found

    async def first_received(self, county: str) -> date | None:
        """When the first money came into a county's funds."""
        found: date | None = await self.pool.fetchval(_FIRST_RECEIPT_SQL, *_funds_of(county))
        return found

    async def receipts(self, county: str, period: Period) -> list[MoneyLine]:
        """The money that came into a county's funds in a period, by fund and source."""
        return await self.many(MoneyLine, _RECEIPTS_SQL, *_funds_of(county), period.first, period.last)


def _line(sign: int, payers: list[str], amounts: list[int], **columns: Any) -> BillLine:
    paid = {payer: sign * fen for payer, fen in zip(payers, amounts, strict=True)}
    return msgspec.convert({**columns, "paid_fen": paid}, BillLine)


def _funds_of(county: str) -> tuple[str, str]:
    """From which account and before which the funds of a county lie."""
    return f"fund/{county}/", f"fund/{county}0"


def _span(asked: Asked) -> tuple[str, str, datetime, datetime]:
    """The codes of the place, and the moments from and before which the period lies in China."""
    period = asked.period
    return *_bounds(asked.area), _midnight(period.first), _midnight(period.last + timedelta(days=1))


def _bounds(area: str) -> tuple[str, str]:
    prefix = prefix_of(area)
    return prefix, prefix[:-1] + chr(ord(prefix[-1]) + 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, CHINA)
