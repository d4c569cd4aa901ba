"""What money that comes back may meet: what persons owe because a bill was revoked after it was paid."""

from collections.abc import Mapping
from typing import Final

from kernel.writing.database import Connection

# Revocations made it; money that had come back before has met some of it.
_OF_REVOKED_SQL: Final = """
SELECT account, (COALESCE(sum(amount_fen) FILTER (WHERE kind = 'reversal' AND amount_fen > 0), 0)
               + COALESCE(sum(amount_fen) FILTER (WHERE kind = 'return' AND amount_fen < 0), 0))::bigint AS left_fen
FROM entries WHERE account = ANY($1::text[]) GROUP BY account
"""


async def owed_of_revoked(connection: Connection, due_fen: Mapping[str, int]) -> dict[str, int]:
    """What of ``due_fen``, by account, is due because bills were revoked; the accounts are held.

    What was clawed back of a bill that stands is another debt, and is not set off by itself.
    """
    rows = await connection.fetch(_OF_REVOKED_SQL, sorted(due_fen)) if due_fen else []
    return {row["account"]: max(0, min(row["left_fen"], due_fen[row["account"]])) for row in rows}
