"""Whether two records are one person's, as identity told."""

from typing import Final

from kernel.writing.database import Connection

_ONE_PERSON_SQL: Final = """
SELECT count(DISTINCT COALESCE(a.merged_into, record)) = 1 FROM unnest($1::text[]) AS record
LEFT JOIN applicants a ON a.person_id = record
"""


async def of_one_person(connection: Connection, *person_ids: str) -> bool:
    """Whether the records are one person's, also where one of them was merged into the other."""
    return bool(await connection.fetchval(_ONE_PERSON_SQL, list(person_ids)))
