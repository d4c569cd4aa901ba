"""What held on a day, as it was known at a moment: memberships, death and facts in both of their times."""

from datetime import date, datetime
from typing import Any, Final

import msgspec

from identity.facts.domain.facts import Detail
from identity.memberships.queries.memberships import MembershipAnswer
from kernel.writing.reads import Reads

_DETAIL: Final[msgspec.json.Decoder[Detail]] = msgspec.json.Decoder(Detail)
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


class FactRow(msgspec.Struct, frozen=True, kw_only=True):
    """A fact as it was believed."""

    fact_id: str
    department: str
    detail: Detail
    valid_from: date
    valid_to: date | None
    evidence: str
    recorded_at: datetime


class AsOf(msgspec.Struct, frozen=True):
    """What was believed at a moment about a day."""

    deceased_on: date | None
    memberships: list[MembershipAnswer]
    facts: list[FactRow]


class AsOfQueries(Reads):
    """Reads of the versions; a person has a handful of each."""

    async def as_of(
        self, person_id: str, on: date, known_at: datetime, *, department: str | None, facts_too: bool
    ) -> AsOf:
        """What held on ``on`` as it was known at ``known_at``. After a known death no membership holds."""
        asked = (person_id, on, known_at, department)
        deceased_on = await self.pool.fetchval(_DEATH_SQL, person_id, known_at)
        dead = deceased_on is not None and on > deceased_on
        held = [] if dead else await self.many(MembershipAnswer, _MEMBERSHIPS_SQL, *asked)
        return AsOf(deceased_on, held, await self.many(_fact, _FACTS_SQL, *asked) if facts_too else [])


def _fact(*, detail: str, **columns: Any) -> FactRow:
    return FactRow(detail=_DETAIL.decode(detail), **columns)
