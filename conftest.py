"""Fixtures that every test may use: a real PostgreSQL, a fresh database, a real Kafka; and CI's rule of no skips."""

import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

import workbench  # noqa: F401 - before pytest takes the folder of its tests for the package
from kernel.testing.kafka_broker import KafkaBroker, java_and_maven_available
from kernel.testing.templates import Templates
from onestop.embedded_postgres import EmbeddedPostgres

_names = itertools.count(1)
_TEMPORARY_ROOT = "PYTEST_DEBUG_TEMPROOT"


_made_here: list[str] = []


def pytest_configure(config: pytest.Config) -> None:
    """Give each run a temporary root of its own, which its workers and what it starts share.

    pytest closes the root that all runs of a user share at every start, to other users too: a PostgreSQL that runs as
    "nobody" for a test of another run can then no longer read its own control file.
    """
    if not hasattr(config, "workerinput") and _TEMPORARY_ROOT not in os.environ:
        _made_here.append(tempfile.mkdtemp(prefix="onestop-run-"))
        os.environ[_TEMPORARY_ROOT] = _made_here[0]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the root away again where this run made it, except where a failed test's files may be looked at."""
    if _made_here and not _failed(config):
        shutil.rmtree(_made_here.pop(), ignore_errors=True)


def _failed(config: pytest.Config) -> bool:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter is not None and any(reporter.stats.get(kind) for kind in ("failed", "error"))


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """Where servers keep their data: pytest removes the temporary folders of older runs, also of running ones."""
    with tempfile.TemporaryDirectory(prefix="onestop-test-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture(scope="session")
def postgres(server_folder: Path) -> Iterator[EmbeddedPostgres]:
    """The embedded PostgreSQL 18, one for the whole run.

    It does not wait for the disk: what a killed server wrote is in the machine's memory still, and only a machine that
    loses its power, which no test does, would miss it.
    """
    with EmbeddedPostgres(server_folder / "postgres", {"fsync": "off", "full_page_writes": "off"}) as server:
        yield server


@pytest.fixture(scope="session")
def schemas() -> tuple[str, ...]:
    """The services whose tables a test's database has from its beginning: folders and files of tests say their own."""
    return ()


@pytest.fixture(scope="session")
def templates(postgres: EmbeddedPostgres) -> Templates:
    """What databases of tests are copied from, migrated once in the whole run."""
    return Templates(postgres.url)


@pytest.fixture
async def database(postgres: EmbeddedPostgres, templates: Templates, schemas: tuple[str, ...]) -> AsyncIterator[str]:
    """A fresh database of its own, with the tables of ``schemas``; gives its address as the server's administrator."""
    name = f"test_{os.getpid()}_{next(_names)}"
    # Its files are copied as they are: through the log, as is usual, it takes three times as long.
    template = await templates.of(schemas)
    await _administer(postgres, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield postgres.url(name)
    await _administer(postgres, f"DROP DATABASE {name} WITH (FORCE)")


async def _administer(postgres: EmbeddedPostgres, sql: str) -> None:
    admin = await asyncpg.connect(postgres.url("postgres"))
    try:
        await admin.execute(sql)
    finally:
        await admin.close()


@pytest.fixture(scope="session")
def kafka_broker(server_folder: Path) -> Iterator[KafkaBroker]:
    """A real Apache Kafka, one for the whole run; skipped where Java or Maven is missing."""
    if not java_and_maven_available():
        pytest.skip("Java or Maven is missing, so the real Kafka cannot run here")
    broker = KafkaBroker(server_folder / "kafka", libs=Path(__file__).parent / "deploy/kafka/libs")
    broker.start()
    yield broker
    broker.stop()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Where nothing may be skipped (CI), a skipped test fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = [] if reporter is None else reporter.stats.get("skipped", [])
    if os.environ.get("ONESTOP_NO_SKIP") == "1" and skipped and exitstatus == 0:
        print(f"\n{len(skipped)} tests were skipped, but ONESTOP_NO_SKIP=1 allows none: install what they need")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
