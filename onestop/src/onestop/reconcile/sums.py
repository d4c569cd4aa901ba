"""An account made again from its journals: its entries, its balance and its days, and its fund's totals."""

from typing import Final

from kernel.writing.database import SingleConnection
from onestop.reconcile.difference import Sums

# Whoever books on the account meanwhile waits here, or is waited for: either way nobody's lines are lost or doubled.
_HOLD_SQL: Final = """
INSERT INTO balances (account, debit_fen, credit_fen, lines) VALUES ($1, 0, 0, 0)
ON CONFLICT (account) DO UPDATE SET lines = balances.lines
"""
_LINES: Final = """
SELECT j.*, u.account, u.amount_fen, u.payer, u.line::int AS line
FROM journals j, unnest(j.accounts, j.amounts, j.payers) WITH ORDINALITY AS u(account, amount_fen, payer, line)
WHERE j.accounts @> ARRAY[$1]
"""
_OWN_LINES: Final = f"{_LINES} AND u.account = $1"
_SIDES: Final = "sum(greatest(amount_fen, 0)), sum(greatest(-amount_fen, 0)), count(*)"
_STEPS: Final = (
    "DELETE FROM entries WHERE account = $1",
    (
        "INSERT INTO entries (account, booked_on, journal_id, line, effective_on, recorded_on, kind, settlement_id, "
        "amount_fen, payer) SELECT account, booked_on, journal_id, line, effective_on, recorded_on, kind, "
        f"settlement_id, amount_fen, payer FROM ({_OWN_LINES}) AS lines"
    ),
    "DELETE FROM day_sums WHERE account = $1",
    (
        "INSERT INTO day_sums (account, booked_on, effective_on, recorded_on, debit_fen, credit_fen, lines) "
        f"SELECT account, booked_on, effective_on, recorded_on, {_SIDES} FROM ({_OWN_LINES}) AS lines "
        "GROUP BY 1, 2, 3, 4"
    ),
    (
        "UPDATE balances SET (debit_fen, credit_fen, lines) = "
        f"(SELECT COALESCE(sum(greatest(amount_fen, 0)), 0), COALESCE(sum(greatest(-amount_fen, 0)), 0), count(*) "
        f"FROM ({_OWN_LINES}) AS lines) WHERE account = $1"
    ),
    "DELETE FROM balances WHERE account = $1 AND lines = 0",
)


async def sum_again(owner: SingleConnection, asked: Sums) -> None:
    """Make an account's rows again from its journals, while others go on booking."""
    async with owner.transaction():
        await owner.execute('SET LOCAL search_path TO "fund_ledger"')
        await owner.execute("SET LOCAL lock_timeout = '5s'")
        await owner.execute(_HOLD_SQL, asked.account)
        for sql in _STEPS:
            await owner.execute(sql, asked.account)
