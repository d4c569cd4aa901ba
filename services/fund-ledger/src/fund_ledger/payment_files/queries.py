"""Questions about payment files: what waits for one, how each stands, what the bank said of its lines."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from fund_ledger.journals.domain import accounts
from fund_ledger.payment_files.domain.by_hand import HandPayment
from fund_ledger.payment_files.domain.file import PaymentFile
from fund_ledger.payment_files.domain.payment import Payment
from fund_ledger.payments.domain.moved import PAYMENT, STATEMENT_PAYMENT
from kernel.http import Wire, Yuan
from kernel.writing.database import Connection
from kernel.writing.reads import Reads, checked

#: Kinds of journals that pay somebody by the bank.
KINDS: Final = (PAYMENT, STATEMENT_PAYMENT)
_RETURNED: Final = "EXISTS (SELECT FROM journals r WHERE r.journal_id = j.journal_id || '-return')"
_MET: Final = "EXISTS (SELECT FROM bank_met_journals m WHERE m.account = $1 AND m.journal_id = j.journal_id)"
_WANTED_SQL: Final = f"""
SELECT j.journal_id, j.kind, j.accounts, j.amounts, {_RETURNED} AS returned, {_MET} AS met,
       (SELECT f.file_id FROM filed_payments f WHERE f.account = $1 AND f.journal_id = j.journal_id) AS filed_in,
       (SELECT h.reference FROM hand_payments h WHERE h.account = $1 AND h.journal_id = j.journal_id) AS by_hand
FROM journals j WHERE j.journal_id = ANY($2::text[]) AND $1 = ANY(j.accounts) AND j.kind = ANY($3::text[])
"""
_WAITING_SQL: Final = f"""
SELECT j.journal_id, e.booked_on, e.kind, -e.amount_fen AS amount_fen, split_part(j.accounts[1], '/', 2) AS payee_kind,
       split_part(j.accounts[1], '/', 3) AS payee_id,
       EXISTS (SELECT FROM payee_accounts a WHERE a.county = $2 AND a.payee_kind = split_part(j.accounts[1], '/', 2)
               AND a.payee_id = split_part(j.accounts[1], '/', 3) AND a.status = 'paid_to') AS has_account
FROM entries e JOIN journals j USING (journal_id)
WHERE e.account = $1 AND e.booked_on BETWEEN $3 AND $4 AND e.kind = ANY($5::text[])
  AND NOT EXISTS (SELECT FROM filed_payments f WHERE f.account = e.account AND f.journal_id = e.journal_id)
  AND NOT EXISTS (SELECT FROM hand_payments h WHERE h.account = e.account AND h.journal_id = e.journal_id)
  AND NOT {_MET} AND NOT {_RETURNED}
  AND (e.booked_on, e.journal_id) > ($6, $7) ORDER BY e.booked_on, e.journal_id LIMIT $8
"""
_STATEMENT_SQL: Final = """
SELECT statement_id FROM hospital_statements WHERE hospital_id = $1 AND county = $2 AND fund = $3 AND payment_id = $4
"""
_COLUMNS: Final = (
    "file_id, county, fund, status, lines, total_fen, check_hash, made_on, made_by, ended_on, ended_by, rejected,"
    " rejected_fen, answer_hash"
)
_ONE_SQL: Final = f"SELECT {_COLUMNS} FROM payment_files WHERE file_id = $1"
_MANY_SQL: Final = f"""
SELECT {_COLUMNS} FROM payment_files WHERE county = $1 AND fund = $2 AND file_id > $3 ORDER BY file_id LIMIT $4
"""
_HAND_COLUMNS: Final = "account, journal_id, amount_fen, reference, marked_on, marked_by"
_BY_HAND_SQL: Final = f"SELECT {_HAND_COLUMNS} FROM hand_payments WHERE journal_id = $1"
_ALL_BY_HAND_SQL: Final = f"""
SELECT {_HAND_COLUMNS} FROM hand_payments WHERE account = $1 AND journal_id > $2 ORDER BY journal_id LIMIT $3
"""
_LINES_SQL: Final = """
SELECT l.number, l.journal_id, l.payee_kind, l.payee_id, l.tail, l.amount_fen, COALESCE(r.result, '') AS result, r.why
FROM payment_file_lines l LEFT JOIN payment_file_results r USING (file_id, number)
WHERE l.file_id = $1 AND l.number > $2 ORDER BY l.number LIMIT $3
"""


class WaitingPayment(Wire, frozen=True, kw_only=True):
    """A payment that is in no file, was not carried out by hand, and that no statement of the bank shows yet."""

    journal_id: str
    booked_on: date
    kind: str
    amount_fen: Yuan
    payee_kind: str
    payee_id: str
    has_account: bool


class LineAnswer(Wire, frozen=True, kw_only=True):
    """A line of a file, and what the bank said of it: ``paid``, ``rejected`` and why, or nothing yet."""

    number: int
    journal_id: str
    payee_kind: str
    payee_id: str
    tail: str
    amount_fen: Yuan
    result: str
    why: str | None


async def wanted(connection: Connection, account: str, journal_ids: Iterable[str]) -> dict[str, Payment]:
    """Those of these journals that are payments out of a bank account, which is held."""
    rows = await connection.fetch(_WANTED_SQL, account, list(journal_ids), list(KINDS))
    found = [_payment(account, **dict(row)) for row in rows]
    return {one.journal_id: one for one in found}


async def statement_paid_by(connection: Connection, payable: str, journal_id: str) -> str | None:
    """The statement of a hospital that a journal has paid."""
    name = accounts.parse(payable)
    found: str | None = await connection.fetchval(_STATEMENT_SQL, name.payee_id, name.county, name.fund, journal_id)
    return found


class FileQueries(Reads):
    """Read-only questions, each bounded."""

    async def one_file(self, file_id: str) -> PaymentFile | None:
        """A file as it stands."""
        return await self.one(checked(PaymentFile), _ONE_SQL, file_id)

    async def files(self, county: str, fund: str, after: str, limit: int) -> list[PaymentFile]:
        """The files of an account in the order of their names, which is that of their days."""
        return await self.many(checked(PaymentFile), _MANY_SQL, county, fund, after, limit)

    async def lines(self, file_id: str, past: int, limit: int) -> list[LineAnswer]:
        """The lines of a file in their order."""
        return await self.many(LineAnswer.of_row, _LINES_SQL, file_id, past, limit)

    async def by_hand(self, journal_id: str) -> HandPayment | None:
        """What is said of a payment that was carried out by hand."""
        return await self.one(HandPayment, _BY_HAND_SQL, journal_id)

    async def all_by_hand(self, account: str, after: str, limit: int) -> list[HandPayment]:
        """The payments out of an account that were carried out by hand, in the order of their journals."""
        return await self.many(HandPayment, _ALL_BY_HAND_SQL, account, after, limit)

    async def waiting(
        self, county: str, fund: str, days: tuple[date, date], past: tuple[date, str], limit: int
    ) -> list[WaitingPayment]:
        """The payments of some days that are in no file yet."""
        asked = accounts.bank(county, fund), county, *days, list(KINDS), *past, limit
        return await self.many(WaitingPayment.of_row, _WAITING_SQL, *asked)


def _payment(account: str, journal_id: str, kind: str, *, returned: bool, met: bool, **more: Any) -> Payment:
    names, amounts = more["accounts"], more["amounts"]
    payee = accounts.parse(next(name for name in names if name.startswith(f"{accounts.PAYABLE}/")))
    return Payment(
        journal_id=journal_id,
        kind=kind,
        payee_kind=payee.payee_kind or "",
        payee_id=payee.payee_id or "",
        amount_fen=-sum(amount for name, amount in zip(names, amounts, strict=True) if name == account),
        returned=returned,
        filed_in=more["filed_in"],
        met=met,
        by_hand=more["by_hand"],
    )
