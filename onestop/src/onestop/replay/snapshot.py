"""One consistent picture of a service's database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kernel.writing.database import SingleConnection, administering


@asynccontextmanager
async def snapshot(admin_url: str, schema: str) -> AsyncIterator[SingleConnection]:
    """A connection that sees one schema as it is at this moment, whatever is written meanwhile."""
    async with (
        administering(admin_url, search_path=schema) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        yield connection
