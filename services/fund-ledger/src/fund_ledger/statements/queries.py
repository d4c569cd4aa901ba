"""Questions about hospitals' statements: what is on none yet, how they stand, what each hospital waits for."""

from collections.abc import Iterable
from datetime import date
from typing import Final

import msgspec

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.refused_payment import DEDUCTION
from fund_ledger.months.domain import last_day
from fund_ledger.payments.domain.moved import RETURN, STATEMENT_PAYMENT
from fund_ledger.statements.domain.statement import JOURNALS_MAX, Statement, Unbilled
from kernel.http import SignedYuan, Wire, Yuan
from kernel.writing.reads import Reads, checked

#: What settles a statement, or takes off it, is on none; what was paid by itself is, so that it is not claimed again.
_NOT_BILLED: Final = (STATEMENT_PAYMENT, DEDUCTION)
_TO_BE_BILLED: Final = f"""
NOT EXISTS (SELECT FROM statement_journals s WHERE s.account = e.account AND s.journal_id = e.journal_id)
  AND (e.kind <> '{RETURN}' OR NOT EXISTS (
    SELECT FROM journals j JOIN journals p ON p.journal_id = j.corrects
    WHERE j.journal_id = e.journal_id AND p.kind = '{STATEMENT_PAYMENT}'))
"""
#: As long as what is on none, however many years the account has.
_UNBILLED_SQL: Final = f"""
SELECT e.journal_id, (-sum(e.amount_fen))::bigint AS owed_fen
FROM unbilled_entries u JOIN entries e USING (account, booked_on, journal_id)
WHERE u.account = $1 AND u.booked_on <= $2 AND e.kind <> ALL($3::text[]) AND {_TO_BE_BILLED}
GROUP BY e.journal_id ORDER BY min(e.booked_on), e.journal_id LIMIT $4
"""
# Goes from hospital to hospital by the key, and at each through the county's accounts alone, however many others and
# however many entries there are: each statement asks it.
_UNDRAWN_SQL: Final = f"""
WITH RECURSIVE h AS (
  (SELECT split_part(account, '/', 3) AS id FROM unbilled_entries WHERE account > 'payable/hospital/'
   ORDER BY account LIMIT 1)
  UNION ALL
  SELECT (SELECT split_part(u.account, '/', 3) FROM unbilled_entries u
          WHERE u.account >= 'payable/hospital/' || h.id || '0' ORDER BY u.account LIMIT 1)
  FROM h WHERE h.id IS NOT NULL
), county AS (SELECT 'payable/hospital/' || id || '/' || $1 AS prefix FROM h WHERE id IS NOT NULL
), a AS (
  SELECT prefix, (SELECT u.account FROM unbilled_entries u
                  WHERE u.account > prefix || '/' AND u.account < prefix || '0' ORDER BY u.account LIMIT 1) AS account
  FROM county
  UNION ALL
  SELECT prefix, (SELECT u.account FROM unbilled_entries u
                  WHERE u.account > a.account AND u.account < prefix || '0' ORDER BY u.account LIMIT 1)
  FROM a WHERE account IS NOT NULL
)
SELECT DISTINCT split_part(a.account, '/', 5) AS fund FROM a
WHERE a.account <> $2
  AND NOT EXISTS (
    SELECT FROM hospital_statements h WHERE h.hospital_id = split_part(a.account, '/', 3)
      AND h.county = $1 AND h.fund = split_part(a.account, '/', 5) AND h.month >= $3)
  AND EXISTS (
    SELECT FROM unbilled_entries u JOIN entries e USING (account, booked_on, journal_id)
    WHERE u.account = a.account AND u.booked_on <= $4 AND e.kind <> ALL($5::text[]) AND {_TO_BE_BILLED})
ORDER BY 1
"""
_COLUMNS: Final = (
    "statement_id, hospital_id, county, fund, month, status, drawn_on, claimed_fen, carried_fen, deducted_fen,"
    " payable_fen, reviewed_by, paid_on, payment_id, payments"
)
_ONE_SQL: Final = f"SELECT {_COLUMNS} FROM hospital_statements WHERE statement_id = $1"
_MANY_SQL: Final = f"""
SELECT {_COLUMNS} FROM hospital_statements
WHERE county LIKE ANY($1::text[]) AND ($2::text IS NULL OR hospital_id = $2) AND ($3 = '' OR status = $3)
  AND statement_id > $4 AND ($6::text[] IS NULL OR fund = ANY($6)) ORDER BY statement_id LIMIT $5
"""
_LINES_SQL: Final = """
SELECT s.journal_id, j.kind, j.booked_on, j.effective_on, j.settlement_id, (-sum(p.amount_fen))::bigint AS owed_fen
FROM statement_journals s JOIN journals j USING (journal_id),
     unnest(j.accounts, j.amounts) AS p(account, amount_fen)
WHERE s.statement_id = $1 AND s.journal_id > $2 AND p.account = s.account
GROUP BY 1, 2, 3, 4, 5 ORDER BY s.journal_id LIMIT $3
"""
_BILLS_SQL: Final = """
SELECT DISTINCT j.settlement_id FROM statement_journals s JOIN journals j USING (journal_id)
WHERE s.statement_id = $1 AND j.settlement_id = ANY($2::text[])
"""
_DEDUCTIONS_SQL: Final = """
SELECT number, kind, amount_fen, settlement_id FROM statement_deductions WHERE statement_id = $1 ORDER BY number
"""
_RECEIVABLES_SQL: Final = """
SELECT b.account, split_part(b.account, '/', 3) AS hospital_id, split_part(b.account, '/', 4) AS county,
       split_part(b.account, '/', 5) AS fund, b.credit_fen - b.debit_fen AS owed_fen,
       COALESCE(s.on_statements_fen, 0)::bigint AS on_statements_fen, COALESCE(s.paid_fen, 0)::bigint AS paid_fen,
       s.since
FROM balances b LEFT JOIN LATERAL (
  SELECT sum(CASE WHEN status = 'drawn' THEN claimed_fen + carried_fen ELSE payable_fen END)
           FILTER (WHERE status IN ('drawn', 'reviewed', 'returned')) AS on_statements_fen,
         sum(payable_fen) FILTER (WHERE status = 'paid') AS paid_fen,
         min(drawn_on) FILTER (WHERE status IN ('drawn', 'reviewed', 'returned')) AS since
  FROM hospital_statements h
  WHERE h.hospital_id = split_part(b.account, '/', 3) AND h.county = split_part(b.account, '/', 4)
    AND h.fund = split_part(b.account, '/', 5)
) s ON true
WHERE starts_with(b.account, 'payable/hospital/' || COALESCE($1::text || '/', ''))
  AND split_part(b.account, '/', 4) LIKE ANY($2::text[]) AND b.account > $3
  AND ($5::text[] IS NULL OR split_part(b.account, '/', 5) = ANY($5)) ORDER BY b.account LIMIT $4
"""


class Whose(msgspec.Struct, frozen=True):
    """What of the books a caller may see: some counties, there one hospital or all, some funds or all."""

    counties: list[str]
    hospital_id: str | None
    funds: list[str] | None


class StatementLine(Wire, frozen=True, kw_only=True):
    """A journal on a statement, and what it makes the payer owe the hospital; below zero what it takes back."""

    journal_id: str
    kind: str
    booked_on: date
    effective_on: date | None
    settlement_id: str | None
    owed_fen: SignedYuan


class DeductionLine(Wire, frozen=True, kw_only=True):
    """What the review took off."""

    number: int
    kind: str
    amount_fen: Yuan
    settlement_id: str | None


class HospitalReceivable(Wire, frozen=True, kw_only=True):
    """What a payer owes a hospital: in all, on statements that are not paid and since when; and what it has paid."""

    account: str
    hospital_id: str
    county: str
    fund: str
    owed_fen: SignedYuan
    on_statements_fen: SignedYuan
    paid_fen: Yuan
    since: date | None


class _Fund(msgspec.Struct, frozen=True):
    """A fund by its code."""

    fund: str


class _Bill(msgspec.Struct, frozen=True):
    """A settlement that has a journal on a statement."""

    settlement_id: str


class StatementQueries(Reads):
    """Read-only questions, each bounded."""

    async def unbilled(self, hospital_id: str, county: str, fund: str, month: date) -> tuple[Unbilled, ...]:
        """The journals up to the end of a month that are on no statement of the payable yet."""
        account = accounts.payable_to_hospital(hospital_id, county, fund)
        asked = account, last_day(month), list(_NOT_BILLED), JOURNALS_MAX
        return tuple(await self.many(Unbilled, _UNBILLED_SQL, *asked))

    async def undrawn(self, payable: str, month: date) -> tuple[str, ...]:
        """The funds of a payable's county of which a month's statement to another hospital is still to be drawn."""
        asked = accounts.parse(payable).county, payable, month, last_day(month), list(_NOT_BILLED)
        return tuple(one.fund for one in await self.many(_Fund, _UNDRAWN_SQL, *asked))

    async def one_statement(self, statement_id: str) -> Statement | None:
        """A statement as it stands."""
        return await self.one(checked(Statement), _ONE_SQL, statement_id)

    async def statements(self, whose: Whose, status: str, after: str, limit: int) -> list[Statement]:
        """The statements of some counties, of one hospital or of all, in the order of their ids."""
        asked = whose.counties, whose.hospital_id, status, after, limit, whose.funds
        return await self.many(checked(Statement), _MANY_SQL, *asked)

    async def lines(self, statement_id: str, after: str, limit: int) -> list[StatementLine]:
        """The journals of a statement, in the order of their ids."""
        return await self.many(StatementLine.of_row, _LINES_SQL, statement_id, after, limit)

    async def bills_on(self, statement_id: str, settlement_ids: Iterable[str]) -> frozenset[str]:
        """Which of these settlements have a journal on a statement."""
        wanted = sorted(set(settlement_ids))
        found = await self.many(_Bill, _BILLS_SQL, statement_id, wanted) if wanted else []
        return frozenset(one.settlement_id for one in found)

    async def deductions(self, statement_id: str) -> list[DeductionLine]:
        """What the review of a statement took off."""
        return await self.many(DeductionLine.of_row, _DEDUCTIONS_SQL, statement_id)

    async def receivables(self, whose: Whose, after: str, limit: int) -> list[HospitalReceivable]:
        """What each payer owes a hospital, or every hospital, in the order of the accounts' names."""
        found = whose.hospital_id, whose.counties, after, limit, whose.funds
        return await self.many(HospitalReceivable.of_row, _RECEIVABLES_SQL, *found)
