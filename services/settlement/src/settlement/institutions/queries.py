"""The questions that may be asked of the registry of institutions."""

from datetime import date
from typing import Any, Final

import msgspec

from kernel.http import Wire
from kernel.writing.reads import Reads
from settlement.institutions.domain import Institution

#: An institution's columns in larger questions, where the table goes by ``i``; read with ``institution_in``.
INSTITUTION: Final = """i.hospital_id, i.name, i.level, i.division, i.contract_from, i.contract_to, i.majors,
       i.major_diseases, i.kind, i.settled_through"""
_INSTITUTIONS_SQL: Final = f"""
SELECT {INSTITUTION} FROM institutions i WHERE i.hospital_id > $1 ORDER BY i.hospital_id LIMIT $2
"""

_ONE_SQL: Final = f"SELECT {INSTITUTION} FROM institutions i WHERE i.hospital_id = $1"
_NAME_SQL: Final = "SELECT name FROM institutions WHERE hospital_id = $1"


class InstitutionAnswer(Wire, frozen=True, kw_only=True):
    """A registry entry."""

    hospital_id: str
    name: str
    level: str
    division: str
    contract_from: date
    contract_to: date | None
    majors: bool
    major_diseases: tuple[str, ...]
    kind: str
    settled_through: str | None


class InstitutionQueries(Reads):
    """Questions about the registry as a whole."""

    async def name_of(self, hospital_id: str) -> str | None:
        """An institution's name; None where the registry has none."""
        return await self.text(_NAME_SQL, hospital_id)

    async def one_of(self, hospital_id: str) -> Institution | None:
        """An institution; None where the registry has none."""
        row = await self.pool.fetchrow(_ONE_SQL, hospital_id)
        return None if row is None else institution_in(row)

    async def institutions(self, after: str, limit: int) -> list[InstitutionAnswer]:
        """The registry of institutions after one, in order of their ids."""
        return await self.many(InstitutionAnswer.of_row, _INSTITUTIONS_SQL, after, limit)


def institution_in(row: Any) -> Institution | None:
    """The institution that a row brought along; None where the registry has none."""
    return None if row["name"] is None else msgspec.convert(dict(row), Institution)
