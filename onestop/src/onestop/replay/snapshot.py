"""One consistent picture of a service's database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from kernel.writing.database import SingleConnection


@asynccontextmanager
async def snapshot(admin_url: str, schema: str) -> AsyncIterator[SingleConnection]:
    """A connection that sees one schema as it is at this moment, whatever is written meanwhile."""
    connection = await asyncpg.connect(admin_url, server_settings={"search_path": schema, "timezone": "UTC"})
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield connection
    finally:
        await connection.close()
