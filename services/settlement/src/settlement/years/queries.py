"""The questions that may be asked of benefit years."""

from typing import Final

import msgspec

from kernel.writing.database import Connection
from kernel.writing.reads import Reads
from settlement.encounters.domain.benefit_year import BenefitYear
from settlement.years.domain import Join

_YEAR_SQL: Final = """
SELECT json_build_array(person_id, area, year, balances, version, latest_settlement) FROM benefit_years
WHERE person_id = $1 AND area = $2 AND year = $3
"""
# A settlement that is under way moves one of these rows first, or finds them moved and starts over.
_LOCK_SQL: Final = """
SELECT 1 FROM benefit_years
WHERE person_id = ANY (ARRAY[$1, (SELECT merged_into FROM people WHERE person_id = $1)])
ORDER BY person_id, area, year FOR UPDATE
"""
_UNJOINED_SQL: Final = """
SELECT json_build_array(p.merged_into, b.area, b.year, COALESCE(own.balances, '{}'), COALESCE(own.version, 0)) AS own,
       json_build_array(b.person_id, b.area, b.year, b.balances, b.version) AS other
FROM people p JOIN benefit_years b USING (person_id)
LEFT JOIN benefit_years own ON own.person_id = p.merged_into AND own.area = b.area AND own.year = b.year
WHERE p.person_id = $1 AND p.merged_into IS NOT NULL AND NOT EXISTS (
  SELECT FROM benefit_year_joins j WHERE j.other_id = b.person_id AND j.area = b.area AND j.year = b.year)
ORDER BY b.area, b.year
"""
_year: Final = msgspec.json.Decoder(BenefitYear)


class YearQueries(Reads):
    """Questions about one year."""

    async def benefit_year(self, person_id: str, area: str, year: int) -> BenefitYear | None:
        """A person's accumulators of a year."""
        found = await self.pool.fetchval(_YEAR_SQL, person_id, area, year)
        return None if found is None else _year.decode(found)


async def unjoined_years(connection: Connection, merged_id: str) -> list[Join]:
    """The years of a merged record that did not go into the surviving record's yet; both are held until the end."""
    if not await connection.fetch(_UNJOINED_SQL, merged_id):
        return []
    await connection.execute(_LOCK_SQL, merged_id)
    rows = await connection.fetch(_UNJOINED_SQL, merged_id)
    return [Join(_year.decode(row["own"]), _year.decode(row["other"])) for row in rows]
