"""Questions about the bank's statements: what a line may meet, the work list, and how bank and ledger differ."""

from collections.abc import Iterable
from datetime import date
from typing import Final

import msgspec

from fund_ledger.bank.domain.matching import DAYS_APART, Candidate
from fund_ledger.bank.domain.statement import BankStatement, Previous
from kernel.http import SignedYuan, Wire
from kernel.writing.database import Connection
from kernel.writing.reads import Reads, checked

#: So many journals of an account are looked at for one file.
CANDIDATES_MAX: Final = 20_000

# The bank knows a transfer by the journal, the orders that it meets, the statement that it pays, or who was paid.
_CANDIDATES_SQL: Final = """
SELECT e.journal_id, e.booked_on, sum(e.amount_fen)::bigint AS amount_fen,
       EXISTS (SELECT FROM bank_met_journals m WHERE m.account = e.account AND m.journal_id = e.journal_id) AS met,
       array_remove(ARRAY[j.journal_id, NULLIF(split_part(j.accounts[1], '/', 3), $5),
         (SELECT h.statement_id FROM hospital_statements h
          WHERE h.hospital_id = split_part(j.accounts[1], '/', 3) AND h.county = $4 AND h.fund = $5
            AND h.payment_id = j.journal_id)], NULL)
       || ARRAY(SELECT m.order_id FROM funding_matches m WHERE m.journal_id = j.journal_id) AS names
FROM entries e JOIN journals j USING (journal_id)
WHERE e.account = $1 AND e.booked_on BETWEEN $2 AND $3
GROUP BY e.account, e.journal_id, e.booked_on, j.journal_id ORDER BY e.booked_on, e.journal_id LIMIT $6
"""
_PREVIOUS_SQL: Final = """
SELECT statement_id, last_on, closing_fen FROM bank_statements
WHERE county = $1 AND fund = $2 ORDER BY last_on DESC LIMIT 1
"""
_DIGEST_SQL: Final = "SELECT statement_id FROM bank_statements WHERE digest = $1 AND county = $2 AND fund = $3 LIMIT 1"
_BOOKED_SQL: Final = """
SELECT j.journal_id, sum(p.amount_fen)::bigint AS amount_fen,
       EXISTS (SELECT FROM bank_met_journals m WHERE m.account = $2 AND m.journal_id = j.journal_id) AS met
FROM journals j, unnest(j.accounts, j.amounts) AS p(account, amount_fen)
WHERE j.journal_id = ANY($1::text[]) AND p.account = $2 GROUP BY j.journal_id
"""
_COLUMNS: Final = (
    "statement_id, county, fund, first_on, last_on, opening_fen, closing_fen, lines, digest, taken_on, taken_by"
)
_ONE_SQL: Final = f"SELECT {_COLUMNS} FROM bank_statements WHERE statement_id = $1"
_MANY_SQL: Final = f"""
SELECT {_COLUMNS} FROM bank_statements
WHERE county = $1 AND fund = $2 AND last_on > $3 ORDER BY last_on LIMIT $4
"""
_LINES_SQL: Final = """
SELECT l.number, l.value_on, l.amount_fen, l.balance_fen, l.reference, l.text, m.statement_id IS NOT NULL AS settled,
       COALESCE(m.journals, '{}') AS journals, COALESCE(m.rule, '') AS rule, m.reason,
       COALESCE(m.settled_by, '') AS settled_by
FROM bank_lines l LEFT JOIN bank_matches m USING (statement_id, number)
WHERE l.statement_id = $1 AND l.number > $2 ORDER BY l.number LIMIT $3
"""
# What a line may be: a journal of its amount that meets none yet, or for money that came in a payment that came back.
_OPEN_SQL: Final = """
SELECT o.statement_id, o.number, o.county, o.fund, o.value_on, o.amount_fen, o.reference, o.text,
  ARRAY(SELECT DISTINCT e.journal_id FROM entries e
        WHERE e.account = 'bank/' || o.county || '/' || o.fund AND e.amount_fen = o.amount_fen
          AND e.booked_on BETWEEN o.value_on - $5::int AND o.value_on + $5::int
          AND NOT EXISTS (SELECT FROM bank_met_journals m WHERE m.account = e.account AND m.journal_id = e.journal_id)
        LIMIT 5) AS may_meet,
  ARRAY(SELECT DISTINCT e.journal_id FROM entries e
        WHERE e.account = 'bank/' || o.county || '/' || o.fund AND e.amount_fen = -o.amount_fen
          AND e.booked_on BETWEEN o.value_on - 60 AND o.value_on AND e.kind IN ('payment', 'statement_payment')
        LIMIT 5) AS may_return
FROM bank_open_lines o
WHERE o.county = $1 AND (o.statement_id, o.number) > ($2, $3::int) ORDER BY o.statement_id, o.number LIMIT $4
"""
_DAYS_SQL: Final = """
SELECT d.day, b.balance_fen AS bank_fen, l.ledger_fen, b.balance_fen - l.ledger_fen AS difference_fen, o.open_fen
FROM (SELECT generate_series($3::date, $4::date, interval '1 day')::date AS day) d
CROSS JOIN LATERAL (SELECT COALESCE(sum(debit_fen - credit_fen), 0)::bigint AS ledger_fen FROM day_sums
                    WHERE account = 'bank/' || $1 || '/' || $2 AND booked_on <= d.day) l
CROSS JOIN LATERAL (SELECT balance_fen FROM bank_days
                    WHERE county = $1 AND fund = $2 AND day <= d.day ORDER BY day DESC LIMIT 1) b
CROSS JOIN LATERAL (SELECT COALESCE(sum(amount_fen), 0)::bigint AS open_fen FROM bank_open_lines
                    WHERE county = $1 AND fund = $2 AND value_on <= d.day) o
WHERE d.day <= (SELECT max(last_on) FROM bank_statements WHERE county = $1 AND fund = $2) ORDER BY d.day
"""
_WAITING_SQL: Final = "SELECT count(*) FROM bank_open_lines WHERE county = $1 AND value_on <= $2"


class LineOfBank(Wire, frozen=True, kw_only=True):
    """A line of a statement, and the journals that it met or the reason why it met none."""

    number: int
    value_on: date
    amount_fen: SignedYuan
    balance_fen: SignedYuan
    reference: str
    text: str
    settled: bool
    journals: tuple[str, ...]
    rule: str
    reason: str | None
    settled_by: str


class OpenLine(Wire, frozen=True, kw_only=True):
    """A line that is settled by nobody yet.

    ``may_meet`` are journals of its amount, ``may_return`` payments that it may bring back.
    """

    statement_id: str
    number: int
    county: str
    fund: str
    value_on: date
    amount_fen: SignedYuan
    reference: str
    text: str
    may_meet: tuple[str, ...]
    may_return: tuple[str, ...]


class BankDay(Wire, frozen=True, kw_only=True):
    """An account at the end of a day, by the bank and by the ledger; ``open`` is what of it stands on the work list."""

    day: date
    bank_fen: SignedYuan
    ledger_fen: SignedYuan
    difference_fen: SignedYuan
    open_fen: SignedYuan


class Booked(msgspec.Struct, frozen=True):
    """What a journal moved on a bank account, and whether it meets a line of it already."""

    journal_id: str
    amount_fen: int
    met: bool


async def candidates(connection: Connection, county: str, fund: str, first: date, last: date) -> list[Candidate]:
    """The journals of some days of an account, and whether each meets a line already; the account is held."""
    asked = f"bank/{county}/{fund}", first - DAYS_APART, last + DAYS_APART, county, fund, CANDIDATES_MAX
    return [_candidate(**dict(row)) for row in await connection.fetch(_CANDIDATES_SQL, *asked)]


async def previous(connection: Connection, county: str, fund: str) -> Previous | None:
    """The last statement of an account."""
    row = await connection.fetchrow(_PREVIOUS_SQL, county, fund)
    return None if row is None else Previous(**dict(row))


async def taken_as(connection: Connection, digest: str, county: str, fund: str) -> str | None:
    """The statement that the same file was taken as, for the same account."""
    found: str | None = await connection.fetchval(_DIGEST_SQL, digest, county, fund)
    return found


async def booked(connection: Connection, account: str, journal_ids: Iterable[str]) -> list[Booked]:
    """What these journals moved on an account."""
    return [Booked(**dict(row)) for row in await connection.fetch(_BOOKED_SQL, list(journal_ids), account)]


async def waiting(connection: Connection, county: str, end: date) -> int:
    """How many lines of a county's accounts are open up to a day."""
    found: int = await connection.fetchval(_WAITING_SQL, county, end)
    return found


class BankQueries(Reads):
    """Read-only questions, each bounded."""

    async def one_statement(self, statement_id: str) -> BankStatement | None:
        """A statement."""
        return await self.one(checked(BankStatement), _ONE_SQL, statement_id)

    async def statements(self, county: str, fund: str, past: date, limit: int) -> list[BankStatement]:
        """The statements of an account after a day, in their order."""
        return await self.many(checked(BankStatement), _MANY_SQL, county, fund, past, limit)

    async def lines(self, statement_id: str, past: int, limit: int) -> list[LineOfBank]:
        """The lines of a statement in their order."""
        return await self.many(LineOfBank.of_row, _LINES_SQL, statement_id, past, limit)

    async def open_lines(self, county: str, past: tuple[str, int], limit: int) -> list[OpenLine]:
        """The work list of a county."""
        return await self.many(OpenLine.of_row, _OPEN_SQL, county, *past, limit, DAYS_APART.days)

    async def days(self, county: str, fund: str, first: date, last: date) -> list[BankDay]:
        """How bank and ledger stood at the end of each day, up to the last day of the last statement."""
        return await self.many(BankDay.of_row, _DAYS_SQL, county, fund, first, last)


def _candidate(names: list[str], journal_id: str, booked_on: date, amount_fen: int, *, met: bool) -> Candidate:
    told = tuple(name for name in names if name)
    return Candidate(journal_id=journal_id, booked_on=booked_on, amount_fen=amount_fen, names=told, met=met)
