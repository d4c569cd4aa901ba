"""Which copies of a form came, and when."""

from datetime import date
from typing import Final

from kernel.writing.reads import Reads

_COPIES_SQL: Final = "SELECT copy, delivered_on, recorded_by FROM copies WHERE referral_id = $1"


class CopyQueries(Reads):
    """Read-only questions, each bounded: a form has three copies."""

    async def came(self, referral_id: str) -> dict[str, tuple[date, str]]:
        """The day on which each copy came, and who recorded it, by who keeps the copy."""
        return {copy: (day, by) for copy, day, by in await self.pool.fetch(_COPIES_SQL, referral_id)}
