"""The questions that referral's API may ask of its read table."""

from collections.abc import Sequence
from typing import Any, Final

from kernel.runtime import Runtime

_COLUMNS: Final = """
referral_id, person_id, state, sending_hospital, receiving_hospital, attribute, diagnosis, papers, signed_on,
endorsed_on, approved_on, encounter_id
"""
_ONE_SQL: Final = f"SELECT {_COLUMNS} FROM referrals WHERE referral_id = $1"
_LIST_SQL: Final = f"""
SELECT {_COLUMNS} FROM referrals
WHERE ($1::text IS NULL OR sending_hospital = $1 OR receiving_hospital = $1) AND ($2 = '' OR state = $2)
  AND referral_id > $3 ORDER BY referral_id LIMIT $4
"""


class Queries:
    """Read-only questions, each bounded."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def referral(self, referral_id: str) -> Any | None:
        """One referral as it stands."""
        return await self._runtime.store.pool.fetchrow(_ONE_SQL, referral_id)

    async def referrals(self, hospital_id: str | None, state: str, after: str, limit: int) -> Sequence[Any]:
        """Referrals of a hospital (sent or received), or of all; empty ``state`` means any."""
        return await self._runtime.store.pool.fetch(_LIST_SQL, hospital_id, state, after, limit)
