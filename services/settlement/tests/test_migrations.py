"""Tables in code and migrations are the same, and the service's role cannot change what happened."""

import asyncpg
import pytest

from kernel.running import migrations


async def test_the_migrations_make_exactly_the_tables_in_code(database: str) -> None:
    await migrations.prepare(database, ["settlement"])
    await migrations.upgrade(database, "settlement", "settlement")
    await migrations.check(database, "settlement", "settlement")


async def test_the_services_role_cannot_change_events_nor_see_other_schemas(database: str) -> None:
    await migrations.prepare(database, ["settlement", "referral"])
    for schema in ("settlement", "referral"):
        await migrations.upgrade(database, schema, schema)
    connection = await asyncpg.connect(database, user="settlement")
    try:
        for sql in (
            "UPDATE settlement.events SET type = 'x'",
            "DELETE FROM settlement.event_log",
            "SELECT count(*) FROM referral.events",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(sql)
    finally:
        await connection.close()
