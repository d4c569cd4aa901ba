"""Which copies of a form came, and when."""

from datetime import date
from typing import Final

import msgspec

from kernel.writing.reads import Reads

_COPIES_SQL: Final = "SELECT copy, delivered_on, recorded_by FROM copies WHERE referral_id = $1"


class CopyCame(msgspec.Struct, frozen=True):
    """A copy of the form that came to its keeper."""

    copy: str
    delivered_on: date
    recorded_by: str


class CopyQueries(Reads):
    """Read-only questions, each bounded: a form has three copies."""

    async def came(self, referral_id: str) -> dict[str, CopyCame]:
        """The copies of a form that came, by who keeps them."""
        return {came.copy: came for came in await self.many(CopyCame, _COPIES_SQL, referral_id)}
