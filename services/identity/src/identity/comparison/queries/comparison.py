"""The questions of the monthly comparison: how many people of which finding, who they are, and what was pushed."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import msgspec

from identity.comparison.domain.comparison import DECIDER as COMPARISON
from identity.comparison.domain.comparison import Counted, Difference, Finding, Made
from identity.comparison.queries.compared import compared_with_enrolments, compared_with_payments
from identity.persons.queries.whole_lists import fetch_over_lists
from kernel.running.runtime import Runtime

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
SELECT row, place, code, detail FROM payments
WHERE list_id = $1 AND outcome = 'UNKNOWN' AND place LIKE $2 || '%' AND row > $3 ORDER BY row LIMIT $4
"""
_ROWS_SQL: Final = "SELECT outcomes FROM payment_list_ends WHERE list_id = $1"
_COMPARISONS_SQL: Final = """
SELECT c.comparison_id, c.area, c.month, c.compared_on, c.due_on, c.made_by, c.registered, c.exceptions, c.enrolled,
       c.not_enrolled, c.payment_list_id, p.pushed_on, p.late
FROM comparisons c LEFT JOIN comparison_pushes p USING (comparison_id)
WHERE c.area LIKE ANY($1::text[]) AND ($2::text IS NULL OR c.area = $2) AND ($3::text IS NULL OR c.month = $3)
AND c.comparison_id > $4 ORDER BY c.comparison_id LIMIT $5
"""


class Lists(msgspec.Struct, frozen=True):
    """What is compared: people whose county begins with ``prefix``, a day, a year, and a payment list if there is one.

    Without a list the enrolments here stand for it.
    """

    prefix: str
    on: date
    year: int
    payment_list_id: str | None


class ComparisonQueries:
    """Reads for the comparison, each bounded; the people themselves never leave the database but in pages."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def counts(self, lists: Lists) -> list[Counted]:
        """How many people of each township the two lists say what of."""
        sql = _COUNTS_SQL if lists.payment_list_id is None else _COUNTS_OF_LIST_SQL
        return [msgspec.convert(dict(row), Counted) for row in await self._over(sql, lists)]

    async def persons(
        self,
        lists: Lists,
        finding: Finding | None,
        difference: Difference | None,
        township: str | None,
        *,
        after: str,
        limit: int,
    ) -> Sequence[Any]:
        """The people of one finding, difference or township, or all, as far as they are known here."""
        sql = _PERSONS_SQL if lists.payment_list_id is None else _PERSONS_OF_LIST_SQL
        asked = (finding and finding.value, difference and difference.value, township, after, limit)
        return await self._over(sql, lists, *asked)

    async def strangers(self, list_id: str, prefix: str, *, after: int, limit: int) -> Sequence[Any]:
        """The rows of a payment list whose numbers nobody here has, though the list says poor."""
        return await self._runtime.store.pool.fetch(_STRANGERS_SQL, list_id, prefix, after, limit)

    async def rows_of(self, list_id: str) -> dict[str, int]:
        """The rows of the payment list that was compared with, by what they came to."""
        found: str = await self._runtime.store.pool.fetchval(_ROWS_SQL, list_id)
        return msgspec.json.decode(found, type=dict[str, int])

    async def comparisons(
        self, areas: Sequence[str], area: str | None, month: str | None, *, after: str, limit: int
    ) -> Sequence[Any]:
        """What was compared, and when it was pushed; ``areas`` are patterns of the areas that are looked for."""
        return await self._runtime.store.pool.fetch(_COMPARISONS_SQL, areas, area, month, after, limit)

    async def comparison(self, comparison_id: str) -> Made | None:
        """One comparison with its figures."""
        _, past = await self._runtime.store.load(f"comparison/{comparison_id}")
        return COMPARISON.fold(past)

    async def _over(self, sql: str, lists: Lists, *arguments: Any) -> Sequence[Any]:
        named = () if lists.payment_list_id is None else (lists.payment_list_id,)
        return await fetch_over_lists(self._runtime, sql, lists.prefix, lists.on, lists.year, *arguments, *named)
