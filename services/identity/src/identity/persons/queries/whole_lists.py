"""Questions over whole lists: sessions plan for a handful of rows by key (decision 0011), which these never are."""

from collections.abc import Sequence
from typing import Any

from kernel.running.runtime import Runtime
from kernel.writing.database import plan_for_whole_tables


async def fetch_over_lists(runtime: Runtime, sql: str, *arguments: Any) -> Sequence[Any]:
    """The rows of a question that reads whole lists, planned for that."""
    async with runtime.store.pool.acquire() as connection, connection.transaction(readonly=True):
        await plan_for_whole_tables(connection)
        return await connection.fetch(sql, *arguments)
