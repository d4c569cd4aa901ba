"""Election by a session lock in PostgreSQL: of all instances of a service, one does a background job at a time."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import Final

import asyncpg
import structlog

from kernel.writing.database import Connection, Pool

_RETRY_SECONDS: Final = 0.2
_BACKOFF_MAX_SECONDS: Final = 5.0
_log = structlog.get_logger(__name__)


def lock_number(name: str) -> int:
    """The advisory lock of a job: the first 63 bits of a hash of its name, so that names never clash by chance."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") >> 1


async def run_elected(pool: Pool, name: str, job: Callable[[], Awaitable[None]]) -> None:
    """Whenever this instance holds the lock ``name``, run ``job``; after an error, try again with a growing pause.

    The lock lives in a session of its own and goes with it, so a killed process frees it at once.
    """
    backoff, elected_at = _RETRY_SECONDS, 0.0
    while True:
        try:
            async with pool.acquire() as connection:
                while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", lock_number(name)):
                    await asyncio.sleep(_RETRY_SECONDS)
                elected_at = asyncio.get_running_loop().time()
                try:
                    await _while_connected(connection, job)
                finally:
                    if not connection.is_closed():
                        await connection.execute("SELECT pg_advisory_unlock($1)", lock_number(name))
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            _log.warning("elected job lost the database", job=name, error=repr(error))
        except Exception:
            _log.exception("elected job failed", job=name)
        if asyncio.get_running_loop().time() - elected_at > _BACKOFF_MAX_SECONDS:
            backoff = _RETRY_SECONDS
        await asyncio.sleep(backoff)
        backoff = min(backoff * 2, _BACKOFF_MAX_SECONDS)


async def _while_connected(connection: Connection, job: Callable[[], Awaitable[None]]) -> None:
    """Run the job, and stop it when the session that holds the lock is gone: someone else may be elected then."""
    task = asyncio.ensure_future(job())
    try:
        while not task.done():
            await asyncio.wait([task], timeout=1.0)
            if not task.done() and await connection.fetchval("SELECT true") is not True:
                break
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    if not task.cancelled():
        task.result()
