"""Questions about subsidies."""

from typing import Any, Final

import msgspec

from fund_ledger.subsidies.domain import Subsidy
from kernel.writing.reads import Reads

_COLUMNS: Final = ", ".join(Subsidy.__struct_fields__)
_ONE_SQL: Final = f"SELECT {_COLUMNS} FROM subsidies WHERE subsidy_id = $1"
_MANY_SQL: Final = f"""
SELECT {_COLUMNS} FROM subsidies
WHERE county LIKE ANY($1::text[]) AND ($2::int IS NULL OR year = $2) AND subsidy_id > $3 ORDER BY subsidy_id LIMIT $4
"""


class SubsidyQueries(Reads):
    """Read-only questions, each bounded."""

    async def one_subsidy(self, subsidy_id: str) -> Subsidy | None:
        """A subsidy as it stands."""
        return await self.one(_subsidy, _ONE_SQL, subsidy_id)

    async def subsidies(self, counties: list[str], year: int | None, after: str, limit: int) -> list[Subsidy]:
        """The subsidies of some counties in the order of their ids."""
        return await self.many(_subsidy, _MANY_SQL, counties, year, after, limit)


def _subsidy(received: str, **columns: Any) -> Subsidy:
    return msgspec.convert({**columns, "received": msgspec.json.decode(received)}, Subsidy)
