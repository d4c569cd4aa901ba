"""Reads: questions in SQL whose rows come back as the structs that name their columns."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import msgspec

from kernel.writing.database import Pool, plan_for_whole_tables
from kernel.writing.event_store import EventStore

RowT = TypeVar("RowT", bound=msgspec.Struct)


class _HasStore(Protocol):
    @property
    def store(self) -> EventStore: ...


class Reads:
    """What every class of queries is built on; ``runtime`` has its store once the service has started.

    A ``kind`` is a struct, or whatever else makes one from columns by name, such as ``Wire.of_row``.
    """

    def __init__(self, runtime: _HasStore) -> None:
        self._runtime = runtime

    @property
    def store(self) -> EventStore:
        """The service's event store, for questions that a stream answers."""
        return self._runtime.store

    @property
    def pool(self) -> Pool:
        """The service's sessions."""
        return self._runtime.store.pool

    async def events(self, stream_id: str) -> Sequence[Any]:
        """What happened in a stream, for answers that no read table has."""
        return (await self.store.load(stream_id))[1]

    async def text(self, sql: str, *arguments: Any) -> str | None:
        """The text that a question comes to; None where there is no row."""
        found: str | None = await self.pool.fetchval(sql, *arguments)
        return found

    async def one(self, kind: Callable[..., RowT], sql: str, *arguments: Any) -> RowT | None:
        """The first row as a struct of that kind; None where there is none."""
        row = await self.pool.fetchrow(sql, *arguments)
        return None if row is None else kind(**dict(row))

    async def many(self, kind: Callable[..., RowT], sql: str, *arguments: Any) -> list[RowT]:
        """All rows as structs of that kind; the question itself bounds how many there are."""
        return [kind(**dict(row)) for row in await self.pool.fetch(sql, *arguments)]

    async def over_lists(self, kind: Callable[..., RowT], sql: str, *arguments: Any) -> list[RowT]:
        """The same over whole lists: sessions plan for a handful of rows by key otherwise (decision 0011)."""
        async with self.pool.acquire() as connection, connection.transaction(readonly=True):
            await plan_for_whole_tables(connection)
            return [kind(**dict(row)) for row in await connection.fetch(sql, *arguments)]


def checked(kind: type[RowT]) -> Callable[..., RowT]:
    """Makes a struct of columns that the database has in another form: texts for enumerations, lists for tuples."""
    return lambda **columns: msgspec.convert(columns, kind)
