"""Questions about leading groups, and about what stands open where one sees to it."""

from typing import Any, Final

import msgspec

from kernel.writing.reads import Reads, checked
from operations.breaches.domain.kinds import BreachKind
from operations.leading_group.domain import Group

_ONE_SQL: Final = "SELECT county, members::text AS members, changed_on, version FROM leading_groups WHERE county = $1"
_OPEN_SQL: Final = """
SELECT kind, count(*) AS breaches FROM breaches WHERE county = $1 AND status IN ('OPEN', 'NOTICED') GROUP BY kind
"""
_DEBTS_SQL: Final = "SELECT account FROM fund_debts WHERE in_debt AND account >= $1 AND account < $2 ORDER BY 1"
_EMPTY_SQL: Final = """
SELECT point_id FROM service_points
WHERE county = $1 AND closed_on IS NULL AND jsonb_array_length(staff) = 0 ORDER BY point_id LIMIT 200
"""


class _Counted(msgspec.Struct, frozen=True):
    kind: BreachKind
    breaches: int


class _Named(msgspec.Struct, frozen=True):
    name: str


class GroupQueries(Reads):
    """Read-only questions, each of one county."""

    async def group(self, county: str) -> Group | None:
        """A county's leading group."""

        def stands(members: str, **columns: Any) -> Group:
            return msgspec.convert({**columns, "members": msgspec.json.decode(members)}, Group)

        return await self.one(stands, _ONE_SQL, county)

    async def open_breaches(self, county: str) -> dict[BreachKind, int]:
        """How many breaches of each kind are not put right yet."""
        rows = await self.many(checked(_Counted), _OPEN_SQL, county)
        return {row.kind: row.breaches for row in rows}

    async def funds_in_debt(self, county: str) -> list[str]:
        """The accounts of funds that owe more than they have."""
        accounts = f"fund/{county}/", f"fund/{county}0"
        return [row.name for row in await self.many(_named, _DEBTS_SQL, *accounts)]

    async def windows_without_staff(self, county: str) -> list[str]:
        """Open service points at which nobody sits."""
        return [row.name for row in await self.many(_named, _EMPTY_SQL, county)]


def _named(**columns: str) -> _Named:
    return _Named(*columns.values())
