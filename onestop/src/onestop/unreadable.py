"""Persons whose data nobody can read: their keys or number tokens are newer than the dump that brought those back.

Keys and tokens are in no event, so a recovery from topics has them from a dump of their own. Whoever was registered
since must be told again by the department that did it.
"""

from typing import Final

import msgspec

from kernel.writing.database import administering
from onestop.services import SERVICES

_UNREADABLE_SQL: Final = """
SELECT p.person_id, p.registered_by, k.person_id IS NULL AS without_key, t.token IS NULL AS without_number
FROM personal_data p
LEFT JOIN person_keys k ON k.person_id = p.person_id LEFT JOIN number_tokens t ON t.token = p.number_token
WHERE (k.person_id IS NULL OR t.token IS NULL)
  AND NOT EXISTS (SELECT FROM erasures e WHERE e.state = 'CONFIRMED' AND p.person_id = ANY(e.records))
ORDER BY p.registered_by, p.person_id
"""


class Unreadable(msgspec.Struct, frozen=True):
    """A person, who registered them, and what is not there."""

    person_id: str
    registered_by: str
    without_key: bool
    without_number: bool


async def unreadable(admin_url: str) -> list[Unreadable]:
    """All of them but those who were erased."""
    async with administering(admin_url, search_path=SERVICES["identity"].schema) as connection:
        return [Unreadable(**dict(row)) for row in await connection.fetch(_UNREADABLE_SQL)]
