"""Staging: a file's rows in a working table, where they are compared; hashes instead of people."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from sqlalchemy import Table

from kernel.running.runtime import Runtime
from kernel.writing.database import Connection, plan_for_whole_tables

#: A slice of a list is compared in a few seconds.
SLICE_ROWS: Final = 100_000
_LONG_SECONDS: Final = 600.0
# A million rows are compared in half a minute; the list of a whole province may take longer than a command does.
_PATIENCE_SQL: Final = "SET LOCAL statement_timeout = '10min'; SET LOCAL work_mem = '192MB'"


class Staging:
    """The working table of one kind of file; its first column names the file. Replay leaves it alone."""

    def __init__(self, runtime: Runtime, table: Table) -> None:
        self._runtime = runtime
        self._table = table.name
        #: The table's columns, in the order in which ``add`` takes their values, but for the first.
        self.columns = tuple(column.name for column in table.columns)[1:]
        self._file = table.columns[0].name

    async def clear(self, file_id: str) -> None:
        """Forget a file's rows."""
        sql = f"DELETE FROM {self._table} WHERE {self._file} = $1"
        await self._runtime.store.pool.execute(sql, file_id, timeout=_LONG_SECONDS)

    async def add(self, file_id: str, rows: Iterable[Sequence[Any]]) -> None:
        """Copy rows in."""
        records = [(file_id, *row) for row in rows]
        columns = (self._file, *self.columns)
        async with self._runtime.store.pool.acquire() as connection:
            await connection.copy_records_to_table(self._table, records=records, columns=columns)

    @property
    def comparing(self) -> "Comparing":
        """Statements over whole lists."""
        return Comparing(self._runtime)


class Comparing:
    """Statements with the patience that whole lists need, each a transaction of its own.

    Together they would hold their locks, and the database's horizon, for as long as a list takes to compare.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def execute(self, sql: str, *arguments: Any) -> None:
        """Execute a statement."""
        async with self._patiently() as connection:
            await connection.execute(sql, *arguments, timeout=_LONG_SECONDS)

    async def in_slices(self, sql: str, rows: int, *arguments: Any) -> None:
        """Execute a statement for ``rows`` rows, some at a time: the first and the last row are its $1 and $2."""
        for first in range(1, rows + 1, SLICE_ROWS):
            await self.execute(sql, first, first + SLICE_ROWS - 1, *arguments)

    async def counts(self, sql: str, *arguments: Any) -> dict[str, int]:
        """The one row of a question about numbers."""
        async with self._patiently() as connection:
            row = await connection.fetchrow(sql, *arguments, timeout=_LONG_SECONDS)
        assert row is not None, "counting always gives a row"
        return dict(row)

    @asynccontextmanager
    async def _patiently(self) -> AsyncIterator[Connection]:
        async with self._runtime.store.pool.acquire() as connection, connection.transaction():
            await plan_for_whole_tables(connection)
            await connection.execute(_PATIENCE_SQL)
            yield connection
