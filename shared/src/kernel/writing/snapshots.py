"""Snapshots: one consistent picture of a database, for as long as whoever looks at it needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from kernel.writing.database import SingleConnection, administering

#: For sessions of long work: the server ends those that sit in a transaction, and statements that take their time. A
#: statement whose program was killed ends within seconds, instead of going on for nobody.
FOR_AS_LONG_AS_IT_TAKES: Final = {
    "client_connection_check_interval": "5s",
    "idle_in_transaction_session_timeout": "0",
    "statement_timeout": "0",
    "transaction_timeout": "0",
}


@asynccontextmanager
async def snapshot(admin_url: str, schema: str, exported: str | None = None) -> AsyncIterator[SingleConnection]:
    """A connection that sees one schema as it is at this moment, whatever is written meanwhile.

    ``exported`` is the picture of another connection, by the name that ``export`` gave it: then both see the same.
    """
    async with (
        administering(admin_url, search_path=schema, **FOR_AS_LONG_AS_IT_TAKES) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        if exported is not None:
            await connection.execute(f"SET TRANSACTION SNAPSHOT '{exported}'")
        yield connection


async def export(connection: SingleConnection) -> str:
    """A name under which other connections can see this one's picture, while its transaction lasts."""
    name: str = await connection.fetchval("SELECT pg_export_snapshot()")
    return name
