"""A leader that is frozen: the other instance goes on within the lease, and nothing is doubled when it wakes."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from kernel.messaging.event_log import EventLog
from kernel.messaging.event_log.embedded import EmbeddedEventLog
from kernel.messaging.event_log.embedded_schema import BUS_SQL
from kernel.running.runtime import Runtime
from kernel.testing import tally
from kernel.testing.deadline import eventually
from kernel.writing.database import open_pool

INSTANCE = Path(__file__).with_name("instance.py")


@pytest.fixture
async def log(database: str) -> AsyncIterator[EventLog]:
    await tally.create_schema(database)
    admin = await asyncpg.connect(database)
    await admin.execute(BUS_SQL)
    await admin.close()
    bus = await open_pool(database, schema="bus")
    yield EmbeddedEventLog(bus)
    await bus.close()


async def until_said(said: asyncio.StreamReader, line: bytes) -> None:
    async with asyncio.timeout(15):
        while await said.readline() != line:
            pass


async def test_a_frozen_leader_is_replaced_and_doubles_nothing_when_it_wakes(database: str, log: EventLog) -> None:
    frozen = await asyncio.create_subprocess_exec(
        sys.executable, str(INSTANCE), database, stdout=asyncio.subprocess.PIPE
    )
    said = frozen.stdout
    assert said is not None
    runtime = Runtime(tally.PARTS, database, log)
    try:
        await until_said(said, b"leads\n")
        await runtime.start()

        async def publish(key: str) -> None:
            await runtime.path.run(tally.context(key), lambda: tally.count(runtime.store, "a", 1))

        async def numbers() -> list[int]:
            sql = """SELECT "offset" FROM bus.messages ORDER BY "offset" """
            return [row["offset"] for row in await runtime.store.pool.fetch(sql)]

        async def sent(count: int) -> bool:
            return len(await numbers()) == count

        await publish("before")
        await eventually(lambda: sent(1))
        assert not runtime.leadership.leads
        os.kill(frozen.pid, signal.SIGSTOP)
        await publish("meanwhile")
        await eventually(lambda: sent(2), within_seconds=15)  # what was asked for
        assert runtime.leadership.replaced == 1
        os.kill(frozen.pid, signal.SIGCONT)
        await until_said(said, b"follows\n")
        await publish("afterwards")
        await eventually(lambda: sent(3))
        assert await numbers() == [0, 1, 2]
        assert runtime.leadership.leads
    finally:
        frozen.kill()
        await frozen.wait()
        await runtime.stop()
