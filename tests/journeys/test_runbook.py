"""Backup and restore by the runbook, word by word: its commands are run as they stand in docs/runbooks."""

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from tests.runbook import followed

from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.kafka_broker import KafkaBroker
from kernel.writing.database import administering
from kernel.writing.event_store.restored import RestoredClusterError
from onestop.embedded_postgres import EmbeddedPostgres
from onestop.platform import Platform, running_platform
from onestop.quiescence import wait_until_arrived
from onestop.restore.lost import close, lost_messages
from onestop.services import ALL_TOPICS
from workbench.demo import stories
from workbench.demo.city import HOSPITALS
from workbench.demo.report import read_books
from workbench.demo.town import Town, settle_in
from workbench.demo.window import Window

ROOT: Final = Path(__file__).parents[2]
POLICIES: Final = ROOT / "policies"
_HOSPITALS: Final = itertools.cycle(HOSPITALS)
BILL: Final = stories.Bill(compliant_fen=300_000, other_fen=0, basic_fen=200_000)


async def settled(town: Town, platform: Platform, times: int) -> list[str]:
    """Some settlements, each answered to the hospital; gives their ids."""
    # Each time at another hospital, whose keys begin anew.
    window = Window(platform, Role.HOSPITAL, next(_HOSPITALS).hospital_id)
    person_id = town.someone("DIBAO")
    return [(await stories.stay(window, person_id, town.today, 0, BILL))["settlement_id"] for _ in range(times)]


async def booked(platform: Platform) -> set[str]:
    """The settlements that have a journal."""
    async with administering(platform.admin_url, search_path="fund_ledger") as connection:
        rows = await connection.fetch("SELECT DISTINCT settlement_id FROM journals WHERE settlement_id IS NOT NULL")
    return {row[0] for row in rows}


class Site(msgspec.Struct, frozen=True):
    """An operator's terminal: the variables of the runbook, and the platform wherever its database is."""

    folder: Path
    environment: dict[str, str]

    async def follow(self, heading: str) -> str:
        """Follow the runbook under a heading."""
        return await followed(heading, self.environment)

    def platform_on(self, url: str) -> AbstractAsyncContextManager[Platform]:
        """Start every service on a database."""
        bootstrap, prefix = self.environment["ONESTOP_KAFKA_BOOTSTRAP"], self.environment["TOPIC_PREFIX"]
        return running_platform(
            url, self.folder, POLICIES, kafka_bootstrap=bootstrap, topic_prefix=prefix, keeps_logs=True
        )


@pytest.fixture
def site(database: str, kafka_broker: KafkaBroker, tmp_path: Path) -> Site:
    variables = {
        "ONESTOP_ADMIN_DATABASE_URL": database,
        "ONESTOP_KAFKA_BOOTSTRAP": kafka_broker.bootstrap,
        "TOPIC_PREFIX": f"{urlsplit(database).path.strip('/')}-",
        "BACKUP": str(tmp_path),
        "FOLDER": str(tmp_path),
    }
    return Site(tmp_path, variables)


@pytest.fixture
async def new_server(site: Site, server_folder: Path) -> AsyncIterator[EmbeddedPostgres]:
    """Another server, whose transaction numbers begin anew."""
    with EmbeddedPostgres(server_folder / "restored") as server:
        async with administering(server.url("postgres")) as admin:
            await admin.execute("DROP DATABASE onestop")
        site.environment.update(NEW_SERVER_URL=server.url("postgres"), NEW_DATABASE_URL=server.url("onestop"))
        yield server


@pytest.mark.kafka
async def test_a_lost_database_and_then_a_lost_broker_are_restored_by_the_runbook(
    database: str, site: Site, new_server: EmbeddedPostgres
) -> None:
    async with site.platform_on(database) as platform:
        town = await settle_in(platform)
        before = await settled(town, platform, 2)
        await wait_until_arrived(database)
        await site.follow("Take a backup")
        gone = await settled(town, platform, 3)
        await wait_until_arrived(database)
        assert await booked(platform) >= {*before, *gone}
    restored = new_server.url("onestop")
    await restored_by_the_runbook(site, restored, gone)
    async with site.platform_on(restored) as platform:
        after = await settled(town, platform, 5)
        await wait_until_arrived(restored)
        assert await booked(platform) >= {*before, *after}, "each new one is booked"
        assert not await booked(platform) & set(gone), "what the platform does not know is not booked"
        assert (await read_books(restored)).problems == []
    # Then the broker's disk is lost.
    site.environment["ONESTOP_ADMIN_DATABASE_URL"] = restored
    await lose_topics(site.environment["ONESTOP_KAFKA_BOOTSTRAP"], site.environment["TOPIC_PREFIX"])
    assert "settlement: " in await site.follow("Fill the topics again")
    async with site.platform_on(restored) as platform:
        last = await settled(town, platform, 2)
        await wait_until_arrived(restored)
        assert await booked(platform) >= {*before, *after, *last}
        assert (await read_books(restored)).problems == []


async def restored_by_the_runbook(site: Site, restored: str, gone: Sequence[str]) -> None:
    """From an empty server to an adopted database, of which it is known what it lacks."""
    await site.follow("Restore the database")
    with pytest.raises(RestoredClusterError, match="nobody has adopted"):
        async with site.platform_on(restored):
            pass
    assert "3 messages" in await site.follow("Adopt it")
    said = await site.follow("See to what was lost")
    assert all(settlement_id in said for settlement_id in gone), said
    assert len(await confirmed(restored)) == len(gone)
    for message in await lost_messages(restored):
        assert await close(restored, message.event_id, "李", "重新结算")
    assert "0 open" in await site.follow("See to what was lost")
    await site.follow("Check and start")


async def confirmed(database: str) -> list[Any]:
    """The lost settlements."""
    lost = await lost_messages(database)
    return [message for message in lost if ".SettlementConfirmed." in message.type]


async def lose_topics(bootstrap: str, prefix: str) -> None:
    """What a broker without its disk looks like: no topic is there."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_topics([prefix + topic for topic in ALL_TOPICS])

        async def gone() -> bool:
            return not any(name.startswith(prefix) for name in await admin.list_topics())

        await eventually(gone)
    finally:
        await admin.close()
