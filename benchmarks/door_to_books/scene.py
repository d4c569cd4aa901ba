"""A running platform with bills that wait to be settled, and what a stretch of load costs it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from benchmarks.door_to_books.books import Connection, Way, counters, wait_until_booked, ways
from benchmarks.door_to_books.figures import Cost
from benchmarks.door_to_books.load import send_from_outside
from benchmarks.door_to_books.processor_time import used_seconds
from benchmarks.platform_process import issuer, urls
from benchmarks.settling import prepare_bills
from kernel.writing.database import administering
from onestop.platform import Platform
from onestop.quiescence import wait_until_arrived
from workbench.demo.town import Town, settle_in

#: A session may tell what it did this much later.
_REPORTING_SECONDS: Final = 1.5
_BOOKED_WITHIN_SECONDS: Final = 120


class Scene:
    """A town whose people have bills; open it with ``entered_scene``."""

    def __init__(
        self, folder: Path, town: Town, connection: Connection, platform: Sequence[int], postgres: int
    ) -> None:
        self._folder = folder
        self._town = town
        self._connection = connection
        self._platform = platform
        self._postgres = postgres
        self._prepared: list[bytes] = []
        self._times = 0

    async def prepare(self, count: int) -> None:
        """Admit and charge until so many bills wait to be settled, and all is quiet again."""
        if (missing := count - len(self._prepared)) > 0:
            self._times += 1
            each = -(-missing // len(self._town.ids))
            self._prepared += await prepare_bills(self._town, self._folder, each=each, name=f"door-{self._times}")
            await wait_until_arrived(self._town.platform.admin_url)
        await asyncio.sleep(_REPORTING_SECONDS)

    async def settle(self, per_second: float, seconds: float) -> tuple[Cost, Sequence[Way]]:
        """Settle at a rate, and wait until all is booked; gives what each cost, and its way."""
        count = int(per_second * seconds)
        requests, self._prepared = self._prepared[:count], self._prepared[count:]
        assert len(requests) == count, "prepare them first"
        before = await self._used()
        began = await send_from_outside(self._folder, urls()["settlement"], requests, per_second)
        await wait_until_booked(self._connection, began, count, within_seconds=_BOOKED_WITHIN_SECONDS)
        return await self._cost(before, count), await ways(self._connection, began)

    async def rest(self, seconds: float) -> Cost:
        """What each second of doing nothing costs."""
        before = await self._used()
        await asyncio.sleep(seconds)
        return await self._cost(before, seconds)

    async def _cost(self, before: Cost, divisor: float) -> Cost:
        platform, postgres = used_seconds(self._platform), used_seconds([self._postgres])
        await asyncio.sleep(_REPORTING_SECONDS)
        done = await counters(self._connection)
        after = Cost(platform, postgres, *done)
        return Cost(*((now - then) / divisor for now, then in zip(after, before, strict=True)))

    async def _used(self) -> Cost:
        done = await counters(self._connection)
        return Cost(used_seconds(self._platform), used_seconds([self._postgres]), *done)


@asynccontextmanager
async def entered_scene(
    database: str, folder: Path, platform: Sequence[int], postgres: int, *, people: int
) -> AsyncIterator[Scene]:
    """Fill a running platform with a town; ``platform`` and ``postgres`` name the processes that are measured."""
    async with AsyncExitStack() as stack, administering(database) as connection:
        town = await settle_in(Platform(database, urls(), issuer(folder), stack), people)
        yield Scene(folder, town, connection, platform, postgres)
