"""A migration changes a table under a program that runs: what fails once passes by itself and works the next time."""

import asyncpg
import pytest

from kernel.writing.database import administering, open_pool
from kernel.writing.passing import passes_by_itself


async def test_a_statement_prepared_before_a_column_was_added_fails_once_and_passes(database: str) -> None:
    async with administering(database) as admin:
        await admin.execute("CREATE TABLE kept (a int)")
        async with await open_pool(database, schema="public", size=1) as pool:

            async def read() -> list[asyncpg.Record]:
                async with pool.acquire() as connection, connection.transaction():
                    return await connection.fetch("SELECT * FROM kept")

            await read()
            await admin.execute("ALTER TABLE kept ADD COLUMN b text")
            with pytest.raises(asyncpg.InvalidCachedStatementError) as raised:
                await read()
            assert passes_by_itself(raised.value)
            assert await read() == []
