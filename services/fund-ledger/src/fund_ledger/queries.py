"""The questions that the ledger's API may ask of its read tables."""

from collections.abc import Sequence
from typing import Any, Final

from kernel.runtime import Runtime

_ACCOUNTS_SQL: Final = """
SELECT account, debit_fen, credit_fen, lines FROM balances
WHERE starts_with(account, $1) AND account > $2 ORDER BY account LIMIT $3
"""
_TRIAL_SQL: Final = """
SELECT COALESCE(sum(debit_fen), 0)::bigint AS debit_fen, COALESCE(sum(credit_fen), 0)::bigint AS credit_fen,
       count(*) AS accounts FROM balances
"""
_JOURNALS_SQL: Final = """
SELECT journal_id, kind, booked_on, settlement_id, source, accounts, amounts, payers FROM journals
WHERE ($1::text IS NULL OR journal_id = $1) AND ($2::text IS NULL OR settlement_id = $2)
ORDER BY journal_id LIMIT 10
"""
_POSTINGS_SQL: Final = """
SELECT journal_id, line, booked_on, kind, amount_fen, payer, settlement_id FROM postings
WHERE account = $1 AND (journal_id, line) > ($2, $3) ORDER BY journal_id, line LIMIT $4
"""
_TOTALS_SQL: Final = """
SELECT payer, split_part(account, '/', 3) AS fund, sum(amount_fen)::bigint AS amount_fen FROM postings
WHERE account LIKE 'fund/%' AND payer <> '' GROUP BY 1, 2 ORDER BY 1, 2
"""


class Queries:
    """Read-only questions, each bounded."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def owed_fen(self, payable: str) -> int:
        """What is owed on a payable account now."""
        owed = await self._runtime.store.pool.fetchval(
            "SELECT credit_fen - debit_fen FROM balances WHERE account = $1", payable
        )
        return int(owed or 0)

    async def accounts(self, prefix: str, after: str, limit: int) -> Sequence[Any]:
        """Accounts whose names begin with ``prefix``, in order of their names."""
        return await self._runtime.store.pool.fetch(_ACCOUNTS_SQL, prefix, after, limit)

    async def trial_balance(self) -> Any:
        """The sums of both sides."""
        return await self._runtime.store.pool.fetchrow(_TRIAL_SQL)

    async def journals(self, *, journal_id: str | None = None, settlement_id: str | None = None) -> Sequence[Any]:
        """A journal, or the journals of a settlement."""
        return await self._runtime.store.pool.fetch(_JOURNALS_SQL, journal_id, settlement_id)

    async def postings(self, account: str, after: tuple[str, int], limit: int) -> Sequence[Any]:
        """An account's statement, in order of journals."""
        return await self._runtime.store.pool.fetch(_POSTINGS_SQL, account, *after, limit)

    async def totals(self) -> Sequence[Any]:
        """What each payer's layers have cost each fund."""
        return await self._runtime.store.pool.fetch(_TOTALS_SQL)
