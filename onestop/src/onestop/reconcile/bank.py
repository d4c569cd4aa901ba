"""Ledger and bank: every line of the bank that nobody explained, and every journal that the bank never saw.

What the bank says is in the ledger's own store (decision 0042). Who explains a line names its journals or a reason
(``POST /v1/bank-statements/…/settling``), so that no program decides it; a run only says what is unexplained, and how
long it has been.
"""

from datetime import date
from typing import Final

import msgspec

from kernel.values.money import yuan_from_fen
from kernel.writing.database import SingleConnection
from onestop.reconcile.difference import ByHand, Difference

#: As many of each as one run looks into; the next run goes on when these are explained.
FOUND_MAX: Final = 500
#: So long a transfer may be on its way between the books and the bank; the matching looks as far.
DAYS_ON_THE_WAY: Final = 10
OWNER: Final = "finance"
LINE: Final = "BANK_LINE_UNEXPLAINED"
JOURNAL: Final = "BANK_NEVER_SAW"

_LINES_SQL: Final = f"""
SELECT statement_id, number, county, fund, value_on, amount_fen FROM fund_ledger.bank_open_lines
ORDER BY value_on, statement_id, number LIMIT {FOUND_MAX}
"""
# A journal and its reversal that both met nothing are nothing to the bank.
_STANDING: Final = f"""
WITH covered AS (
  SELECT county, fund, 'bank/' || county || '/' || fund AS account, min(first_on) AS first_on, max(last_on) AS last_on
  FROM fund_ledger.bank_statements GROUP BY county, fund
), unmet AS (
  SELECT c.county, c.fund, c.account, e.journal_id, e.booked_on, sum(e.amount_fen)::bigint AS amount_fen
  FROM covered c JOIN fund_ledger.entries e ON e.account = c.account
    AND e.booked_on BETWEEN c.first_on AND c.last_on - {DAYS_ON_THE_WAY}
  WHERE NOT EXISTS (
    SELECT FROM fund_ledger.bank_met_journals m WHERE m.account = c.account AND m.journal_id = e.journal_id)
  GROUP BY 1, 2, 3, 4, 5 HAVING sum(e.amount_fen) <> 0
), standing AS (
  SELECT u.* FROM unmet u JOIN fund_ledger.journals j USING (journal_id)
  WHERE NOT EXISTS (
    SELECT FROM unmet o JOIN fund_ledger.journals k ON k.journal_id = o.journal_id
    WHERE o.account = u.account AND (k.corrects = u.journal_id OR j.corrects = o.journal_id))
)
"""
_JOURNALS_SQL: Final = f"""{_STANDING}
SELECT county, fund, journal_id, booked_on, amount_fen FROM standing ORDER BY booked_on, journal_id LIMIT {FOUND_MAX}
"""
# A run may look into fewer than are kept, so each that is kept is ended by its own line or journal.
_ENDED_SQL: Final = f"""{_STANDING}
UPDATE reconciliation.differences d SET state = 'MENDED', ended_at = clock_timestamp()
WHERE d.pair = $1 AND d.state <> 'MENDED' AND CASE d.kind
  WHEN '{LINE}' THEN d.subject NOT IN (SELECT statement_id || '/' || number FROM fund_ledger.bank_open_lines)
  WHEN '{JOURNAL}' THEN d.subject NOT IN (SELECT account || ' ' || journal_id FROM standing)
END
"""


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    statement_id: str
    number: int
    county: str
    fund: str
    value_on: date
    amount_fen: int


class _Unmet(msgspec.Struct, frozen=True, kw_only=True):
    county: str
    fund: str
    journal_id: str
    booked_on: date
    amount_fen: int


async def bank_differences(owner: SingleConnection) -> list[Difference]:
    """What is unexplained between ledger and bank, the oldest of each kind.

    Texts of the bank are not told: they may name a person.
    """
    lines = [_Line(**dict(row)) for row in await owner.fetch(_LINES_SQL)]
    journals = [_Unmet(**dict(row)) for row in await owner.fetch(_JOURNALS_SQL)]
    return [*map(_of_line, lines), *map(_of_journal, journals)]


async def end_explained(owner: SingleConnection, pair: str) -> None:
    """Call each kept difference of ledger and bank mended whose line or journal is explained by now."""
    await owner.execute(_ENDED_SQL, pair)


def _of_line(line: _Line) -> Difference:
    subject = f"{line.statement_id}/{line.number}"
    account = f"bank/{line.county}/{line.fund}"
    moved = f"the bank moved {yuan_from_fen(line.amount_fen)} yuan on {line.value_on} at {account}"
    door = f"POST /v1/bank-statements/{line.statement_id}/lines/{line.number}/settling at fund-ledger"
    journals = f"GET /v1/bank-lines?county={line.county} proposes some"
    return Difference(
        kind=LINE,
        subject=subject,
        owner=OWNER,
        says=f"{moved}, and nobody has said which journal that is",
        repair=ByHand(f"{door}, with its journals or the reason; {journals}"),
    )


def _of_journal(unmet: _Unmet) -> Difference:
    account = f"bank/{unmet.county}/{unmet.fund}"
    moved = f"the ledger moved {yuan_from_fen(unmet.amount_fen)} yuan on {unmet.booked_on} at {account}"
    do = (
        f"settle the bank's line that it is with this journal (GET /v1/bank-lines?county={unmet.county}), or reverse it"
    )
    return Difference(
        kind=JOURNAL,
        subject=f"{account} {unmet.journal_id}",
        owner=OWNER,
        says=f"{moved}, and the bank's statements of these days have no line of it",
        repair=ByHand(do),
    )
