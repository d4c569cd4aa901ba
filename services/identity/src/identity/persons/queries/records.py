"""What leads to a person's record and what rests on it: ID numbers by their tokens, aliases, things of other topics."""

from typing import Final

import msgspec

from kernel.writing.reads import Reads

_KEPT_SQL: Final = "SELECT number_token, registered_by FROM personal_data WHERE person_id = $1"
_HOLDER_SQL: Final = "SELECT person_id FROM personal_data WHERE number_token = $1"
# The newest of several former holders; their records stay apart until somebody merges them.
_FORMER_HOLDER_SQL: Final = """
SELECT person_id FROM former_numbers WHERE number_token = $1 ORDER BY recorded_at DESC, person_id LIMIT 1
"""
_TOKENS_SQL: Final = """
SELECT number_token FROM personal_data WHERE person_id = $1
UNION SELECT number_token FROM former_numbers WHERE person_id = $1 ORDER BY 1
"""
_ALIASES_SQL: Final = "SELECT person_id FROM persons WHERE merged_into = $1 ORDER BY person_id"
_WITH_ALIASES_SQL: Final = "SELECT person_id FROM persons WHERE person_id = $1 OR merged_into = $1 ORDER BY person_id"
_RESTING_SQL: Final = """
SELECT 'an entry' WHERE EXISTS (
  SELECT FROM entries WHERE person_id = $1 AND state IN ('ENTERED', 'REVIEWED', 'RETURNED'))
UNION ALL SELECT 'merged records' WHERE EXISTS (SELECT FROM persons WHERE merged_into = $1)
UNION ALL SELECT 'facts' WHERE EXISTS (SELECT FROM fact_versions WHERE person_id = $1)
UNION ALL SELECT 'exemptions' WHERE EXISTS (SELECT FROM exemptions WHERE person_id = $1)
UNION ALL SELECT 'premiums' WHERE EXISTS (SELECT FROM premiums WHERE person_id = $1)
"""


class KeptData(msgspec.Struct, frozen=True):
    """What stands beside a person's sealed data: the token of the ID number in force, and who registered the person."""

    number_token: str
    registered_by: str


class RecordQueries(Reads):
    """Reads of what leads to records and rests on them."""

    async def kept(self, person_id: str) -> KeptData | None:
        """What stands beside a person's sealed data; None where these are gone."""
        return await self.one(KeptData, _KEPT_SQL, person_id)

    async def holder(self, number_token: str) -> str | None:
        """The person who has an ID number."""
        person_id: str | None = await self.pool.fetchval(_HOLDER_SQL, number_token)
        return person_id

    async def former_holder(self, number_token: str) -> str | None:
        """The person who had an ID number before."""
        person_id: str | None = await self.pool.fetchval(_FORMER_HOLDER_SQL, number_token)
        return person_id

    async def number_tokens(self, person_id: str) -> list[str]:
        """The ID numbers by which a person is known."""
        return await self._column(_TOKENS_SQL, person_id)

    async def aliases(self, person_id: str) -> list[str]:
        """The records that were merged into this one."""
        return await self._column(_ALIASES_SQL, person_id)

    async def with_aliases(self, person_id: str) -> list[str]:
        """The record and those that were merged into it."""
        return await self._column(_WITH_ALIASES_SQL, person_id)

    async def resting(self, person_id: str) -> list[str]:
        """What rests on a registration outside the person's own stream, in words."""
        return await self._column(_RESTING_SQL, person_id)

    async def _column(self, sql: str, about: str) -> list[str]:
        return [row[0] for row in await self.pool.fetch(sql, about)]
