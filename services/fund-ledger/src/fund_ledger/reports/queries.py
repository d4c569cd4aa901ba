"""What the papers say: turnovers of bank accounts and funds of a month, a fund's flows, a statement's lines."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from fund_ledger.months.domain import after, last_day
from fund_ledger.reports.domain import Balanced, Claimed, ClinicVisits, Flow
from kernel.writing.reads import Reads

_BANKS_SQL: Final = """
SELECT split_part(a, '/', 3) AS fund,
       COALESCE(sum(debit_fen - credit_fen) FILTER (WHERE booked_on < $2), 0)::bigint AS opening_fen,
       COALESCE(sum(debit_fen) FILTER (WHERE booked_on >= $2), 0)::bigint AS came_in_fen,
       COALESCE(sum(credit_fen) FILTER (WHERE booked_on >= $2), 0)::bigint AS went_out_fen
FROM unnest($1::text[]) AS a LEFT JOIN day_sums d ON d.account = a AND d.booked_on <= $3 GROUP BY a ORDER BY a
"""
_FUNDS_SQL: Final = """
SELECT fund, COALESCE(sum(credit_fen - debit_fen) FILTER (WHERE month < $2), 0)::bigint AS opening_fen,
       COALESCE(sum(credit_fen) FILTER (WHERE month = $2), 0)::bigint AS came_in_fen,
       COALESCE(sum(debit_fen) FILTER (WHERE month = $2), 0)::bigint AS went_out_fen
FROM fund_flows WHERE county = $1 AND month <= $2 GROUP BY fund ORDER BY fund
"""
_FLOWS_SQL: Final = """
SELECT kind, source, payer, credit_fen AS given_fen, debit_fen AS borne_fen FROM fund_flows
WHERE county = $1 AND fund = $2 AND month = $3 ORDER BY kind, source, payer
"""
_CLAIMED_SQL: Final = """
SELECT * FROM (
  SELECT j.journal_id, j.kind, j.booked_on, j.settlement_id, (-sum(p.amount_fen))::bigint AS owed_fen
  FROM statement_journals s JOIN journals j USING (journal_id), unnest(j.accounts, j.amounts) AS p(account, amount_fen)
  WHERE s.statement_id = $1 AND p.account = s.account GROUP BY 1, 2, 3, 4
  UNION ALL
  SELECT 'deduction-' || number, lower(kind), $2::date, settlement_id, -amount_fen
  FROM statement_deductions WHERE statement_id = $1
) AS lines ORDER BY booked_on, journal_id
"""
_TRIAL_SQL: Final = """
SELECT split_part(account, '/', -1) AS fund, sum(debit_fen)::bigint AS debit_fen, sum(credit_fen)::bigint AS credit_fen,
       COALESCE(sum(debit_fen - credit_fen) FILTER (WHERE account LIKE 'bank/%'), 0)::bigint AS bank_fen,
       COALESCE(sum(debit_fen - credit_fen) FILTER (WHERE account LIKE 'receivable/%'), 0)::bigint AS receivable_fen,
       COALESCE(sum(credit_fen - debit_fen) FILTER (WHERE account LIKE 'fund/%'), 0)::bigint AS available_fen,
       COALESCE(sum(credit_fen - debit_fen) FILTER (WHERE account LIKE 'payable/%'), 0)::bigint AS owed_fen
FROM balances WHERE split_part(account, '/', -2) = $1 GROUP BY 1 ORDER BY 1
"""
# What was sent back is reported again, and stands in the report that is made then.
_CLINICS_SQL: Final = """
SELECT f.centre_id, c->>'clinic_id' AS clinic_id, f.route, f.status, (c->>'visits')::int AS visits, f.unit_fee_fen,
       (c->>'due_fen')::bigint AS due_fen, COALESCE((c->>'passed_fen')::bigint, 0) AS passed_fen
FROM consultation_fees f, jsonb_array_elements(f.clinics) AS c
WHERE f.county = $1 AND f.month = $2 AND f.status <> 'sent_back' ORDER BY 1, 2, f.fees_id LIMIT 20000
"""


class Moved(msgspec.Struct, frozen=True):
    """What moved on an account or fund in a month, in fen."""

    fund: str
    opening_fen: int
    came_in_fen: int
    went_out_fen: int


class ReportQueries(Reads):
    """Read-only questions, each bounded."""

    async def banks(self, county: str, funds: Sequence[str], month: date) -> list[Moved]:
        """The bank accounts of a county's funds over a month, by the days on which their entries count."""
        names = [f"bank/{county}/{fund}" for fund in sorted(funds)]
        return await self.many(Moved, _BANKS_SQL, names, month, last_day(month))

    async def funds(self, county: str, month: date) -> list[Moved]:
        """A county's funds over a month."""
        return await self.many(Moved, _FUNDS_SQL, county, month)

    async def flows(self, county: str, fund: str, month: date) -> list[Flow]:
        """What moved a fund in a month."""
        return await self.many(Flow, _FLOWS_SQL, county, fund, month)

    async def claimed(self, statement_id: str, month: date) -> list[Claimed]:
        """The lines of a hospital's statement and what was taken off it; a statement has a bounded number of them."""
        return await self.many(Claimed, _CLAIMED_SQL, statement_id, after(month))

    async def trial(self, county: str) -> list[Balanced]:
        """Both sides of the accounts of each fund of a county."""
        return await self.many(Balanced, _TRIAL_SQL, county)

    async def clinics(self, county: str, month: date) -> list[ClinicVisits]:
        """The consultation fees of a county's clinics in a month, by centre."""
        return await self.many(ClinicVisits, _CLINICS_SQL, county, month)
