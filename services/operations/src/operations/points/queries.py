"""Questions about service points."""

from typing import Any, Final

import msgspec

from kernel.writing.reads import Reads
from operations.points.domain import Point

_COLUMNS: Final = (
    "point_id, county, kind, name, accepts, clause, hospital_id, staff::text AS staff, since, closed_on, version"
)
_ONE_SQL: Final = f"SELECT {_COLUMNS} FROM service_points WHERE point_id = $1"
_MANY_SQL: Final = f"""
SELECT {_COLUMNS} FROM service_points
WHERE county = $1 AND point_id > $2 AND ($3 = '' OR $3 = ANY(accepts)) AND ($4 OR closed_on IS NULL)
ORDER BY point_id LIMIT $5
"""
_LEVEL_SQL: Final = "SELECT level FROM institutions WHERE hospital_id = $1"


class PointQueries(Reads):
    """Read-only questions, each bounded."""

    async def one_point(self, point_id: str) -> Point | None:
        """A service point as it stands."""
        return await self.one(_point, _ONE_SQL, point_id)

    async def points(self, county: str, after: str, scope: str, limit: int, *, closed: bool = False) -> list[Point]:
        """A county's service points in the order of their ids."""
        return await self.many(_point, _MANY_SQL, county, after, scope, closed, limit)

    async def level_of(self, hospital_id: str | None) -> str | None:
        """The level of a hospital as settlement's registry has it."""
        return None if hospital_id is None else await self.text(_LEVEL_SQL, hospital_id)


def _point(staff: str, **columns: Any) -> Point:
    return msgspec.convert({**columns, "staff": msgspec.json.decode(staff)}, Point)
