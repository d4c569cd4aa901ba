"""How far a verification has come, told while it lasts: passes may run in processes and on machines of their own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

from kernel.writing.database import SingleConnection, administering
from onestop.replay.run import Run

_LOOK_SECONDS: Final = 0.5
_HOW_FAR_SQL: Final = "SELECT pass, done, total FROM {schema}.begun"

#: A pass's name, how many of its events were replayed, and how many there are.
Watch: TypeAlias = Callable[[str, int, int], None]


@asynccontextmanager
async def watched(run: Run, watch: Watch | None) -> AsyncIterator[None]:
    """Tell ``watch`` now and then what the passes of a run have written down, and at the end what they came to."""
    if watch is None:
        yield
        return
    async with administering(run.admin_url) as connection:
        looking = asyncio.create_task(_look(connection, run, watch))
        try:
            yield
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
    async with administering(run.admin_url) as connection:
        await _tell(connection, run, watch)


async def _look(connection: SingleConnection, run: Run, watch: Watch) -> None:
    while True:  # until the block ends
        await _tell(connection, run, watch)
        await asyncio.sleep(_LOOK_SECONDS)


async def _tell(connection: SingleConnection, run: Run, watch: Watch) -> None:
    for row in await connection.fetch(_HOW_FAR_SQL.format(schema=run.name)):
        watch(row["pass"], row["done"], row["total"])
