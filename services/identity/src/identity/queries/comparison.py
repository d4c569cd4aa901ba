"""Comparing the registered poor with the insured, as sets inside the database, and what the work list holds."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import msgspec

from identity.domain.comparison import DECIDER as COMPARISON
from identity.domain.comparison import Counted, Made
from identity.queries.whole_lists import fetch_over_lists
from kernel.runtime import Runtime

# One row a person: $1 is what the codes of the compared area begin with, $2 the day, $3 the year of the insurance.
# A person whose township is not known stands under the county. Who died is exempt without anybody's saying so.
_TEMPLATE: Final = """
WITH poor AS (
  SELECT m.person_id FROM memberships m
  WHERE m.category = 'REGISTERED_POOR' AND m.poverty_status IS DISTINCT FROM 'REMOVED'
  AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to >= $2){of_m}
  GROUP BY m.person_id
), insured AS (
  SELECT e.person_id, array_agg(e.area) AS areas, bool_or(e.marked_on <= $2) AS marked FROM enrolments e
  WHERE e.year = $3 AND e.registered_on <= $2{of_e}
  GROUP BY e.person_id
), exempt AS (
  SELECT DISTINCT ON (1) COALESCE(a.merged_into, a.person_id) AS person_id, x.code
  FROM exemptions x JOIN persons a USING (person_id)
  WHERE x.since <= $2 AND (x.until IS NULL OR x.until >= $2){of_x}
  ORDER BY 1, x.since, x.exemption_id
), living AS (
  SELECT p.person_id, p.county, COALESCE(t.township, p.county) AS township, p.deceased_on <= $2 AS dead
  FROM persons p LEFT JOIN person_townships t USING (person_id)
  WHERE p.county LIKE $1 || '%' AND p.merged_into IS NULL AND NOT p.annulled{of_p}
), compared AS (
  SELECT l.person_id, l.county, l.township, COALESCE(x.code, CASE WHEN l.dead THEN 'DECEASED' END) AS code,
         CASE WHEN x.code IS NOT NULL AND i.person_id IS NOT NULL THEN 'CONTRADICTED'
              WHEN x.code IS NOT NULL OR l.dead THEN 'EXEMPT'
              WHEN left(l.county, 4) || '00' = ANY(i.areas) THEN 'MATCHED'
              WHEN i.person_id IS NOT NULL THEN 'ELSEWHERE'
              ELSE 'NOT_ENROLLED' END AS finding
  FROM living l JOIN poor USING (person_id)
  LEFT JOIN insured i USING (person_id) LEFT JOIN exempt x USING (person_id)
  UNION ALL
  SELECT l.person_id, l.county, l.township, NULL, 'NOT_REGISTERED'
  FROM living l JOIN insured i USING (person_id)
  WHERE i.marked AND l.dead IS NOT TRUE AND NOT EXISTS (
    SELECT FROM memberships m WHERE m.person_id = l.person_id AND m.valid_from <= $2
    AND (m.valid_to IS NULL OR m.valid_to >= $2))
)
"""
_COMPARED: Final = _TEMPLATE.format(of_m="", of_e="", of_x="", of_p="")
_COMPARED_ONE: Final = _TEMPLATE.format(
    of_m=" AND m.person_id = $4",
    of_e=" AND e.person_id = $4",
    of_x=" AND (a.person_id = $4 OR a.merged_into = $4)",
    of_p=" AND p.person_id = $4",
)
_COUNTS_SQL: Final = f"""{_COMPARED}
SELECT county, township, finding, code, count(*)::int AS persons FROM compared
GROUP BY county, township, finding, code
"""
_PERSONS_SQL: Final = f"""{_COMPARED}
SELECT person_id, county, township, finding, code FROM compared
WHERE finding = $4 AND person_id > $5 ORDER BY person_id LIMIT $6
"""
_WORK_LIST_SQL: Final = f"""{_COMPARED}, listed AS (
  SELECT c.person_id, c.county, c.township, w.responsible, w.assigned_on, w.visited_on, w.note,
         CASE WHEN c.finding = 'NOT_ENROLLED' THEN COALESCE(w.status, 'OPEN') ELSE 'ENROLLED' END AS status
  FROM compared c LEFT JOIN tasks w ON w.person_id = c.person_id AND w.year = $3
  WHERE c.finding = 'NOT_ENROLLED' OR (c.finding IN ('MATCHED', 'ELSEWHERE') AND w.person_id IS NOT NULL)
)
SELECT person_id, county, township, status, responsible, assigned_on, visited_on, note FROM listed
WHERE ($4::text IS NULL AND status <> 'ENROLLED' OR status = $4) AND ($5::text IS NULL OR township = $5)
AND ($6::text IS NULL OR responsible = $6) AND person_id > $7 ORDER BY person_id LIMIT $8
"""
_ON_LIST_SQL: Final = f"""{_COMPARED_ONE}
SELECT EXISTS (SELECT FROM compared WHERE finding = 'NOT_ENROLLED')
"""
_COMPARISONS_SQL: Final = """
SELECT c.comparison_id, c.area, c.month, c.compared_on, c.due_on, c.made_by, c.registered, c.exceptions, c.enrolled,
       c.not_enrolled, p.pushed_on, p.late
FROM comparisons c LEFT JOIN comparison_pushes p USING (comparison_id)
WHERE ($1::text IS NULL OR c.area = $1) AND ($2::text IS NULL OR c.month = $2) AND c.comparison_id > $3
ORDER BY c.comparison_id LIMIT $4
"""


class ComparisonQueries:
    """Reads for the comparison, each bounded; the people themselves never leave the database but in pages."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def counts(self, prefix: str, on: date, year: int) -> list[Counted]:
        """How many people of each township the two lists say what of."""
        return [
            msgspec.convert(dict(row), Counted)
            for row in await fetch_over_lists(self._runtime, _COUNTS_SQL, prefix, on, year)
        ]

    async def persons(self, prefix: str, on: date, year: int, finding: str, *, after: str, limit: int) -> Sequence[Any]:
        """The people of one finding."""
        return await fetch_over_lists(self._runtime, _PERSONS_SQL, prefix, on, year, finding, after, limit)

    async def work_list(
        self,
        prefix: str,
        on: date,
        year: int,
        *,
        status: str | None,
        township: str | None,
        responsible: str | None,
        after: str,
        limit: int,
    ) -> Sequence[Any]:
        """Who is still to be enrolled, and whose task that is; with ``status`` ENROLLED, whose task is done."""
        return await fetch_over_lists(
            self._runtime, _WORK_LIST_SQL, prefix, on, year, status, township, responsible, after, limit
        )

    async def is_on_work_list(self, person_id: str, county: str, on: date, year: int) -> bool:
        """Whether a person of a county is still to be enrolled."""
        found: bool = await self._runtime.store.pool.fetchval(_ON_LIST_SQL, county, on, year, person_id)
        return found

    async def comparisons(self, area: str | None, month: str | None, after: str, limit: int) -> Sequence[Any]:
        """What was compared, and when it was pushed."""
        return await self._fetch(_COMPARISONS_SQL, area, month, after, limit)

    async def comparison(self, comparison_id: str) -> Made | None:
        """One comparison with its figures."""
        _, past = await self._runtime.store.load(f"comparison/{comparison_id}")
        return COMPARISON.fold(past)

    async def _fetch(self, sql: str, *arguments: Any) -> Sequence[Any]:
        return await self._runtime.store.pool.fetch(sql, *arguments)
