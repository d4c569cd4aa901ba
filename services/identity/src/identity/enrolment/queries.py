"""Questions about enrolment: exemptions, premiums that are due, and what became of them. Sets, never row by row."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

import msgspec

from identity.enrolment.domain.payers import Payer, columns_of
from identity.enrolment.domain.premium import Premium
from identity.enrolment.domain.premium_batch import Due
from kernel.http import Wire, Yuan
from kernel.writing.reads import Reads, checked

_ENROLMENTS_SQL: Final = """
SELECT e.area, e.year, e.scheme, e.registered_on, e.marked_on, p.category AS premium_category,
       COALESCE(p.funds, '{}') AS premium_funds, p.applied_on AS premium_applied_on, p.paid_on AS premium_paid_on
FROM enrolments e LEFT JOIN premiums p USING (person_id, area, year)
WHERE e.person_id = $1 ORDER BY e.year, e.area, e.scheme
"""
_EXEMPTIONS_SQL: Final = """
SELECT x.exemption_id, x.person_id, p.county, x.code, x.since, x.until, x.evidence, x.approved_by, x.entered_by, x.note
FROM exemptions x JOIN persons p USING (person_id)
WHERE {where} AND x.exemption_id > $1 ORDER BY x.exemption_id LIMIT $2
"""
_OF_PERSON: Final = "x.person_id = $3"
_WAITING: Final = "p.county LIKE $3 || '%' AND x.approved_by = ''"
_HOLDING: Final = """p.county LIKE $3 || '%' AND x.approved_by <> ''
AND x.since <= $4 AND (x.until IS NULL OR x.until >= $4)
AND ($5::text IS NULL OR x.code = $5)"""
# Enrolled for the year of a day on which the person is said not to be fit for enrolment.
_CONTRADICTED: Final = """p.county LIKE $3 || '%' AND x.approved_by <> ''
AND x.since <= $4 AND (x.until IS NULL OR x.until >= $4)
AND EXISTS (SELECT FROM enrolments e WHERE e.person_id = x.person_id AND e.year = date_part('year', $4::date)
            AND e.registered_on <= $4)"""
# DISTINCT ON takes each person's best category; a person paid for in another area this year has moved in since. What
# was applied for under a record that was merged into theirs is not applied for again.
_DUE_SQL: Final = """
WITH counted AS (
  SELECT DISTINCT ON (m.person_id) m.person_id, r.category, r.funds
  FROM memberships m JOIN persons p USING (person_id)
  JOIN unnest($5::int[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
       AS r(rank, membership, "group", status, category, funds)
    ON m.category = r.membership AND (r."group" IS NULL OR m."group" = r."group")
       AND (r.status IS NULL OR COALESCE(m.poverty_status, 'NOT_LIFTED') = r.status)
  WHERE p.county = $1 AND m.valid_from <= $4 AND (m.valid_to IS NULL OR m.valid_to >= $4)
    AND (p.deceased_on IS NULL OR p.deceased_on > $4)
  ORDER BY m.person_id, r.rank
), listed AS (
  SELECT c.person_id, c.category, string_to_array(c.funds, '+') AS funds, COALESCE(q.self_paid_fen, 0) AS self_paid_fen,
         (SELECT min(o.area) FROM premiums o WHERE o.person_id = c.person_id AND o.year = $3 AND o.area <> $2
          AND o.batch_id IS NOT NULL) AS paid_in
  FROM counted c
  JOIN enrolments e ON e.person_id = c.person_id AND e.area = $2 AND e.year = $3 AND e.scheme = 'RESIDENT'
    AND e.registered_on IS NOT NULL AND e.marked_on IS NOT NULL
  LEFT JOIN premiums q ON q.person_id = c.person_id AND q.area = $2 AND q.year = $3
  WHERE c.funds <> '' AND q.batch_id IS NULL AND ($11::text IS NULL OR c.funds = $11)
    AND NOT EXISTS (SELECT FROM persons a JOIN premiums o ON o.person_id = a.person_id
                    WHERE a.merged_into = c.person_id AND o.year = $3 AND o.batch_id IS NOT NULL)
)
SELECT person_id, category, funds, self_paid_fen, paid_in FROM listed
WHERE (paid_in IS NOT NULL) = $12 AND person_id > $13 ORDER BY person_id LIMIT $14
"""
_PREMIUM_COLUMNS: Final = ", ".join(Premium.__struct_fields__)
_HELD_SQL: Final = f"""
SELECT {_PREMIUM_COLUMNS} FROM premiums WHERE person_id = ANY($1::text[]) AND area = $2 AND year = $3
"""
_IN_BATCH_SQL: Final = f"SELECT {_PREMIUM_COLUMNS} FROM premiums WHERE batch_id = $1"
_REFUNDS_SQL: Final = f"""
SELECT {_PREMIUM_COLUMNS} FROM premiums q WHERE area = $1 AND year = $2 AND person_id > $3
AND EXISTS (SELECT FROM persons p WHERE p.person_id = q.person_id AND p.county LIKE ANY($5::text[]))
AND paid_on IS NOT NULL AND self_paid_fen > refunded_fen ORDER BY person_id LIMIT $4
"""
_BATCHES_SQL: Final = """
SELECT b.batch_id, b.county, b.area, b.year, b.funds, b.persons, b.total_fen, b.applied_on, b.applied_by,
       COALESCE(x.state, 'APPLIED') AS state, x.ended_on, x.reference
FROM premium_batches b LEFT JOIN premium_batch_ends x USING (batch_id)
WHERE b.county LIKE ANY($1::text[]) AND ($2::int IS NULL OR b.year = $2) AND b.batch_id > $3
ORDER BY b.batch_id LIMIT $4
"""


_COUNTY_OF_BATCH_SQL: Final = "SELECT county FROM premium_batches WHERE batch_id = $1"


class EnrolmentRow(msgspec.Struct, frozen=True, kw_only=True):
    """A person's enrolment of a year in an area, with its premium."""

    area: str
    year: int
    scheme: str
    registered_on: date | None
    marked_on: date | None
    premium_category: str | None
    premium_funds: tuple[str, ...]
    premium_applied_on: date | None
    premium_paid_on: date | None


class ExemptionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An exemption as it stands; ``until`` is its last day; ``approved_by`` is empty while it waits for an approval."""

    exemption_id: str
    person_id: str
    county: str
    code: str
    since: date
    evidence: str
    approved_by: str
    entered_by: str
    until: date | None = None
    note: str | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the person is exempt on a day."""
        return bool(self.approved_by) and self.since <= day and (self.until is None or day <= self.until)


class DueAnswer(Wire, frozen=True):
    """A premium that finance has to pay: first of these funds, then the next. ``paid_in``: another area asked first."""

    person_id: str
    category: str
    funds: tuple[str, ...]
    self_paid_fen: Yuan
    paid_in: str | None = None

    @property
    def due(self) -> Due:
        """The row as a decision takes it."""
        return Due(self.person_id, self.category, self.funds)


class BatchAnswer(Wire, frozen=True):
    """An application: APPLIED, PAID or REJECTED."""

    batch_id: str
    county: str
    area: str
    year: int
    funds: tuple[str, ...]
    persons: int
    total_fen: Yuan
    applied_on: date
    applied_by: str
    state: str
    ended_on: date | None = None
    reference: str | None = None


class EnrolmentQueries(Reads):
    """Reads about enrolment, each bounded."""

    async def enrolments(self, person_id: str) -> list[EnrolmentRow]:
        """A person's enrolments with their premiums."""
        return await self.many(checked(EnrolmentRow), _ENROLMENTS_SQL, person_id)

    async def exemptions_of(self, person_id: str, after: str = "", limit: int = 500) -> list[ExemptionAnswer]:
        """A person's exemptions, ended or not."""
        return await self.many(ExemptionAnswer, _EXEMPTIONS_SQL.format(where=_OF_PERSON), after, limit, person_id)

    async def exemptions(self, area: str, on: date, code: str | None, after: str, limit: int) -> list[ExemptionAnswer]:
        """The name list of an area: who is exempt on a day; ``area`` is the beginning of a division code."""
        sql = _EXEMPTIONS_SQL.format(where=_HOLDING)
        return await self.over_lists(ExemptionAnswer, sql, after, limit, area, on, code)

    async def waiting_exemptions(self, area: str, after: str, limit: int) -> list[ExemptionAnswer]:
        """Those of an area that wait for another person's approval."""
        return await self.over_lists(ExemptionAnswer, _EXEMPTIONS_SQL.format(where=_WAITING), after, limit, area)

    async def contradictions(self, area: str, on: date, after: str, limit: int) -> list[ExemptionAnswer]:
        """Who is exempt and enrolled at once."""
        sql = _EXEMPTIONS_SQL.format(where=_CONTRADICTED)
        return await self.over_lists(ExemptionAnswer, sql, after, limit, area, on)

    async def due(
        self,
        county: str,
        area: str,
        year: int,
        on: date,
        payers: Sequence[Payer],
        *,
        payer: str | None = None,
        moved_in: bool = False,
        after: str = "",
        limit: int,
    ) -> list[DueAnswer]:
        """Who is enrolled and marked and whose premium nobody has asked finance for, in the category that counts.

        ``moved_in`` gives instead those whose premium of the year another area asked for.
        """
        ranks = (*columns_of(payers), ["+".join(way.funds) for way in payers])
        return await self.over_lists(
            DueAnswer.of_row, _DUE_SQL, county, area, year, on, *ranks, payer, moved_in, after, limit
        )

    async def held(self, person_ids: Sequence[str], area: str, year: int) -> dict[str, Premium]:
        """The premiums of these people where anything happened."""
        return _by_person(await self.many(checked(Premium), _HELD_SQL, list(person_ids), area, year))

    async def in_batch(self, batch_id: str) -> dict[str, Premium]:
        """The premiums that a batch asks for."""
        return _by_person(await self.many(checked(Premium), _IN_BATCH_SQL, batch_id))

    async def refunds_due(self, area: str, year: int, counties: list[str], after: str, limit: int) -> list[Premium]:
        """Premiums that both finance and the person paid, of people whose counties are like one of these."""
        return await self.many(checked(Premium), _REFUNDS_SQL, area, year, after, limit, counties)

    async def batches(self, counties: list[str], year: int | None, after: str, limit: int) -> list[BatchAnswer]:
        """Applications to finance for counties that are like one of these, and how they ended."""
        return await self.many(BatchAnswer.of_row, _BATCHES_SQL, counties, year, after, limit)

    async def county_of_batch(self, batch_id: str) -> str | None:
        """The county whose people's premiums were asked for."""
        county: str | None = await self.pool.fetchval(_COUNTY_OF_BATCH_SQL, batch_id)
        return county


def _by_person(premiums: Iterable[Premium]) -> dict[str, Premium]:
    return {premium.person_id: premium for premium in premiums}
