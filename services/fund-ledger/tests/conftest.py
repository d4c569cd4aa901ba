"""The fund ledger served over HTTP on a fresh database, told by settlement what happened."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import pytest

from fund_ledger.main import build
from kernel.security import Issuer, Role
from kernel.testing.surroundings import Service, Surroundings, surroundings

NOW: Final = datetime(2019, 8, 1, 1, 0, tzinfo=UTC)


@pytest.fixture
async def around(database: str, tmp_path: Path) -> AsyncIterator[Surroundings]:
    async with surroundings(database, Issuer.in_folder(tmp_path)) as opened:
        yield opened


@pytest.fixture
async def ledger(around: Surroundings) -> Service:
    return await around.serve("fund_ledger", build, clock=lambda: NOW)


@pytest.fixture
async def finance(ledger: Service) -> httpx.AsyncClient:
    return await ledger.client(Role.FINANCE)


@pytest.fixture
async def agency(ledger: Service) -> httpx.AsyncClient:
    return await ledger.client(Role.AGENCY, "A445200")
