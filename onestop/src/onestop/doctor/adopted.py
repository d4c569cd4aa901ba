"""The documents that settlement has adopted, as checks read them."""

from collections.abc import Sequence
from typing import Final

import msgspec

from kernel.values.divisions import covers
from kernel.writing.database import SingleConnection

# The newest text of each document; one whose event was put away is older than any whose event is there.
_LAWS_SQL: Final = """
SELECT DISTINCT ON (p.pack_id) p.pack_id, p.text FROM policies p
LEFT JOIN events e ON e.stream_id = 'policy/' || p.digest AND e.version = 1
ORDER BY p.pack_id, e.pos DESC NULLS LAST
"""


class Law(msgspec.Struct, frozen=True):
    """A document by its name, and its newest text."""

    pack_id: str
    text: str

    def reaches(self, places: Sequence[str]) -> bool:
        """Whether any of these places lies where it holds; its name says where, so its text need not be read."""
        return any(covers(self.pack_id.partition("-")[0], place) for place in places)


async def laws_of(connection: SingleConnection) -> Sequence[Law]:
    """All that settlement has adopted; the connection sees settlement's tables."""
    return [Law(**dict(row)) for row in await connection.fetch(_LAWS_SQL)]
