"""What finance's money is decided by: what persons owe of revoked bills, the county's sum, what was proposed."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from fund_ledger.journals.domain import accounts
from fund_ledger.payments.domain.debts import WrittenOff
from fund_ledger.payments.domain.limit import Limit
from fund_ledger.payments.domain.proposal import Proposal
from fund_ledger.payments.domain.taken_back import OwedBack, up_to
from kernel.values.refusals import conflict
from kernel.writing.database import Connection, Pool
from kernel.writing.reads import Reads, checked

# Revocations made it; money that had come back before has met some of it. ``collected``: what the person gave back,
# less what of that went back again.
_OF_REVOKED_SQL: Final = """
SELECT account, (COALESCE(sum(amount_fen) FILTER (WHERE kind = 'reversal' AND amount_fen > 0), 0)
               + COALESCE(sum(amount_fen) FILTER (WHERE kind = 'return' AND amount_fen < 0), 0))::bigint AS left_fen,
       COALESCE(-sum(amount_fen) FILTER (WHERE kind = 'collection' OR kind = 'return' AND amount_fen > 0), 0)::bigint
         AS collected_fen
FROM entries WHERE account = ANY($1::text[]) GROUP BY account
"""
# What of each write-off of a person's debt stands, the oldest first: by hand or by money that came back it is undone.
_WRITTEN_OFF_SQL: Final = """
SELECT e.journal_id, e.account, (-e.amount_fen - COALESCE((
  SELECT sum(r.amount_fen) FROM entries r JOIN journals j USING (journal_id)
  WHERE r.account = e.account AND r.kind = 'revival' AND j.corrects = e.journal_id), 0))::bigint AS amount_fen
FROM entries e WHERE e.account = ANY($1::text[]) AND e.kind = 'write_off' AND e.amount_fen < 0
ORDER BY e.account, e.booked_on, e.journal_id
"""
_WRITE_OFF_SQL: Final = """
SELECT p.account FROM journals j, unnest(j.accounts) AS p(account)
WHERE j.journal_id = $1 AND j.kind = 'write_off' AND starts_with(p.account, 'receivable/person/')
"""
_LIMIT_SQL: Final = "SELECT county, above_fen, set_on, set_by FROM money_limits WHERE county = $1"
_TODAY_SQL: Final = """
SELECT COALESCE(sum(abs(amount_fen)), 0)::bigint FROM entries
WHERE account = $1 AND recorded_on = $2 AND kind = $3
"""
_LATER_SQL: Final = """
SELECT COALESCE(sum(credit_fen - debit_fen), 0)::bigint FROM day_sums WHERE account = $1 AND booked_on > $2
"""
_BUDGET_SQL: Final = """
SELECT budget_id FROM hospital_budgets
WHERE hospital_id = $1 AND county = $2 AND fund = $3 AND year <= $4 AND kind = 'ASSESSED'
  AND status <> 'withdrawn' AND (status <> 'paid' OR settled_on >= $5)
ORDER BY year LIMIT 1
"""
_COLUMNS: Final = (
    "proposal_id, kind, county, fund, amount_fen, value_on, account, counter, source, corrects, reference, status,"
    " proposed_on, proposed_by, decided_on, decided_by, journal_id, reason"
)
_ONE_SQL: Final = f"SELECT {_COLUMNS} FROM money_proposals WHERE proposal_id = $1"
_MANY_SQL: Final = f"""
SELECT {_COLUMNS} FROM money_proposals WHERE county = $1 AND status = $2 AND proposal_id > $3
ORDER BY proposal_id LIMIT $4
"""


async def later_than(connection: Connection, account: str, day: date) -> int:
    """What came to be owed on a payable after a day, less what was paid after it, in fen; it is held."""
    found: int = await connection.fetchval(_LATER_SQL, account, day)
    return found


async def check_no_budget(asks: Connection | Pool, payable: str, year: int, until: date = date.max) -> None:
    """Refuse to pay a hospital's claims that an assessed budget pays, until that is paid whole: BUDGET_OPEN.

    Refused, too, is a statement that ends, ``until`` a day, before the budget was paid: it would claim what that paid.
    """
    account = accounts.parse(payable)
    if account.payee_kind != "hospital":
        return
    open_one = await asks.fetchval(_BUDGET_SQL, account.payee_id, account.county, account.fund, year, until)
    if open_one is not None:
        detail = f"{open_one} pays the claims on {payable}, by its months and its score: see /v1/hospital-budgets"
        raise conflict("BUDGET_OPEN", detail, budget_id=open_one)


# Of what is in an open file nobody says by hand that it came back: the bank may still pay it.
_FILED_SQL: Final = "SELECT file_id FROM filed_payments WHERE account = $1 AND journal_id = $2 AND state = 'open'"


async def filed_in(connection: Connection | Pool, bank: str, journal_id: str) -> str | None:
    """The open payment file that a payment out of a bank account is in; the account is held."""
    found: str | None = await connection.fetchval(_FILED_SQL, bank, journal_id)
    return found


async def limit_of(connection: Connection, county: str) -> Limit | None:
    """The sum above which money of a county needs a second person; None where none is set."""
    row = await connection.fetchrow(_LIMIT_SQL, county)
    return None if row is None else Limit(**dict(row))


async def booked_today(connection: Connection, account: str, kind: str, today: date) -> int:
    """What was recorded today on an account by journals of a kind, booked on whatever day, in fen; it is held."""
    found: int = await connection.fetchval(_TODAY_SQL, account, today, kind)
    return found


class PaymentQueries(Reads):
    """Read-only questions, each bounded."""

    async def write_off(self, journal_id: str) -> WrittenOff | None:
        """A write-off of a person's debt, with what of it stands."""
        account = await self.pool.fetchval(_WRITE_OFF_SQL, journal_id)
        rows = await self.pool.fetch(_WRITTEN_OFF_SQL, [account]) if account else []
        return next((WrittenOff(**dict(row)) for row in rows if row["journal_id"] == journal_id), None)

    async def limit(self, county: str) -> Limit | None:
        """A county's sum."""
        return await self.one(Limit, _LIMIT_SQL, county)

    async def one_proposal(self, proposal_id: str) -> Proposal | None:
        """A proposal as it stands."""
        return await self.one(checked(Proposal), _ONE_SQL, proposal_id)

    async def proposals(self, county: str, status: str, after: str, limit: int) -> list[Proposal]:
        """The proposals of a county in a state, in the order of their ids."""
        return await self.many(checked(Proposal), _MANY_SQL, county, status, after, limit)


async def owed_of_revoked(connection: Connection, due_fen: Mapping[str, int]) -> dict[str, OwedBack]:
    """What of ``due_fen``, by account, is due because bills were revoked, and what of it was written off; held.

    What was clawed back of a bill that stands is another debt, and is not set off by itself.
    """
    rows = await connection.fetch(_OF_REVOKED_SQL, sorted(due_fen)) if due_fen else []
    # What is neither due nor was given back was written off, and no more than that was: the rest is of another debt.
    found = {
        row["account"]: (
            max(0, min(row["left_fen"], due_fen[row["account"]])),
            row["left_fen"] - max(0, due_fen[row["account"]]) - max(0, row["collected_fen"]),
        )
        for row in rows
    }
    off = await written_off(connection, [account for account, (_, borne) in found.items() if borne > 0])
    return {
        account: OwedBack(due, tuple(up_to(borne, (one for one in off if one.account == account))))
        for account, (due, borne) in found.items()
    }


async def written_off(connection: Connection, receivables: Collection[str]) -> list[WrittenOff]:
    """The write-offs that stand on these accounts, which are held; the oldest first."""
    rows = await connection.fetch(_WRITTEN_OFF_SQL, sorted(receivables)) if receivables else []
    return [WrittenOff(**dict(row)) for row in rows if row["amount_fen"] > 0]
