"""Connections to PostgreSQL for the hot paths: a pool without a reset round trip, bounded in every wait."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

if TYPE_CHECKING:
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
    Connection: TypeAlias = PoolConnectionProxy[asyncpg.Record]
    SingleConnection: TypeAlias = asyncpg.Connection[asyncpg.Record]
else:  # asyncpg's classes are generic in their stubs only
    Pool = asyncpg.Pool
    Connection = PoolConnectionProxy
    SingleConnection = asyncpg.Connection

#: A session that sits in an open transaction holds back every reader in the cluster (EVENT-STORE 1.3).
_SESSION_SETTINGS = {
    "idle_in_transaction_session_timeout": "10s",
    "statement_timeout": "30s",
    "jit": "off",
    # Every command reads a handful of rows by key. A plan made while a table was small would go on scanning it
    # whole as it grows, so plans are made once and for indexes: the cost of a command must not follow history.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "timezone": "UTC",
}


# A session's plans are for keys; also right after a large feed, when PostgreSQL does not know yet how large the tables
# are, a comparison of whole lists must hash them rather than walk an index once for each person.
_WHOLE_TABLES_SQL = """
SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on;
SET LOCAL enable_mergejoin = on; SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB'
"""


async def plan_for_whole_tables(connection: "Connection") -> None:
    """Until the transaction ends, plan as a report over whole tables needs it (docs/decisions/0011)."""
    await connection.execute(_WHOLE_TABLES_SQL)


async def _no_reset(_connection: Any) -> None:
    """Our sessions change no settings, so a reset would be a round trip for nothing."""


async def open_session(database_url: str, *, schema: str, user: str | None = None) -> SingleConnection:
    """One session of its own, for locks and notifications, whose statements may wait; closes when it is told to."""
    return await asyncpg.connect(
        database_url,
        user=user,
        timeout=10,
        server_settings={"search_path": schema, "application_name": f"onestop-{schema}", "timezone": "UTC"},
    )


@asynccontextmanager
async def administering(admin_url: str, **settings: str) -> AsyncIterator[SingleConnection]:
    """A session of an administrator for one task; ``settings`` are the server's, such as ``search_path``."""
    connection = await asyncpg.connect(admin_url, server_settings={**settings, "timezone": "UTC"})
    try:
        yield connection
    finally:
        await connection.close()


async def open_pool(database_url: str, *, schema: str, user: str | None = None, size: int = 10) -> Pool:
    """A pool of at most ``size`` sessions that see ``schema`` only.

    ``user`` overrides the user of the URL: the embedded run has one URL and a role for each service.
    Raises OSError or asyncpg.PostgresError when the database cannot be reached within ten seconds.
    """
    pool: Pool = await asyncpg.create_pool(
        database_url,
        user=user,
        min_size=1,
        max_size=size,
        timeout=10,
        command_timeout=30,
        reset=_no_reset,
        server_settings={**_SESSION_SETTINGS, "search_path": schema, "application_name": f"onestop-{schema}"},
    )
    return pool
