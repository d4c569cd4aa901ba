"""``onestop restore`` at the door: it refuses what would lose something, and says what would be right."""

import asyncio

import asyncpg
from typer.testing import CliRunner

from onestop.main import app
from onestop.migrating import migrate


async def restoring(database: str) -> tuple[int, str]:
    result = await asyncio.to_thread(CliRunner().invoke, app, ["restore", "--yes", "--database", database])
    return result.exit_code, " ".join(result.output.split())


async def test_a_database_is_adopted_when_nobody_serves_and_all_services_come_from_one_dump(database: str) -> None:
    await migrate(database)
    serving = await asyncpg.connect(database, server_settings={"application_name": "onestop-fund_ledger"})
    code, said = await restoring(database)
    assert (code, "onestop-fund_ledger still use this database: stop every service" in said) == (1, True)
    await serving.execute(
        "INSERT INTO fund_ledger.inbox_cursor (consumer, topic, partition, next_offset, last_pseq) "
        "VALUES ('fund-ledger', 'settlement', 3, 9, 9)"
    )
    await serving.close()
    code, said = await restoring(database)
    assert code == 1
    assert "fund-ledger has consumed message 9 of topic settlement partition 3" in said
    assert "restore all services from one dump" in said
    owner = await asyncpg.connect(database)
    assert await owner.fetchval("SELECT count(*) FROM settlement.followed") == 0, "nothing was done"
    await owner.execute("DELETE FROM fund_ledger.inbox_cursor")
    code, said = await restoring(database)
    assert code == 0, said
    assert "adopted; start the services" in said
    followed = await owner.fetch("SELECT topic, timeline FROM fund_ledger.followed")
    assert await owner.fetchval("SELECT name FROM settlement.timeline") == dict(map(tuple, followed))["settlement"]
    await owner.close()
