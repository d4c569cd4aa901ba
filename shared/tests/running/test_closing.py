"""A pool is closed within a bound, whoever still holds one of its sessions."""

import asyncio

import asyncpg
import pytest

from kernel.writing.database import close_pool, open_pool


async def test_whoever_holds_a_session_for_too_long_loses_it(database: str) -> None:
    pool = await open_pool(database, schema="public")
    held = await pool.acquire()
    async with asyncio.timeout(10):
        await close_pool(pool, patience_seconds=0.1)
    with pytest.raises(asyncpg.InterfaceError):
        await held.fetchval("SELECT 1")


async def test_a_session_that_comes_back_in_time_is_waited_for(database: str) -> None:
    pool = await open_pool(database, schema="public")
    held = await pool.acquire()
    closing = asyncio.create_task(close_pool(pool, patience_seconds=10))
    await asyncio.sleep(0)
    assert await held.fetchval("SELECT 1") == 1
    await pool.release(held)
    await closing
    with pytest.raises(asyncpg.InterfaceError, match="closed"):
        await pool.fetchval("SELECT 1")
