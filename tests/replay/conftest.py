"""A database that the version before wrote, migrated by today's program: one copy for each test."""

import asyncio
import itertools
import lzma
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from tests.conftest import SettledTown
from tests.replay.at_the_desk import OpenDesk, open_desk
from tests.replay.left import Left

from kernel.messaging.event_log.embedded import EmbeddedEventLog
from kernel.running import server_process
from kernel.security.key_ring import KEYS_FILE
from kernel.writing.database import administering, open_pool
from onestop.embedded_postgres import EmbeddedPostgres, binaries
from onestop.migrating import migrate
from onestop.platform import Platform, running_platform
from onestop.restore.database import restore

_FIXTURE: Final = Path(__file__).parent / "fixtures/before_topics"
_POLICIES: Final = Path(__file__).parent.parent.parent / "policies"
_NOON: Final = datetime(2026, 11, 29, 4, tzinfo=UTC)
_names = itertools.count(1)


@pytest.fixture(scope="session")
def written_before() -> Path:
    """The folder of the dump and of identity's keys."""
    return _FIXTURE


@pytest.fixture(scope="session")
def migrated(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dump, migrated; nobody works in it, it is copied."""
    name = f"before_{os.getpid()}"
    dump = tmp_path_factory.mktemp("before") / "database.sql"
    dump.write_bytes(lzma.decompress((_FIXTURE / "database.sql.xz").read_bytes()))
    asyncio.run(_administer(postgres, f"CREATE DATABASE {name}"))
    psql = (binaries() / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", postgres.url(name), "-f", dump)
    server_process.run(psql, environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})
    asyncio.run(migrate(postgres.url(name)))
    yield name
    asyncio.run(_administer(postgres, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def store(postgres: EmbeddedPostgres, migrated: str) -> str:
    """The address of the one that is copied, for those who only read."""
    return postgres.url(migrated)


@pytest.fixture
async def restored(postgres: EmbeddedPostgres, migrated: str) -> AsyncIterator[str]:
    """A copy of it, adopted; gives its address."""
    name = f"{migrated}_{next(_names)}"
    await _administer(postgres, f"CREATE DATABASE {name} TEMPLATE {migrated} STRATEGY FILE_COPY")
    async with await open_pool(postgres.url(name), schema="bus", size=2) as bus:
        await restore(postgres.url(name), EmbeddedEventLog(bus))
    yield postgres.url(name)
    await _administer(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
async def kept_town(postgres: EmbeddedPostgres, settled_town: SettledTown, server_folder: Path) -> AsyncIterator[Left]:
    """A town from before logs were kept, whose services have filled the topics since; it is copied."""
    name, folder = f"kept_{os.getpid()}", server_folder / "kept"
    shutil.copytree(settled_town.folder / "keys", folder / "keys")
    await _administer(postgres, f"CREATE DATABASE {name} TEMPLATE {settled_town.database}")
    town = Left(postgres.url(name), folder)
    await town.adopt()
    async with administering(town.database) as admin:  # as the program before the log had a tree left them
        await admin.execute("UPDATE fund_ledger.event_log SET leaf = NULL WHERE gseq <= 3")
    await town.fill_logs()
    yield town
    await _administer(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def left(postgres: EmbeddedPostgres, kept_town: Left, tmp_path: Path) -> AsyncIterator[Left]:
    """A copy of it, adopted."""
    name = f"left_{os.getpid()}_{next(_names)}"
    shutil.copytree(kept_town.folder / "keys", tmp_path / "keys")
    await _administer(postgres, f"CREATE DATABASE {name} TEMPLATE {urlsplit(kept_town.database).path.strip('/')}")
    copy = Left(postgres.url(name), tmp_path)
    await copy.adopt()
    yield copy
    await _administer(postgres, f"DROP DATABASE {name} WITH (FORCE)")


async def _administer(postgres: EmbeddedPostgres, sql: str) -> None:
    async with administering(postgres.url("postgres")) as connection:
        await connection.execute(sql)


@pytest.fixture
async def platform(restored: str, written_before: Path, tmp_path: Path) -> AsyncIterator[Platform]:
    """The services at work on the restored database."""
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    shutil.copy(written_before / KEYS_FILE, keys)
    (keys / KEYS_FILE).chmod(0o600)
    async with running_platform(restored, tmp_path, _POLICIES, clock=lambda: _NOON) as running:
        yield running


@pytest.fixture
async def desk(restored: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    """Operations' desk on a copy."""
    async with open_desk(restored, tmp_path) as opened:
        yield opened
