"""The questions about any file: whom its ID numbers stand for here, and how rows of its tables come back."""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

import msgspec

from kernel.writing.reads import Reads

RowT = TypeVar("RowT", bound=msgspec.Struct)
_JSON: Final = frozenset({"counts", "problem", "outcomes", "notices", "sheets", "groups"})
# Who has the number now, or else who had it last: a department may go on sending a number that was corrected here.
_BY_HASHES_SQL: Final = """
SELECT t.id_number_hash, coalesce(d.person_id, f.person_id) AS person_id FROM number_tokens t
LEFT JOIN personal_data d ON d.number_token = t.token
LEFT JOIN LATERAL (SELECT person_id FROM former_numbers WHERE number_token = t.token
                   ORDER BY recorded_at DESC, person_id LIMIT 1) f ON d.person_id IS NULL
WHERE t.id_number_hash = ANY($1::text[]) AND coalesce(d.person_id, f.person_id) IS NOT NULL
"""


class KnownPeople(Reads):
    """Reads by keyed hashes of ID numbers."""

    async def by_hashes(self, hashes: Iterable[str]) -> dict[str, str]:
        """The persons, by the hashes of those numbers that anybody has or had."""
        rows = await self.pool.fetch(_BY_HASHES_SQL, list(set(hashes)))
        return {row["id_number_hash"]: row["person_id"] for row in rows}


def file_as(kind: type[RowT]) -> Callable[..., RowT]:
    """Makes a struct of a file's columns; what was counted of it, or is wrong with it, is kept as JSON."""
    return lambda **columns: kind(**{name: _decoded(name, value) for name, value in columns.items()})


def _decoded(name: str, value: Any) -> Any:
    return msgspec.json.decode(value) if name in _JSON and isinstance(value, str) else value
