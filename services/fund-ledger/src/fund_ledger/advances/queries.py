"""Questions about advances."""

from typing import Final

from fund_ledger.advances.domain.advance import Advance
from kernel.writing.reads import Reads, checked

_COLUMNS: Final = (
    "advance_id, kind, county, fund, about, status, debtor_kind, debtor_id, hospital_id, amount_fen, repaid_fen,"
    " written_off_fen, clause, applied_on, paid_on, signed_by"
)
_ONE_SQL: Final = f"SELECT {_COLUMNS} FROM advances WHERE advance_id = $1"
_MANY_SQL: Final = f"""
SELECT {_COLUMNS} FROM advances
WHERE county LIKE ANY($1::text[]) AND ($2 = '' OR status = $2) AND advance_id > $3 ORDER BY advance_id LIMIT $4
"""


class AdvanceQueries(Reads):
    """Read-only questions, each bounded."""

    async def one_advance(self, advance_id: str) -> Advance | None:
        """An advance as it stands."""
        return await self.one(checked(Advance), _ONE_SQL, advance_id)

    async def advances(self, counties: list[str], status: str, after: str, limit: int) -> list[Advance]:
        """The advances of some counties in the order of their ids."""
        return await self.many(checked(Advance), _MANY_SQL, counties, status, after, limit)
