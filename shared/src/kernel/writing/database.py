"""Connections to PostgreSQL for the hot paths: a pool without a reset round trip, bounded in every wait."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import asyncpg
import msgspec
import structlog
from asyncpg.pool import PoolConnectionProxy

from kernel.writing.cut_lines import SERVER_SETTINGS, WatchedConnection

if TYPE_CHECKING:
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
    Connection: TypeAlias = PoolConnectionProxy[asyncpg.Record]
    SingleConnection: TypeAlias = asyncpg.Connection[asyncpg.Record]
else:  # asyncpg's classes are generic in their stubs only
    Pool = asyncpg.Pool
    Connection = PoolConnectionProxy
    SingleConnection = asyncpg.Connection

#: The client gives up before the server would, so that it is always known who did: what it gives up it also cancels.
STATEMENT_SECONDS: Final = 30
COMMAND_SECONDS: Final = 25
#: A session that sits in an open transaction holds back whoever waits for its rows, and after it has appended events
#: this service's later ones (EVENT-STORE 1.3).
_SESSION_SETTINGS = {
    "idle_in_transaction_session_timeout": "10s",
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "jit": "off",
    # Every command reads a handful of rows by key. A plan made while a table was small would go on scanning it
    # whole as it grows, so plans are made once and for indexes: the cost of a command must not follow history.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "timezone": "UTC",
}
#: Sessions of one instance for commands and jobs together. With the one that leads they are nine, so that two instances
#: of four services fit into 75; ten times as many are of no use to a machine of a few cores.
SESSIONS_MAX: Final = 8
#: A session that nobody has used for so long is closed.
_IDLE_SECONDS: Final = 60.0
#: How long the end of a process waits for sessions that are in use.
CLOSE_SECONDS: Final = 10.0
_log = structlog.get_logger(__name__)


def session_settings(schema: str) -> dict[str, str]:
    """How sessions of a service are set; migrations set its role so, for sessions that a pooler begins."""
    return {**_SESSION_SETTINGS, "search_path": schema}


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
        connection_class=WatchedConnection,
        server_settings={
            **SERVER_SETTINGS,
            "search_path": schema,
            "application_name": f"onestop-{schema}",
            "timezone": "UTC",
        },
    )


@asynccontextmanager
async def administering(admin_url: str, **settings: str) -> AsyncIterator[SingleConnection]:
    """A session of an administrator for one task; ``settings`` are the server's, such as ``search_path``."""
    connection = await asyncpg.connect(
        admin_url,
        connection_class=WatchedConnection,
        server_settings={**SERVER_SETTINGS, **settings, "timezone": "UTC"},
    )
    try:
        yield connection
    finally:
        await connection.close()


Check: TypeAlias = Callable[[Any], Coroutine[Any, Any, None]]


async def open_pool(
    database_url: str,
    *,
    schema: str,
    user: str | None = None,
    size: int = 10,
    through_pooler: bool = False,
    init: Check | None = None,
) -> Pool:
    """A pool of at most ``size`` sessions that see ``schema`` only.

    ``user`` overrides the user of the URL: the embedded run has one URL and a role for each service. Through a pooler
    of transactions sessions are set by their role, because they are begun for whoever comes next. ``init`` is asked of
    each session before anybody gets it, and may refuse it.
    Raises OSError or asyncpg.PostgresError when the database cannot be reached within ten seconds.
    """
    settings = {} if through_pooler else {**SERVER_SETTINGS, **session_settings(schema)}
    pool: Pool = await asyncpg.create_pool(
        database_url,
        user=user,
        min_size=1,
        max_size=size,
        timeout=10,
        command_timeout=COMMAND_SECONDS,
        reset=_no_reset,
        connection_class=WatchedConnection,
        init=init,
        max_inactive_connection_lifetime=_IDLE_SECONDS,
        server_settings={**settings, "application_name": f"onestop-{schema}"},
    )
    if through_pooler:
        await _check_settings(pool, schema)
    return pool


async def close_pool(pool: Pool, *, patience_seconds: float = CLOSE_SECONDS) -> None:
    """Close a pool; whoever still holds a session after that long loses it: a process that ends waits for nobody."""
    try:
        async with asyncio.timeout(patience_seconds):
            await pool.close()
    except TimeoutError:
        pool.terminate()
        _log.warning("sessions were still in use when their pool was closed", after_seconds=patience_seconds)


class Database(msgspec.Struct, frozen=True, kw_only=True):
    """Where a service's data are, and how many sessions it may have there.

    ``url`` may be that of a transaction pooler; then ``session_url`` is the server's own, for what needs a session to
    itself: the leader's lock, and listening. ``user`` overrides the URLs' user: the embedded run has one URL.
    """

    url: str
    user: str | None = None
    session_url: str | None = None
    sessions_max: int = SESSIONS_MAX

    async def pool(self, schema: str, size: int, init: Check | None = None) -> Pool:
        """Sessions for statements and transactions; raises SessionSettingsError besides what ``open_pool`` raises."""
        through_pooler = self.session_url is not None
        return await open_pool(
            self.url, schema=schema, user=self.user, size=size, through_pooler=through_pooler, init=init
        )

    async def session(self, schema: str) -> SingleConnection:
        """One session of its own."""
        return await open_session(self.session_url or self.url, schema=schema, user=self.user)


class SessionSettingsError(Exception):
    """Through a pooler, sessions are not set as they must be; says which settings, and what would be right."""


async def _check_settings(pool: Pool, schema: str) -> None:
    wanted = session_settings(schema)
    rows = await pool.fetch("SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name", list(wanted))
    wrong = {row["name"]: row["value"] for row in rows if row["value"] != wanted[row["name"]]}
    if wrong:
        await pool.close()
        said = ", ".join(f"{name} is {value!r} instead of {wanted[name]!r}" for name, value in sorted(wrong.items()))
        raise SessionSettingsError(
            f"through the pooler sessions of {schema} are set otherwise than its role: {said}. Run `onestop migrate`, "
            "then let the pooler begin its sessions anew (RECONNECT), and let nobody change settings through it"
        )
