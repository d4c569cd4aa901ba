"""A turn at the books: whoever decides by a balance holds its account until what it decided is written."""

from collections.abc import Iterable
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


async def hold(connection: Connection, accounts: Iterable[str]) -> dict[str, int]:
    """Hold the accounts until the connection's transaction ends, and read what they stand at.

    Gives credit minus debit in fen: what a fund has left, or what is owed on a payable. Unknown accounts are at 0.
    """
    names = sorted(set(accounts))
    await connection.execute(_HOLD_SQL, names)
    # A statement of its own: its snapshot begins after the wait, so it sees what the one before us wrote.
    rows = await connection.fetch(_CREDIT_SQL, names)
    return dict.fromkeys(names, 0) | {row["account"]: row["credit_fen"] for row in rows}
