"""Nobody listens any more once the last reader has gone, even where the database went at the same moment."""

import asyncio
from pathlib import Path

from kernel.messaging.event_log.embedded import EmbeddedEventLog
from kernel.messaging.event_log.embedded_schema import BUS_SQL
from kernel.testing.deadline import eventually
from kernel.writing.database import administering, open_pool
from onestop.embedded_postgres import EmbeddedPostgres

_LISTENS_SQL = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'LISTEN%')"


async def test_a_session_that_dies_while_it_is_given_back_does_not_keep_anybody_listening(server_folder: Path) -> None:
    with EmbeddedPostgres(server_folder / "gone") as server:
        async with administering(server.url()) as admin:
            await admin.execute(BUS_SQL)
        pool = await open_pool(server.url(), schema="bus")
        reader = await EmbeddedEventLog(pool).reader("topic", {0: 0})

        async def somebody_listens() -> bool:
            return bool(await pool.fetchval(_LISTENS_SQL))

        await eventually(somebody_listens, within_seconds=20)
        server.kill()  # in the loop's own thread: no session has noticed it when the reader goes
        await reader.close()

        async def nobody_listens() -> bool:
            return all(task.get_name() != "notices" for task in asyncio.all_tasks())

        await eventually(nobody_listens, within_seconds=3)
        await pool.close()
