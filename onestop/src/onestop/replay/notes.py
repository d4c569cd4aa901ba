"""Notes: what a check must remember of earlier events, in a table of the run: memory does not grow with history."""

from collections.abc import Iterable
from typing import Final, Generic, TypeVar

import msgspec

from kernel.writing.database import SingleConnection

NoteT = TypeVar("NoteT", bound=msgspec.Struct)

_RECALL_SQL: Final = 'SELECT key, value FROM "{run}".notes WHERE kind = $1 AND key = ANY($2::text[])'
_KEEP_SQL: Final = """
INSERT INTO "{run}".notes (kind, key, value) SELECT $1, * FROM unnest($2::text[], $3::text[])
ON CONFLICT (kind, key) DO UPDATE SET value = EXCLUDED.value
"""


class Notes(Generic[NoteT]):
    """Notes of one kind by key. Between ``recall`` and ``keep`` lies one page of events; ``put`` changes a note."""

    def __init__(self, connection: SingleConnection, run: str, note: type[NoteT]) -> None:
        self._connection = connection
        self._run = run
        self._note = note
        self._known: dict[str, NoteT] = {}
        self._changed: dict[str, NoteT] = {}

    async def recall(self, keys: Iterable[str]) -> None:
        """Know the notes under these keys, and forget the others."""
        rows = await self._connection.fetch(_RECALL_SQL.format(run=self._run), self._note.__name__, sorted(set(keys)))
        self._known = {row["key"]: msgspec.json.decode(row["value"], type=self._note) for row in rows}

    def get(self, key: str) -> NoteT | None:
        """A note, if there is one."""
        return self._known.get(key)

    def put(self, key: str, note: NoteT) -> None:
        """Note something, in the place of what was noted before."""
        self._known[key] = self._changed[key] = note

    async def keep(self) -> None:
        """Store what was changed."""
        if self._changed:
            values = [msgspec.json.encode(note).decode() for note in self._changed.values()]
            sql = _KEEP_SQL.format(run=self._run)
            await self._connection.execute(sql, self._note.__name__, list(self._changed), values)
            self._changed = {}
