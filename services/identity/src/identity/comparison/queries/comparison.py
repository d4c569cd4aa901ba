"""The questions of the monthly comparison: how many people of which finding, who they are, and what was pushed."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Final, TypeVar

import msgspec

from identity.comparison.domain.comparison import DECIDER as COMPARISON
from identity.comparison.domain.comparison import Counted, Difference, Finding, Made
from identity.comparison.queries.compared import compared_with_enrolments, compared_with_payments
from kernel.writing.reads import Reads, checked

_COUNTS: Final = """
SELECT county, township, finding, code, name IS NOT DISTINCT FROM 'VARIANT' AS variant, difference,
       person_id IS NULL AS stranger, count(*)::int AS persons
FROM compared GROUP BY county, township, finding, code, variant, difference, stranger
"""
_PERSONS: Final = """
SELECT person_id, county, township, finding, code, name, row, difference FROM compared
WHERE ($4::text IS NULL OR finding = $4) AND ($5::text IS NULL OR difference = $5)
AND ($6::text IS NULL OR township = $6) AND person_id > $7 ORDER BY person_id LIMIT $8
"""
_COUNTS_SQL: Final = compared_with_enrolments() + _COUNTS
_COUNTS_OF_LIST_SQL: Final = compared_with_payments("$4") + _COUNTS
_PERSONS_SQL: Final = compared_with_enrolments() + _PERSONS
_PERSONS_OF_LIST_SQL: Final = compared_with_payments("$9") + _PERSONS
_STRANGERS_SQL: Final = """
SELECT row, place AS area, code, detail FROM payments
WHERE list_id = $1 AND outcome = 'UNKNOWN' AND place LIKE $2 || '%' AND row > $3 ORDER BY row LIMIT $4
"""
_ROWS_SQL: Final = "SELECT outcomes FROM payment_list_ends WHERE list_id = $1"
_COMPARISONS_SQL: Final = """
SELECT c.comparison_id, c.area, c.month, c.compared_on, c.due_on, c.made_by, c.registered, c.exceptions, c.enrolled,
       c.not_enrolled, c.payment_list_id, p.pushed_on, p.late,
       (SELECT e.recorded_at FROM events e WHERE e.stream_id = 'comparison/' || c.comparison_id AND e.version = 1)
         AS made_at
FROM comparisons c LEFT JOIN comparison_pushes p USING (comparison_id)
WHERE c.area LIKE ANY($1::text[]) AND ($2::text IS NULL OR c.area = $2) AND ($3::text IS NULL OR c.month = $3)
AND c.comparison_id > $4 ORDER BY c.comparison_id LIMIT $5
"""


RowT = TypeVar("RowT", bound=msgspec.Struct)


class Lists(msgspec.Struct, frozen=True):
    """What is compared: people whose county begins with ``prefix``, a day, a year, and a payment list if there is one.

    Without a list the enrolments here stand for it.
    """

    prefix: str
    on: date
    year: int
    payment_list_id: str | None


class FoundPerson(msgspec.Struct, frozen=True, kw_only=True):
    """A person behind a figure; ``code`` is the reason of an exemption.

    Where a payment list was compared: ``row`` is the person's place in it (of who is NOT_ENROLLED: a
    row that was refused), ``name`` how it writes the name (SAME,
    VARIANT, DIFFERENT), ``difference`` how it and the enrolments here differ.
    """

    person_id: str
    county: str
    township: str
    finding: str
    code: str | None
    name: str | None
    row: int | None
    difference: str | None


class Stranger(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody poor according to the payment list whose number nobody here has; its sender finds them at ``row``.

    Counted under ``area``: the pooling area paid in, or the list's own where that is outside of it.
    """

    row: int
    area: str
    code: str | None
    detail: str | None


class ComparisonRow(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison in a list; ``late`` where it was pushed after the month's day."""

    comparison_id: str
    area: str
    month: str
    compared_on: date
    due_on: date | None
    made_by: str
    registered: int
    exceptions: int
    enrolled: int
    not_enrolled: int
    payment_list_id: str | None
    pushed_on: date | None
    late: bool | None
    #: Which of two of one day is the newer.
    made_at: datetime | None


class ComparisonQueries(Reads):
    """Reads for the comparison, each bounded; the people themselves never leave the database but in pages."""

    async def counts(self, lists: Lists) -> list[Counted]:
        """How many people of each township the two lists say what of."""
        sql = _COUNTS_SQL if lists.payment_list_id is None else _COUNTS_OF_LIST_SQL
        return await self._over(checked(Counted), sql, lists)

    async def persons(
        self,
        lists: Lists,
        finding: Finding | None,
        difference: Difference | None,
        township: str | None,
        *,
        after: str,
        limit: int,
    ) -> list[FoundPerson]:
        """The people of one finding, difference or township, or all, as far as they are known here."""
        sql = _PERSONS_SQL if lists.payment_list_id is None else _PERSONS_OF_LIST_SQL
        asked = (finding and finding.value, difference and difference.value, township, after, limit)
        return await self._over(FoundPerson, sql, lists, *asked)

    async def strangers(self, list_id: str, prefix: str, *, after: int, limit: int) -> list[Stranger]:
        """The rows of a payment list whose numbers nobody here has, though the list says poor."""
        return await self.many(Stranger, _STRANGERS_SQL, list_id, prefix, after, limit)

    async def rows_of(self, list_id: str) -> dict[str, int]:
        """The rows of the payment list that was compared with, by what they came to."""
        found: str = await self.pool.fetchval(_ROWS_SQL, list_id)
        return msgspec.json.decode(found, type=dict[str, int])

    async def comparisons(
        self, areas: Sequence[str], area: str | None, month: str | None, *, after: str, limit: int
    ) -> list[ComparisonRow]:
        """What was compared, and when it was pushed; ``areas`` are patterns of the areas that are looked for."""
        return await self.many(ComparisonRow, _COMPARISONS_SQL, areas, area, month, after, limit)

    async def comparison(self, comparison_id: str) -> Made | None:
        """One comparison with its figures."""
        return COMPARISON.fold(await self.events(f"comparison/{comparison_id}"))

    async def _over(self, kind: Callable[..., RowT], sql: str, lists: Lists, *arguments: Any) -> list[RowT]:
        named = () if lists.payment_list_id is None else (lists.payment_list_id,)
        return await self.over_lists(kind, sql, lists.prefix, lists.on, lists.year, *arguments, *named)
