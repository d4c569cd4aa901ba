"""Through a transaction pooler two instances of every service serve, move their events and fit into few sessions."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from kernel.security import Role
from kernel.testing.pgbouncer import PgBouncer, pgbouncer_available
from kernel.writing.database import SESSIONS_MAX, Database, SessionSettingsError, administering
from onestop.migrating import migrate
from onestop.platform import Platform, running_platform
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify
from onestop.services import SCHEMAS, SERVICES
from workbench.demo import stories
from workbench.demo.city import HOSPITALS
from workbench.demo.report import read_books
from workbench.demo.town import Town
from workbench.demo.window import Window

POLICIES = Path(__file__).parents[2] / "policies"
BILL = stories.Bill(100_000, 0, 60_000)
#: What an ordinary server of a county has room for.
SESSIONS_OF_THE_SERVER = 75
#: With operations as the fifth service: what PostgreSQL gives without a setting, less the three that it keeps back.
SESSIONS_WITH_OPERATIONS = 97
#: Of a pooler for each service. Of the two, one may wait for the other's session.
SESSIONS_OF_THE_POOLER = 4
OURS = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'onestop-%' AND datname = current_database()"


def pooler(folder: Path, database: str) -> PgBouncer:
    if not pgbouncer_available():
        pytest.skip("there is no PgBouncer of 1.21 or newer here: deploy/pgbouncer/install.sh makes one")
    return PgBouncer(folder / "pgbouncer", database, [*SCHEMAS, "postgres"], sessions=SESSIONS_OF_THE_POOLER)


@pytest.fixture
async def two(settled_town: Any, copy_town: Any, tmp_path: Path) -> AsyncIterator[tuple[Town, Platform]]:
    database = await copy_town(tmp_path)
    before = pooler(tmp_path, database)
    await migrate(database)
    before.start()
    async with AsyncExitStack() as stack:
        stack.callback(before.stop)
        first, second = [
            await stack.enter_async_context(running_platform(database, tmp_path, POLICIES, through=before.url))
            for _ in range(2)
        ]
        yield Town(first, settled_town.people, settled_town.ids), second


async def test_through_a_pooler_all_is_served_and_nothing_lost(two: tuple[Town, Platform]) -> None:
    town, second = two
    windows = [
        Window(platform, Role.HOSPITAL, HOSPITALS[n].hospital_id) for n, platform in enumerate((town.platform, second))
    ]
    people = list(town.ids.values())
    settled = await asyncio.gather(
        *(stories.stay(windows[n % 2], people[n % len(people)], town.today, 2, BILL) for n in range(len(people)))
    )
    database = town.platform.admin_url
    await wait_until_arrived(database)
    async with administering(database) as admin:
        pooled = len(SERVICES) * SESSIONS_OF_THE_POOLER
        of_their_own = 2 * len(SERVICES)
        embedded_bus = 2 * 5
        assert await admin.fetchval(OURS) <= pooled + of_their_own + embedded_bus < SESSIONS_OF_THE_SERVER
    books = await read_books(database)
    assert (books.settled, books.problems) == (len(settled), [])
    assert (await verify(database)).differences == ()


async def test_sessions_that_are_not_set_as_they_must_be_are_refused_at_the_start(
    database: str, tmp_path: Path
) -> None:
    await migrate(database)
    async with administering(database) as admin:
        name = await admin.fetchval("SELECT current_database()")
        await admin.execute(f"ALTER ROLE referral IN DATABASE {name} SET enable_seqscan = on")
    before = pooler(tmp_path, database)
    await asyncio.to_thread(before.start)
    try:
        with pytest.raises(SessionSettingsError, match=r"enable_seqscan is 'on' instead of 'off'.*onestop migrate"):
            await Database(url=before.url, user="referral", session_url=database).pool("referral", 2)
        await migrate(database)
        with pytest.raises(SessionSettingsError):  # the pooler's sessions are still the old ones
            await Database(url=before.url, user="referral", session_url=database).pool("referral", 2)
    finally:
        await asyncio.to_thread(before.stop)


async def test_two_instances_of_every_service_fit_into_the_server_without_a_pooler(
    settled_town: Any, copy_town: Any, tmp_path: Path
) -> None:
    database = await copy_town(tmp_path)
    async with AsyncExitStack() as stack:
        first, second = [
            await stack.enter_async_context(running_platform(database, tmp_path, POLICIES)) for _ in range(2)
        ]
        window = Window(first, Role.HOSPITAL, HOSPITALS[0].hospital_id)
        people, today = list(settled_town.ids.values()), Town(first, [], {}).today
        await asyncio.gather(*(stories.stay(window, person, today, 2, BILL) for person in people))
        async with administering(database) as admin:
            assert await admin.fetchval(OURS) <= SESSIONS_WITH_OPERATIONS
        assert second.urls.keys() == SERVICES.keys()
    serving = [name for name in SERVICES if name != "operations"]  # which works on its own time, and is counted apart
    assert 2 * len(serving) * (SESSIONS_MAX + 1) <= SESSIONS_OF_THE_SERVER
    assert 2 * len(SERVICES) * (SESSIONS_MAX + 1) <= SESSIONS_WITH_OPERATIONS


async def test_a_role_is_set_in_its_own_database_only(database: str) -> None:
    await migrate(database)
    session = await asyncpg.connect(database, user="settlement")
    assert await session.fetchval("SHOW search_path") == "settlement"
    assert await session.fetchval("SHOW plan_cache_mode") == "force_generic_plan"
    await session.close()
