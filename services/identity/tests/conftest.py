"""Identity served over HTTP on a fresh database, and a few made-up people."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import msgspec
import pytest

from identity.config import Config
from identity.main import build
from kernel.security import Issuer, KeyRing, Role
from kernel.testing.surroundings import Service, Surroundings, surroundings
from law.packs import Pack, PackLibrary, load_library

LIBRARY: Final = load_library(Path(__file__).parents[3] / "policies")
NOW: Final = datetime(2019, 8, 1, 1, 0, tzinfo=UTC)


def by_one(pack: Pack) -> Pack:
    """The document as if it did not ask for three people: that is asked in the tests of entries."""
    said = pack.file.identification
    if said is None:
        return pack
    alone = msgspec.structs.replace(said, three_steps_clause=None)
    return msgspec.structs.replace(pack, file=msgspec.structs.replace(pack.file, identification=alone))


#: The documents for tests of what one person says.
BY_ONE: Final = PackLibrary(by_one(pack) for pack in LIBRARY.packs)


@pytest.fixture(scope="session")
def schemas() -> tuple[str, ...]:
    return ("identity",)


@pytest.fixture
def library() -> PackLibrary:
    return LIBRARY


@pytest.fixture
async def around(database: str, tmp_path: Path) -> AsyncIterator[Surroundings]:
    async with surroundings(database, Issuer.in_folder(tmp_path)) as opened:
        yield opened


@pytest.fixture
async def identity(around: Surroundings, tmp_path: Path) -> Service:
    config = Config(keys=KeyRing.in_folder(tmp_path), library=BY_ONE)
    return await around.serve("identity", lambda host: build(host, config), clock=lambda: NOW)


@pytest.fixture
async def civil_affairs(identity: Service) -> httpx.AsyncClient:
    return await identity.client(Role.DEPARTMENT, "civil-affairs")


@pytest.fixture
async def poverty_alleviation(identity: Service) -> httpx.AsyncClient:
    return await identity.client(Role.DEPARTMENT, "poverty-alleviation")


@pytest.fixture
async def disabled_persons(identity: Service) -> httpx.AsyncClient:
    return await identity.client(Role.DEPARTMENT, "disabled-persons")


@pytest.fixture
async def hospital(identity: Service) -> httpx.AsyncClient:
    return await identity.client(Role.HOSPITAL, "H445201001")


@pytest.fixture
async def agency(identity: Service) -> httpx.AsyncClient:
    return await identity.client(Role.AGENCY, "A445200")


@pytest.fixture
async def approver(identity: Service) -> httpx.AsyncClient:
    """A second person at the agency."""
    return await identity.client(Role.AGENCY, "A445200", subject="agency-2")


@pytest.fixture
async def finance(identity: Service) -> httpx.AsyncClient:
    return await identity.client(Role.FINANCE)
