"""The questions about the sick, and about who left the list without a check."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from identity.illnesses.domain.exit_check import ExitChecked
from identity.illnesses.domain.illness import DECIDER, Illness
from identity.persons.domain.enrolment import Enrolment
from identity.persons.queries.feed_access import OPENS
from kernel.writing.reads import Reads, checked

_OPENS: Final = OPENS.format(
    person="i.person_id",
    department="$8",
    today="$9::date",
    midnight="$10::timestamptz",
    approved="$11::boolean",
)
_LIST_SQL: Final = f"""
SELECT illness_id, person_id, county, disease, care, plan, impoverishing, since, written_by, state, verified_by,
       verified_on, note, closed_on
FROM illnesses i
WHERE state = $1 AND ($2::text IS NULL OR county = $2) AND ($3::text IS NULL OR care = $3)
  AND ($4::boolean IS NULL OR impoverishing = $4) AND county LIKE ANY($5::text[]) AND illness_id > $6
  AND ($8::text IS NULL OR {_OPENS})
ORDER BY illness_id LIMIT $7
"""
_OF_PERSON_SQL: Final = "SELECT illness_id FROM illnesses WHERE person_id = $1 ORDER BY illness_id"
_PERSON_SQL: Final = "SELECT person_id FROM illnesses WHERE illness_id = $1"
_COUNTY_SQL: Final = "SELECT county FROM illnesses WHERE illness_id = $1"
_ENROLMENTS_SQL: Final = "SELECT scheme, area, year, registered_on, marked_on FROM enrolments WHERE person_id = $1"
_CHECKS_SQL: Final = """
SELECT check_id, person_id, county, checked_on, insured, unverified, without_plan, passed, evidence, checked_by
FROM exit_checks WHERE person_id = $1 ORDER BY checked_on DESC, check_id LIMIT 100
"""
# Whoever is said to have left poverty, and for whom no check was passed in the year before the day of leaving or later:
# who came back to poverty and leaves it again is checked again (002 三(六) 退出…验收). The document names no time.
_UNCHECKED_SQL: Final = """
SELECT DISTINCT ON (m.person_id) m.person_id, p.county, m.exit_date
FROM memberships m JOIN persons p USING (person_id)
WHERE m.category = 'REGISTERED_POOR' AND m.poverty_status = 'LIFTED' AND m.exit_date IS NOT NULL
  AND p.county LIKE $1 || '%' AND p.county LIKE ANY($2::text[]) AND p.merged_into IS NULL AND NOT p.annulled
  AND p.deceased_on IS NULL AND m.person_id > $3
  AND NOT EXISTS (SELECT FROM exit_checks e WHERE e.person_id = m.person_id AND e.passed
                  AND e.checked_on > m.exit_date - interval '1 year')
ORDER BY m.person_id, m.exit_date LIMIT $4
"""


class IllnessRow(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it stands."""

    illness_id: str
    person_id: str
    county: str
    disease: str
    care: str
    plan: str
    impoverishing: bool
    since: date
    written_by: str
    state: str
    verified_by: str | None
    verified_on: date | None
    note: str | None
    closed_on: date | None


class ExitCheckRow(ExitChecked, frozen=True, kw_only=True):
    """A check as it was made."""


class UncheckedRow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who left the list, and for whom no check was passed."""

    person_id: str
    county: str
    exit_date: date


class IllnessQueries(Reads):
    """Reads of the registry, each bounded."""

    async def page(
        self,
        state: str,
        counties: Sequence[str],
        *,
        own: Sequence[object] | None,
        county: str | None,
        care: str | None,
        impoverishing: bool | None,
        after: str,
        limit: int,
    ) -> list[IllnessRow]:
        """Entries in one state; with ``own`` those of whom ``FeedAccess`` opens to a department."""
        asked = (state, county, care, impoverishing, counties, after, limit, *(own or (None, None, None, None)))
        return await self.many(IllnessRow, _LIST_SQL, *asked)

    async def of_person(self, person_id: str) -> list[Illness]:
        """All entries about a person."""
        rows = await self.pool.fetch(_OF_PERSON_SQL, person_id)
        loaded = await self.store.load_many([f"illness/{row['illness_id']}" for row in rows])
        folded = (DECIDER.fold(past) for _, past in loaded.values())
        return [illness for illness in folded if illness is not None]

    async def person_of(self, illness_id: str) -> str | None:
        """The person whom an entry is about."""
        return await self.text(_PERSON_SQL, illness_id)

    async def county_of(self, illness_id: str) -> str | None:
        """The county of the person whom an entry is about."""
        county: str | None = await self.pool.fetchval(_COUNTY_SQL, illness_id)
        return county

    async def enrolments(self, person_id: str) -> list[Enrolment]:
        """A person's insurance, year by year."""
        return await self.many(checked(Enrolment), _ENROLMENTS_SQL, person_id)

    async def checks(self, person_id: str) -> list[ExitCheckRow]:
        """A person's exit checks, the newest first, at most a hundred."""
        return await self.many(ExitCheckRow, _CHECKS_SQL, person_id)

    async def unchecked(self, prefix: str, counties: Sequence[str], after: str, limit: int) -> list[UncheckedRow]:
        """Who left the list without a passed check."""
        return await self.over_lists(UncheckedRow, _UNCHECKED_SQL, prefix, counties, after, limit)
