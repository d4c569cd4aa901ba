"""A database's timeline: the same for as long as its history is unbroken, and known as another's after a restore."""

from urllib.parse import urlsplit

import asyncpg

from kernel.running import migrations
from kernel.testing import tally
from kernel.writing.database import open_pool
from kernel.writing.event_store.timeline import begin_timeline, know_timeline


async def test_a_timeline_begins_once_and_a_copy_of_its_database_is_not_adopted(database: str) -> None:
    await tally.create_schema(database)
    async with await open_pool(database, schema="tally", size=1) as pool:
        begun = await know_timeline(pool)
        assert begun.adopted
        assert await know_timeline(pool) == begun
    name = urlsplit(database).path.strip("/")
    admin = await asyncpg.connect(database.replace(name, "postgres"))
    await admin.execute(f"CREATE DATABASE {name}_copy TEMPLATE {name}")
    try:
        async with await open_pool(database.replace(name, f"{name}_copy"), schema="tally", size=1) as pool:
            copied = await know_timeline(pool)
            assert (copied.name, copied.adopted) == (begun.name, False)
            adopted = await begin_timeline(pool)
            assert adopted.adopted
            assert adopted.name != begun.name
    finally:
        await admin.execute(f"DROP DATABASE {name}_copy WITH (FORCE)")
        await admin.close()


async def test_the_services_own_role_may_know_its_timeline(database: str) -> None:
    await migrations.prepare(database, ["referral"])
    await migrations.upgrade(database, "referral", "referral")
    async with await open_pool(database, schema="referral", user="referral", size=1) as pool:
        assert (await know_timeline(pool)).adopted
