"""Questions over whole lists: sessions plan for a handful of rows by key (decision 0011), which these never are."""

from collections.abc import Sequence
from typing import Any, Final

from kernel.runtime import Runtime

# Also right after a large feed, when PostgreSQL does not know yet how large the tables are, an index walked through
# once for each person would take minutes; hashing both lists takes a second.
_SETTINGS_SQL: Final = """
SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on;
SET LOCAL enable_mergejoin = on; SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB'
"""


async def fetch_over_lists(runtime: Runtime, sql: str, *arguments: Any) -> Sequence[Any]:
    """The rows of a question that reads whole lists, planned for that."""
    async with runtime.store.pool.acquire() as connection, connection.transaction(readonly=True):
        await connection.execute(_SETTINGS_SQL)
        return await connection.fetch(sql, *arguments)
