"""Notes: what a check must remember of earlier events, in a table of the run: memory does not grow with history."""

from collections.abc import Iterable
from typing import Final, Generic, TypeVar

import msgspec

from kernel.writing.database import SingleConnection

NoteT = TypeVar("NoteT", bound=msgspec.Struct)

# As one JSON text each way: asyncpg asks of every element of an array whether it is an array again.
_RECALL_SQL: Final = """
SELECT COALESCE(json_object_agg(key, value::json), '{{}}') FROM "{run}".notes
WHERE kind = $1 AND key IN (SELECT json_array_elements_text($2::json))
"""
_KEEP_SQL: Final = """
INSERT INTO "{run}".notes (kind, key, value) SELECT $1, key, value::text FROM json_each($2::json)
ON CONFLICT (kind, key) DO UPDATE SET value = EXCLUDED.value
"""


class Notes(Generic[NoteT]):
    """Notes of one kind by key. Between ``recall`` and ``keep`` lies one page of events; ``put`` changes a note."""

    def __init__(self, connection: SingleConnection, run: str, note: type[NoteT]) -> None:
        self._connection = connection
        self._run = run
        self._kind = note.__name__
        self._decoder = msgspec.json.Decoder(dict[str, note])  # type: ignore[valid-type]
        self._known: dict[str, NoteT] = {}
        self._changed: dict[str, NoteT] = {}

    async def recall(self, keys: Iterable[str]) -> None:
        """Know the notes under these keys, and forget the others."""
        asked = msgspec.json.encode(sorted(set(keys))).decode()
        told = await self._connection.fetchval(_RECALL_SQL.format(run=self._run), self._kind, asked)
        self._known = self._decoder.decode(told)

    def get(self, key: str) -> NoteT | None:
        """A note, if there is one."""
        return self._known.get(key)

    def put(self, key: str, note: NoteT) -> None:
        """Note something, in the place of what was noted before."""
        self._known[key] = self._changed[key] = note

    async def keep(self) -> None:
        """Store what was changed."""
        if self._changed:
            changed = msgspec.json.encode(self._changed).decode()
            await self._connection.execute(_KEEP_SQL.format(run=self._run), self._kind, changed)
            self._changed = {}
