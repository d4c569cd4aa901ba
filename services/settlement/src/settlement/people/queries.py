"""The questions that may be asked of what identity told."""

from collections.abc import Iterable
from typing import Final

from kernel.writing.database import Connection
from kernel.writing.reads import Reads
from settlement.people.domain import PersonTold, Who, person_told, person_unknown

_COUNTY_SQL: Final = "SELECT county FROM people WHERE person_id = $1"
_TOLD_SQL: Final = "SELECT person_id, entitlement FROM people WHERE person_id = ANY($1::text[])"
_WHO_SQL: Final = "SELECT revision, entitlement FROM people WHERE person_id = $1"
_SURVIVING_SQL: Final = """
SELECT person_id, merged_into FROM people WHERE person_id = ANY($1::text[]) AND merged_into IS NOT NULL
"""
# Several consumers look at one person, after others' messages and after settlements: one after the other.
_HOLD_SQL: Final = """
SELECT pg_advisory_xact_lock(hashtextextended($1::text || ' ' || person, 0)) FROM unnest($2::text[]) AS person
"""


class PersonQueries(Reads):
    """Questions about one person."""

    async def county_of_person(self, person_id: str) -> str | None:
        """A person's county as identity last told; None for somebody of whom it told nothing."""
        return await self.text(_COUNTY_SQL, person_id)

    async def who(self, person_id: str) -> Who:
        """A person as far as a bill rests on what identity told; raises Refused PERSON_UNKNOWN."""
        row = await self.pool.fetchrow(_WHO_SQL, person_id)
        if row is None:
            raise person_unknown(person_id)
        told = person_told(row["entitlement"])
        return Who(told.standing, told.certifications, row["revision"], told.deceased_on)


async def told_of(connection: Connection, persons: Iterable[str]) -> dict[str, PersonTold]:
    """What identity told of each of the persons whom it told of."""
    return {row[0]: person_told(row[1]) for row in await connection.fetch(_TOLD_SQL, list(persons))}


async def surviving_of(connection: Connection, persons: Iterable[str]) -> dict[str, str]:
    """For those of the records that were merged away, the record that stands for the person."""
    return {row[0]: row[1] for row in await connection.fetch(_SURVIVING_SQL, list(persons))}


async def hold(connection: Connection, persons: Iterable[str], purpose: str) -> None:
    """Keep everybody else from looking at these persons for the same purpose until the transaction ends."""
    await connection.execute(_HOLD_SQL, purpose, sorted(persons))
