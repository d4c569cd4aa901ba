"""A turn at the books: whoever decides by a balance holds its account until what it decided is written."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from kernel.writing.database import Connection

# Locks on names, not on rows: an account that nobody booked on yet has no row to lock. The names come sorted, and no
# row is locked before them, so that two turns never wait for each other in a circle.
_HOLD_SQL: Final = """
SELECT pg_advisory_xact_lock(hashtextextended('fund-ledger ' || account, 0)) FROM unnest($1::text[]) AS account
"""
_CREDIT_SQL: Final = (
    "SELECT account, credit_fen - debit_fen AS credit_fen FROM balances WHERE account = ANY($1::text[])"
)
_RESERVED_SQL: Final = """
SELECT bank, sum(kept_fen)::bigint AS kept_fen FROM reserved_lines
WHERE bank = ANY($1::text[]) AND kept_fen > 0 AND expires_on >= $2 GROUP BY bank
"""


async def hold(connection: Connection, accounts: Iterable[str], *, free_on: date | None = None) -> dict[str, int]:
    """Hold the accounts until the connection's transaction ends, and read what they stand at.

    Gives credit minus debit in fen: what a fund has left, or what is owed on a payable. Unknown accounts are at 0.
    Whoever takes money out of a bank account names the day: what is reserved ``free_on`` it counts as gone.
    """
    names = sorted(set(accounts))
    await connection.execute(_HOLD_SQL, names)
    # A statement of its own: its snapshot begins after the wait, so it sees what the one before us wrote.
    rows = await connection.fetch(_CREDIT_SQL, names)
    standing = dict.fromkeys(names, 0) | {row["account"]: row["credit_fen"] for row in rows}
    if free_on is not None:
        for row in await connection.fetch(_RESERVED_SQL, names, free_on):
            standing[row["bank"]] += row["kept_fen"]
    return standing
