"""A running platform for journeys, and a day's first people to travel on it."""

import itertools
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import msgspec
import pytest

from kernel.messaging.event_log.embedded import EmbeddedEventLog
from kernel.testing.kafka_broker import KafkaBroker
from kernel.writing.database import open_pool
from onestop.embedded_postgres import EmbeddedPostgres
from onestop.platform import recreate_database, running_platform
from onestop.restore.database import restore
from onestop.services import SCHEMAS
from workbench.demo.people import DemoPerson
from workbench.demo.town import Town, settle_in

POLICIES = Path(__file__).parent.parent / "policies"
_copies = itertools.count(1)


@pytest.fixture(scope="session")
def schemas() -> tuple[str, ...]:
    return SCHEMAS


class SettledTown(msgspec.Struct, frozen=True):
    """A town whose platform has stopped: its database, its folder with the keys, its people."""

    database: str
    folder: Path
    people: list[DemoPerson]
    ids: dict[int, str]


@pytest.fixture(scope="session")
async def settled_town(postgres: EmbeddedPostgres, server_folder: Path) -> SettledTown:
    """One town on the embedded transport, settled in once for the whole run; tests travel in copies of it."""
    name, folder = f"town_{os.getpid()}", server_folder / "town"
    folder.mkdir()
    await recreate_database(postgres.url("postgres"), name)
    async with running_platform(postgres.url(name), folder, POLICIES) as platform:
        town = await settle_in(platform)
    return SettledTown(name, folder, town.people, town.ids)


CopyTown = Callable[[Path], Awaitable[str]]


@pytest.fixture
async def copy_town(postgres: EmbeddedPostgres, settled_town: SettledTown) -> AsyncIterator[CopyTown]:
    """Copies the settled town: its keys go into the folder given, and the copied database's address comes back."""
    admin = await asyncpg.connect(postgres.url("postgres"))
    names = []

    async def copy(folder: Path) -> str:
        names.append(f"{settled_town.database}_{next(_copies)}")
        shutil.copytree(settled_town.folder / "keys", folder / "keys")
        await admin.execute(f"CREATE DATABASE {names[-1]} TEMPLATE {settled_town.database} STRATEGY FILE_COPY")
        url = postgres.url(names[-1])
        async with await open_pool(url, schema="bus", size=2) as bus:
            await restore(url, EmbeddedEventLog(bus))
        return url

    yield copy
    for name in names:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture(
    params=["embedded_town", pytest.param("kafka_town", marks=pytest.mark.kafka)], ids=["embedded", "kafka"]
)
def town(request: pytest.FixtureRequest) -> Town:
    """A town on each transport."""
    town: Town = request.getfixturevalue(request.param)
    return town


@pytest.fixture
async def embedded_town(settled_town: SettledTown, copy_town: CopyTown, tmp_path: Path) -> AsyncIterator[Town]:
    """A town on the embedded transport."""
    async with running_platform(await copy_town(tmp_path), tmp_path, POLICIES) as platform:
        yield Town(platform, settled_town.people, settled_town.ids)


@pytest.fixture
async def kafka_town(database: str, kafka_broker: KafkaBroker, tmp_path: Path) -> AsyncIterator[Town]:
    """A town on a real Kafka: it settles in anew, because what is on the topics belongs to it."""
    prefix = f"{urlsplit(database).path.strip('/')}-"
    async with running_platform(
        database, tmp_path, POLICIES, kafka_bootstrap=kafka_broker.bootstrap, topic_prefix=prefix
    ) as platform:
        yield await settle_in(platform)
