"""Work of which there is one at a time: a session holds an advisory lock for as long as it goes on.

Where the process is gone the lock is, too: a row that says RUNNING without it is of work that nobody does any more.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from kernel.writing.database import SingleConnection

_GOING_SECONDS: Final = 5.0
_PAUSE_SECONDS: Final = 0.05
RunningT = TypeVar("RunningT")


async def take(
    session: SingleConnection, lock: int, running: Callable[[], Awaitable[RunningT | None]]
) -> tuple[bool, RunningT | None]:
    """Take the lock for the session; says whether it has it, and else what goes on, as ``running`` tells.

    Who has said how its work ended lets go of the lock a moment later, and is waited for.
    """
    until = time.monotonic() + _GOING_SECONDS
    while True:
        if await session.fetchval("SELECT pg_try_advisory_lock($1)", lock):
            return True, None
        goes_on = await running()
        if goes_on is not None or time.monotonic() > until:
            return False, goes_on
        await asyncio.sleep(_PAUSE_SECONDS)


def held_sql(lock: str, backend: str) -> str:
    """SQL that is true while the session ``backend`` holds the advisory lock ``lock`` in this database."""
    return f"""EXISTS (
  SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.pid = {backend}
    AND l.classid = ({lock}::bigint >> 32)::oid AND l.objid = ({lock}::bigint & 4294967295)::oid
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))"""
