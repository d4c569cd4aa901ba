"""The work list: who is supported and still to be enrolled, and whose task that is."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import msgspec

from identity.enrolment.domain.payers import Payer, columns_of
from kernel.writing.reads import Reads

# One row a person, in the category that counts by the policy of their county. $1 is what the county begins with, $2 the
# day, $3 the year of the insurance, $4 to $9 the ways into a category, county by county.
_TEMPLATE: Final = """
WITH supported AS (
  SELECT DISTINCT ON (p.person_id) p.person_id, p.county, r.category
  FROM persons p JOIN memberships m USING (person_id)
  JOIN unnest($4::text[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[])
       AS r(county, rank, membership, "group", status, category)
    ON r.county = p.county AND m.category = r.membership AND (r."group" IS NULL OR m."group" = r."group")
       AND (r.status IS NULL OR COALESCE(m.poverty_status, 'NOT_LIFTED') = r.status)
  WHERE p.county LIKE $1 || '%' AND p.merged_into IS NULL AND NOT p.annulled{of_p}
    AND (p.deceased_on IS NULL OR p.deceased_on > $2) AND m.poverty_status IS DISTINCT FROM 'REMOVED'
    AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to >= $2)
  ORDER BY p.person_id, r.rank
), enrolled AS (
  SELECT DISTINCT e.person_id FROM enrolments e WHERE e.year = $3 AND e.registered_on <= $2{of_e}
), exempt AS (
  SELECT DISTINCT COALESCE(a.merged_into, a.person_id) AS person_id FROM exemptions x JOIN persons a USING (person_id)
  WHERE x.approved_by <> '' AND x.since <= $2 AND (x.until IS NULL OR x.until >= $2){of_x}
), listed AS (
  SELECT s.person_id, s.county, COALESCE(t.township, s.county) AS township, s.category,
         CASE WHEN e.person_id IS NULL THEN COALESCE(w.status, 'OPEN') ELSE 'ENROLLED' END AS status,
         w.responsible, w.assigned_on, w.visited_on, w.note
  FROM supported s LEFT JOIN person_townships t USING (person_id) LEFT JOIN enrolled e USING (person_id)
  LEFT JOIN exempt x USING (person_id) LEFT JOIN tasks w ON w.person_id = s.person_id AND w.year = $3
  WHERE x.person_id IS NULL AND (e.person_id IS NULL OR w.person_id IS NOT NULL)
)
"""
_LIST_SQL: Final = f"""{_TEMPLATE.format(of_p="", of_e="", of_x="")}
SELECT person_id, county, township, category, status, responsible, assigned_on, visited_on, note FROM listed
WHERE ($10::text IS NULL AND status <> 'ENROLLED' OR status = $10) AND ($11::text IS NULL OR township = $11)
AND ($12::text IS NULL OR responsible = $12) AND ($13::text IS NULL OR category = $13)
AND person_id > $14 ORDER BY person_id LIMIT $15
"""
_OF_ONE: Final = _TEMPLATE.format(
    of_p=" AND p.person_id = $10",
    of_e=" AND e.person_id = $10",
    of_x=" AND (a.person_id = $10 OR a.merged_into = $10)",
)
_ON_LIST_SQL: Final = f"{_OF_ONE} SELECT EXISTS (SELECT FROM listed WHERE status <> 'ENROLLED')"
_COUNTIES_SQL: Final = "SELECT DISTINCT county FROM persons WHERE county LIKE $1 || '%' ORDER BY county"


class WorkRow(msgspec.Struct, frozen=True, kw_only=True):
    """A person on the work list; under the county's code where the township is not known."""

    person_id: str
    county: str
    township: str
    category: str
    status: str
    responsible: str | None
    assigned_on: date | None
    visited_on: date | None
    note: str | None


class WorkWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of the work list is asked for; without a status everybody who is still to be enrolled."""

    status: str | None
    township: str | None
    responsible: str | None
    category: str | None


class WorkListQueries(Reads):
    """Reads of the work list; the people never leave the database but in pages."""

    async def counties(self, prefix: str) -> list[str]:
        """The counties of an area in which anybody lives."""
        return [row.county for row in await self.over_lists(_County, _COUNTIES_SQL, prefix)]

    async def work_list(
        self,
        prefix: str,
        on: date,
        year: int,
        ways: Mapping[str, Sequence[Payer]],
        wanted: WorkWanted,
        *,
        after: str,
        limit: int,
    ) -> list[WorkRow]:
        """Who is still to be enrolled, and whose task that is; with status ENROLLED, whose task is done.

        ``ways`` are the ways into a category that is on the list, by county.
        """
        asked = (*_columns(ways), *msgspec.structs.astuple(wanted), after, limit)
        return await self.over_lists(WorkRow, _LIST_SQL, prefix, on, year, *asked)

    async def holds(self, person_id: str, county: str, on: date, year: int, ways: Sequence[Payer]) -> bool:
        """Whether a person of a county is still to be enrolled."""
        found: bool = await self.pool.fetchval(_ON_LIST_SQL, county, on, year, *_columns({county: ways}), person_id)
        return found


class _County(msgspec.Struct, frozen=True):
    county: str


def _columns(ways: Mapping[str, Sequence[Payer]]) -> tuple[list[Any], ...]:
    counties = [county for county, found in ways.items() for _ in found]
    return counties, *columns_of(way for found in ways.values() for way in found)
