"""The questions that the ledger's API may ask of its read tables."""

from datetime import date
from typing import Any, Final

import msgspec

from fund_ledger.journals.domain.accounts import parse
from kernel.http import SignedYuan, Wire, Yuan
from kernel.writing.reads import Reads

_ACCOUNTS_SQL: Final = """
SELECT account, debit_fen, credit_fen, debit_fen - credit_fen AS balance_fen, lines FROM balances
WHERE starts_with(account, $1) AND account > $2 AND split_part(account, '/', -2) LIKE ANY($4::text[])
ORDER BY account LIMIT $3
"""
# Every account ends in county and fund, so each county's books close alone (004 四(一) 分账核算).
_TRIAL_SQL: Final = """
SELECT split_part(account, '/', -1) AS fund,
       sum(debit_fen)::bigint AS debit_fen,
       sum(credit_fen)::bigint AS credit_fen,
       COALESCE(sum(debit_fen - credit_fen) FILTER (WHERE account LIKE 'bank/%'), 0)::bigint AS bank_fen,
       COALESCE(sum(credit_fen - debit_fen) FILTER (WHERE account LIKE 'fund/%'), 0)::bigint AS available_fen,
       COALESCE(sum(credit_fen - debit_fen) FILTER (WHERE account LIKE 'payable/%'), 0)::bigint AS owed_fen,
       COALESCE(sum(debit_fen - credit_fen) FILTER (WHERE account LIKE 'receivable/%'), 0)::bigint AS receivable_fen,
       sum(debit_fen) = sum(credit_fen) AS balanced
FROM balances WHERE split_part(account, '/', -2) LIKE ANY($1::text[]) GROUP BY 1 ORDER BY 1
"""
_JOURNAL_COLUMNS: Final = (
    "journal_id, kind, booked_on, effective_on, recorded_on, settlement_id, source, reason, corrects,"
    " accounts, amounts, payers"
)
_JOURNAL_SQL: Final = f"SELECT {_JOURNAL_COLUMNS} FROM journals WHERE journal_id = $1"
# A settlement has a journal, perhaps supplements, and last of all perhaps the reversal of all of them.
_OF_SETTLEMENT_SQL: Final = f"""
SELECT {_JOURNAL_COLUMNS} FROM journals WHERE settlement_id = $1
ORDER BY kind = 'reversal', journal_id LIMIT 100
"""
# $2 and $3 are the last line shown; its day is looked up, so a cursor needs no date that could be malformed.
_POSTINGS_SQL: Final = """
WITH shown AS (SELECT COALESCE((SELECT booked_on FROM journals WHERE journal_id = $2), '-infinity') AS booked_on)
SELECT j.journal_id, p.line, j.booked_on, j.kind, j.settlement_id, p.amount_fen, p.payer
FROM journals j, unnest(j.accounts, j.amounts, j.payers) WITH ORDINALITY AS p(account, amount_fen, payer, line)
WHERE j.accounts @> ARRAY[$1::text] AND p.account = $1
  AND (j.booked_on, j.journal_id) >= ((SELECT booked_on FROM shown), $2)
  AND (j.journal_id <> $2 OR p.line > $3::bigint)
ORDER BY j.booked_on, j.journal_id, p.line LIMIT $4
"""
_TOTALS_SQL: Final = """
SELECT payer, fund, sum(to_hospitals_fen + to_persons_fen)::bigint AS amount_fen,
       sum(to_hospitals_fen)::bigint AS to_hospitals_fen, sum(to_persons_fen)::bigint AS to_persons_fen
FROM payer_totals WHERE county LIKE ANY($1::text[]) GROUP BY payer, fund ORDER BY payer, fund
"""
# The oldest day is that of the first amount which what was given back does not cover: first in, first out. A debt that
# stands again, as it was not given back or written off wrongly, is as old as it was.
_RECEIVABLES_SQL: Final = """
SELECT b.account, b.debit_fen - b.credit_fen AS due_fen, a.since
FROM balances b CROSS JOIN LATERAL (
  SELECT min(d.booked_on) AS since FROM (
    SELECT j.booked_on, p.amount_fen,
           sum(p.amount_fen) OVER (ORDER BY j.booked_on, j.journal_id, p.line) AS up_to
    FROM journals j, unnest(j.accounts, j.amounts) WITH ORDINALITY AS p(account, amount_fen, line)
    WHERE j.accounts @> ARRAY[b.account] AND p.account = b.account AND p.amount_fen > 0
      AND j.kind NOT IN ('return', 'revival')
  ) d WHERE d.up_to > b.credit_fen - (
    SELECT COALESCE(sum(p.amount_fen), 0) FROM journals j, unnest(j.accounts, j.amounts) AS p(account, amount_fen)
    WHERE j.accounts @> ARRAY[b.account] AND p.account = b.account AND p.amount_fen > 0
      AND j.kind IN ('return', 'revival'))
) a
WHERE b.account > GREATEST($1, 'receivable/person/') AND b.account < 'receivable/person0'
  AND b.debit_fen <> b.credit_fen AND b.debit_fen > b.credit_fen
  AND split_part(b.account, '/', -2) LIKE ANY($2::text[])
ORDER BY b.account LIMIT $3
"""
# First in, first out, too; what the bank gave back was not paid, so it takes nothing from the age of what is owed.
_PERSON_PAYABLES_SQL: Final = """
SELECT b.account, b.credit_fen - b.debit_fen AS due_fen, a.since
FROM balances b CROSS JOIN LATERAL (
  SELECT min(d.happened_on) AS since FROM (
    SELECT COALESCE(j.effective_on, j.booked_on) AS happened_on,
           sum(-p.amount_fen) OVER (ORDER BY COALESCE(j.effective_on, j.booked_on), j.journal_id, p.line) AS up_to
    FROM journals j, unnest(j.accounts, j.amounts) WITH ORDINALITY AS p(account, amount_fen, line)
    WHERE j.accounts @> ARRAY[b.account] AND p.account = b.account AND p.amount_fen < 0 AND j.kind <> 'return'
  ) d WHERE d.up_to > b.debit_fen - (
    SELECT COALESCE(sum(-p.amount_fen), 0) FROM journals j, unnest(j.accounts, j.amounts) AS p(account, amount_fen)
    WHERE j.accounts @> ARRAY[b.account] AND p.account = b.account AND p.amount_fen < 0 AND j.kind = 'return')
) a
WHERE b.account > GREATEST($1, 'payable/person/') AND b.account < 'payable/person0' AND b.debit_fen <> b.credit_fen
  AND b.credit_fen > b.debit_fen AND split_part(b.account, '/', -2) LIKE ANY($2::text[])
ORDER BY b.account LIMIT $3
"""


class AccountAnswer(Wire, frozen=True):
    """An account. ``balance`` is debit minus credit: a fund with money has a negative one, as a liability does."""

    account: str
    debit_fen: Yuan
    credit_fen: Yuan
    balance_fen: SignedYuan
    lines: int


class Line(Wire, frozen=True):
    """One line of a journal: debit positive, credit negative; ``payer`` is empty where no bill is behind it."""

    account: str
    amount_fen: SignedYuan
    payer: str


class FundShare(Wire, frozen=True):
    """Which fund stands behind a payer's layer with how much; below zero in a reversal."""

    payer: str
    fund: str
    to_hospital_fen: SignedYuan
    to_person_fen: SignedYuan


class JournalAnswer(Wire, frozen=True, kw_only=True):
    """A journal; its lines sum to zero. ``split`` says the same of a settlement by payer and fund.

    It counts in the month of ``booked_on``; it happened on ``effective_on`` and was known on ``recorded_on``.
    """

    journal_id: str
    kind: str
    booked_on: date
    settlement_id: str | None
    source: str | None
    reason: str | None
    effective_on: date | None
    recorded_on: date | None
    corrects: str | None
    lines: tuple[Line, ...]
    split: tuple[FundShare, ...]


class PostingAnswer(Wire, frozen=True, kw_only=True):
    """One line of an account's statement: debit positive, credit negative."""

    journal_id: str
    line: int
    booked_on: date
    kind: str
    amount_fen: SignedYuan
    payer: str
    settlement_id: str | None


class FundBalance(Wire, frozen=True, kw_only=True):
    """One fund: bank and receivables together are what it has left plus what it owes; below zero ``available`` is a
    debt."""

    fund: str
    debit_fen: Yuan
    credit_fen: Yuan
    bank_fen: SignedYuan
    available_fen: SignedYuan
    owed_fen: SignedYuan
    receivable_fen: SignedYuan
    balanced: bool


class PayerTotal(Wire, frozen=True):
    """What a payer's layers have cost a fund, reversals taken off."""

    payer: str
    fund: str
    amount_fen: SignedYuan
    to_hospitals_fen: SignedYuan
    to_persons_fen: SignedYuan


class Due(msgspec.Struct, frozen=True):
    """What is due on a receivable or owed on a payable, and the day of the oldest amount of it."""

    account: str
    due_fen: int
    since: date


class Books(Reads):
    """Read-only questions, each bounded."""

    async def accounts(self, prefix: str, after: str, counties: list[str], limit: int) -> list[AccountAnswer]:
        """Accounts of some counties whose names begin with ``prefix``, in order of their names."""
        return await self.many(AccountAnswer.of_row, _ACCOUNTS_SQL, prefix, after, limit, counties)

    async def trial_balance(self, counties: list[str]) -> list[FundBalance]:
        """Both sides of each fund's accounts, in the counties whose codes are like one of these."""
        return await self.many(FundBalance.of_row, _TRIAL_SQL, counties)

    async def journal(self, journal_id: str) -> JournalAnswer | None:
        """One journal."""
        return await self.one(_journal, _JOURNAL_SQL, journal_id)

    async def journals_of(self, settlement_id: str) -> list[JournalAnswer]:
        """A settlement's journal, those of its supplements, and the reversal of all if there is one."""
        return await self.many(_journal, _OF_SETTLEMENT_SQL, settlement_id)

    async def postings(self, account: str, after: tuple[str, int], limit: int) -> list[PostingAnswer]:
        """An account's statement by day; ``after`` is the last journal and line that were shown."""
        return await self.many(PostingAnswer.of_row, _POSTINGS_SQL, account, *after, limit)

    async def totals(self, counties: list[str]) -> list[PayerTotal]:
        """What each payer's layers have cost each fund, in the counties whose codes are like one of these."""
        return await self.many(PayerTotal.of_row, _TOTALS_SQL, counties)

    async def receivables(self, counties: list[str], after: str, limit: int) -> list[Due]:
        """What persons owe some counties' funds, in order of the accounts' names."""
        return await self.many(Due, _RECEIVABLES_SQL, after, counties, limit)

    async def person_payables(self, counties: list[str], after: str, limit: int) -> list[Due]:
        """What some counties' funds owe persons, in order of the accounts' names."""
        return await self.many(Due, _PERSON_PAYABLES_SQL, after, counties, limit)


def _journal(accounts: list[str], amounts: list[int], payers: list[str], **columns: Any) -> JournalAnswer:
    """A journal's row, whose three lists stand side by side, one entry a line."""
    lines = tuple(map(Line, accounts, map(SignedYuan, amounts), payers))
    return JournalAnswer(**columns, lines=lines, split=_split(lines))


def _split(lines: tuple[Line, ...]) -> tuple[FundShare, ...]:
    shares: dict[tuple[str, str], list[int]] = {}
    for line in lines:
        account = parse(line.account)
        if line.payer and account.payee_kind is not None:
            share = shares.setdefault((line.payer, account.fund), [0, 0])
            share[account.payee_kind == "person"] -= line.amount_fen
    return tuple(
        FundShare(payer=payer, fund=fund, to_hospital_fen=SignedYuan(hospital), to_person_fen=SignedYuan(person))
        for (payer, fund), (hospital, person) in shares.items()
    )
