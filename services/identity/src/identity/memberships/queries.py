"""What held on a day, as it was known at a moment: memberships, death and facts in both of their times."""

from datetime import date, datetime
from typing import Any, Final

import msgspec

from kernel.running.runtime import Runtime

# Of each membership that was ever under this person the newest version of that moment, if it is still here.
_MEMBERSHIPS_SQL: Final = """
WITH newest AS (
  SELECT DISTINCT ON (membership_id) * FROM membership_versions
  WHERE membership_id IN (SELECT membership_id FROM membership_versions WHERE person_id = $1) AND recorded_at <= $3
  ORDER BY membership_id, revision DESC
)
SELECT membership_id, person_id, department, category, "group", poverty_status, exit_date, valid_from, valid_to,
       evidence, revision, recorded_at
FROM newest
WHERE person_id = $1 AND change <> 'GIVEN_UP' AND valid_from <= $2 AND (valid_to IS NULL OR valid_to >= $2)
  AND ($4::text IS NULL OR department = $4)
ORDER BY valid_from, membership_id
"""
_DEATH_SQL: Final = """
SELECT deceased_on FROM death_versions WHERE person_id = $1 AND recorded_at <= $2 ORDER BY revision DESC LIMIT 1
"""
_FACTS_SQL: Final = """
WITH newest AS (
  SELECT DISTINCT ON (fact_id) * FROM fact_versions
  WHERE (person_id = $1 OR person_id IN (SELECT person_id FROM persons WHERE merged_into = $1)) AND recorded_at <= $3
  ORDER BY fact_id, revision DESC
)
SELECT fact_id, department, detail, valid_from, valid_to, evidence, recorded_at FROM newest
WHERE change <> 'WITHDRAWN' AND valid_from <= $2 AND (valid_to IS NULL OR valid_to >= $2)
  AND ($4::text IS NULL OR department = $4)
ORDER BY valid_from, fact_id
"""


class FactRow(msgspec.Struct, frozen=True):
    """A fact as it was believed; ``detail`` as plain values."""

    fact_id: str
    department: str
    detail: dict[str, Any]
    valid_from: date
    valid_to: date | None
    evidence: str
    recorded_at: datetime


class AsOfRow(msgspec.Struct, frozen=True):
    """What was believed at a moment about a day."""

    deceased_on: date | None
    memberships: list[dict[str, Any]]
    facts: list[FactRow]


class AsOfQueries:
    """Reads of the versions; a person has a handful of each."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def as_of(
        self, person_id: str, on: date, known_at: datetime, *, department: str | None, facts_too: bool
    ) -> AsOfRow:
        """What held on ``on`` as it was known at ``known_at``. After a known death no membership holds."""
        pool = self._runtime.store.pool
        deceased_on = await pool.fetchval(_DEATH_SQL, person_id, known_at)
        dead = deceased_on is not None and on > deceased_on
        held = [] if dead else await pool.fetch(_MEMBERSHIPS_SQL, person_id, on, known_at, department)
        facts = await pool.fetch(_FACTS_SQL, person_id, on, known_at, department) if facts_too else []
        return AsOfRow(deceased_on, [dict(row) for row in held], [_fact(row) for row in facts])


def _fact(row: Any) -> FactRow:
    return FactRow(**{**row, "detail": msgspec.json.decode(row["detail"])})
