"""The question whom a department supports in a month and in the one before, by township, category and group."""

from typing import Final

from identity.comparison.domain.statistics import Figures, Month
from kernel.writing.reads import Reads

_LINES_MAX: Final = 20_000
_STANDS: Final = (
    "bool_or(m.valid_from <= {day} AND (m.valid_to IS NULL OR m.valid_to >= {day})"
    " AND (p.deceased_on IS NULL OR p.deceased_on >= {day}))"
)
# A person counts once in each category and group, however many memberships followed each other.
_FIGURES_SQL: Final = f"""
WITH people AS (
  SELECT m.person_id, p.county, t.township, m.category, m."group",
         {_STANDS.format(day="$4::date")} AS before, {_STANDS.format(day="$5::date")} AS now,
         coalesce(p.deceased_on < $5::date, false) AS died
  FROM memberships m JOIN persons p USING (person_id) LEFT JOIN person_townships t USING (person_id)
  WHERE m.department = $1 AND p.county LIKE ANY($2::text[]) AND p.county LIKE $3
    AND m.valid_from <= $5 AND (m.valid_to IS NULL OR m.valid_to >= $4)
  GROUP BY m.person_id, p.county, t.township, m.category, m."group", died
)
SELECT county, township, category, "group",
       (count(*) FILTER (WHERE before))::int AS before,
       (count(*) FILTER (WHERE now AND NOT before))::int AS added,
       (count(*) FILTER (WHERE before AND NOT now))::int AS ended,
       (count(*) FILTER (WHERE before AND NOT now AND died))::int AS died,
       (count(*) FILTER (WHERE now))::int AS standing
FROM people WHERE before OR now
GROUP BY 1, 2, 3, 4 ORDER BY county, township NULLS LAST, category, "group" LIMIT {_LINES_MAX}
"""


class StatisticsQueries(Reads):
    """Reads of figures about memberships, as they are known now."""

    async def figures(self, department: str, counties: list[str], area: str, month: Month) -> list[Figures]:
        """A line for each township, category and group; ``counties`` and ``area`` are patterns of county codes."""
        return await self.many(Figures, _FIGURES_SQL, department, counties, area, month.before, month.end)
