"""How far a consumer has come, as those who follow it see it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from kernel.messaging.standing import Standings
from kernel.testing import tally
from kernel.writing.database import Pool, open_pool


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    await tally.create_schema(database)
    pool = await open_pool(database, schema="tally")
    yield pool
    await pool.close()


async def test_who_follows_is_woken_by_a_position_that_was_stored_before(pool: Pool) -> None:
    await pool.execute("INSERT INTO inbox_cursor VALUES ('followed', 't', 3, 7, 7)")
    followed = Standings(pool, "followed", "t")
    waiting = asyncio.create_task(followed.reached(3, 7))
    await asyncio.sleep(0)  # it waits before anything is known
    await followed.know()
    async with asyncio.timeout(5):
        await waiting
