"""Identity served over HTTP on a fresh database, and a few made-up people."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import pytest

from identity.config import Config
from identity.main import build
from identity.persons.domain.categories import Department
from kernel.security import Issuer, KeyRing, Role
from kernel.testing.surroundings import Service, Surroundings, surroundings
from law.packs import PackLibrary, load_library

LIBRARY: Final = load_library(Path(__file__).parents[3] / "policies")
NOW: Final = datetime(2019, 8, 1, 1, 0, tzinfo=UTC)


@pytest.fixture
def library() -> PackLibrary:
    return LIBRARY


@pytest.fixture
async def around(database: str, tmp_path: Path) -> AsyncIterator[Surroundings]:
    async with surroundings(database, Issuer.in_folder(tmp_path)) as opened:
        yield opened


@pytest.fixture
async def identity(around: Surroundings, tmp_path: Path) -> Service:
    # The departments' own systems upload, as in most tests; who must be three people is asked in those of entries.
    config = Config(keys=KeyRing.in_folder(tmp_path), library=LIBRARY, machine_feeds=frozenset(Department))
    return await around.serve("identity", lambda host: build(host, config), clock=lambda: NOW)


@pytest.fixture
async def civil_affairs(identity: Service) -> httpx.AsyncClient:
    return await identity.client(Role.DEPARTMENT, "civil-affairs")


@pytest.fixture
async def poverty_alleviation(identity: Service) -> httpx.AsyncClient:
    return await identity.client(Role.DEPARTMENT, "poverty-alleviation")


@pytest.fixture
async def hospital(identity: Service) -> httpx.AsyncClient:
    return await identity.client(Role.HOSPITAL, "H445201001")


@pytest.fixture
async def agency(identity: Service) -> httpx.AsyncClient:
    return await identity.client(Role.AGENCY, "A445200")


@pytest.fixture
async def finance(identity: Service) -> httpx.AsyncClient:
    return await identity.client(Role.FINANCE)
