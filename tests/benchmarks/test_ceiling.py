"""The ceiling of `make bench` writes what a settlement writes, whatever columns its tables have today."""

from pathlib import Path
from typing import Any

import asyncpg
from benchmarks.ceiling import pgbench_rate

from kernel.security import Role
from workbench.demo import stories
from workbench.demo.city import HOSPITALS
from workbench.demo.window import Window

HOSPITAL = HOSPITALS[0].hospital_id


async def test_pgbench_writes_every_column_of_a_settlement(embedded_town: Any, tmp_path: Path) -> None:
    town = embedded_town
    window = Window(town.platform, Role.HOSPITAL, HOSPITAL)
    settled = await stories.stay(window, town.someone("DIBAO"), town.today, 5, stories.Bill(500_000, 0, 300_000))
    database = town.platform.admin_url
    assert await pgbench_rate(database, tmp_path, people=1, clients=1, seconds=1) > 0
    connection = await asyncpg.connect(database)
    one = "SELECT to_jsonb(s) - 'settlement_id' FROM {}.settlements s WHERE encounter_id = $1 LIMIT 1"
    theirs, ours = [
        await connection.fetchval(one.format(schema), settled["encounter_id"]) for schema in ("bench", "settlement")
    ]
    await connection.close()
    assert theirs is not None
    assert theirs == ours
