"""What held on a day, as it was known at a moment: memberships, death and facts in both of their times."""

from datetime import date, datetime
from typing import Any, Final, TypeAlias, get_args

import msgspec

from identity.memberships.queries.memberships import COLUMNS, MembershipAnswer
from identity.persons.queries.persons import PersonRow
from kernel.http import Wire, Yuan
from kernel.writing.reads import Reads

# Of each membership that was ever under this person the newest version of that moment, if it is still here.
_MEMBERSHIPS_SQL: Final = f"""
WITH newest AS (
  SELECT DISTINCT ON (membership_id) * FROM membership_versions
  WHERE membership_id IN (SELECT membership_id FROM membership_versions WHERE person_id = $1) AND recorded_at <= $3
  ORDER BY membership_id, revision DESC
)
SELECT {COLUMNS} FROM newest
WHERE person_id = $1 AND change NOT IN ('GIVEN_UP', 'WITHDRAWN')
  AND valid_from <= $2 AND (valid_to IS NULL OR valid_to >= $2)
  AND ($4::text IS NULL OR department = $4)
ORDER BY valid_from, membership_id
"""
_DEATH_SQL: Final = """
SELECT deceased_on FROM death_versions WHERE person_id = $1 AND recorded_at <= $2 ORDER BY revision DESC LIMIT 1
"""
_FACTS_SQL: Final = """
WITH newest AS (
  SELECT DISTINCT ON (fact_id) * FROM fact_versions
  WHERE person_id = ANY (array_append(ARRAY(SELECT person_id FROM persons WHERE merged_into = $1), $1))
    AND recorded_at <= $3
  ORDER BY fact_id, revision DESC
)
SELECT fact_id, department, detail, valid_from, valid_to, evidence, recorded_at FROM newest
WHERE change <> 'WITHDRAWN' AND valid_from <= $2 AND (valid_to IS NULL OR valid_to >= $2)
  AND ($4::text IS NULL OR department = $4)
ORDER BY valid_from, fact_id
"""


class HouseholdAnswer(Wire, frozen=True, tag="household", tag_field="kind"):
    """A household and the person's place in it."""

    household_id: str
    role: str


class DisabilityAnswer(Wire, frozen=True, tag="disability", tag_field="kind"):
    """A grade of disability, 1 the severest."""

    grade: int


class LowIncomeAnswer(Wire, frozen=True, tag="low_income_test", tag_field="kind"):
    """A low-income test: what it rested on per head, and what came of it by which clause."""

    income_fen: Yuan
    assets_fen: Yuan
    local_line_fen: Yuan
    asset_limit_fen: Yuan
    income_multiple: str
    passed: bool
    clause: str
    group: str | None = None


class HandbookAnswer(Wire, frozen=True, tag="handbook", tag_field="kind"):
    """The person is named in a poverty handbook, whose number nobody can read here."""


DetailAnswer: TypeAlias = HouseholdAnswer | DisabilityAnswer | LowIncomeAnswer | HandbookAnswer
_DETAILS: Final = {kind.__struct_config__.tag: kind for kind in get_args(DetailAnswer)}


class FactAnswer(Wire, frozen=True):
    """A fact as it was believed; ``recorded_at`` is since when."""

    fact_id: str
    department: str
    detail: DetailAnswer
    valid_from: date
    evidence: str
    recorded_at: datetime
    valid_to: date | None = None


class AsOfAnswer(Wire, frozen=True):
    """What held on a day as it was known at a moment. ``facts`` are for the agency and their own departments."""

    person_id: str
    on: date
    known_at: datetime
    memberships: list[MembershipAnswer]
    facts: list[FactAnswer]
    deceased_on: date | None = None
    merged_into: str | None = None


class AsOfQueries(Reads):
    """Reads of the versions; a person has a handful of each."""

    async def as_of(
        self, person: PersonRow, on: date, known_at: datetime, *, department: str | None, facts_too: bool
    ) -> AsOfAnswer:
        """What held on ``on`` as it was known at ``known_at``. After a known death no membership holds."""
        asked = (person.person_id, on, known_at, department)
        deceased_on = await self.pool.fetchval(_DEATH_SQL, person.person_id, known_at)
        dead = deceased_on is not None and on > deceased_on
        return AsOfAnswer(
            person_id=person.person_id,
            on=on,
            known_at=known_at,
            memberships=[] if dead else await self.many(MembershipAnswer, _MEMBERSHIPS_SQL, *asked),
            facts=await self.many(_fact, _FACTS_SQL, *asked) if facts_too else [],
            deceased_on=deceased_on,
            merged_into=person.merged_into,
        )


def _fact(*, detail: str, **columns: Any) -> FactAnswer:
    return FactAnswer(detail=detail_answer(msgspec.json.decode(detail)), **columns)


def detail_answer(said: dict[str, Any]) -> DetailAnswer:
    """The detail of a fact as it is stored, as it is shown."""
    kind = _DETAILS[said["kind"]]
    shown: DetailAnswer = kind.of_row(**{name: said[name] for name in kind.__struct_fields__})
    return shown
