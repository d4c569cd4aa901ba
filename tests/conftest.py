"""A running platform for journeys, and a day's first people to travel on it."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from onestop.demo.town import Town, settle_in
from onestop.platform import running_platform

POLICIES = Path(__file__).parent.parent / "policies"


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
async def town(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> AsyncIterator[Town]:
    """A town on each transport."""
    bootstrap = request.getfixturevalue("kafka_broker").bootstrap if request.param == "kafka" else None
    prefix = f"{urlsplit(database).path.strip('/')}-"
    async with running_platform(
        database, tmp_path, POLICIES, kafka_bootstrap=bootstrap, topic_prefix=prefix
    ) as platform:
        yield await settle_in(platform)


@pytest.fixture
async def embedded_town(database: str, tmp_path: Path) -> AsyncIterator[Town]:
    """A town on the embedded transport."""
    async with running_platform(database, tmp_path, POLICIES) as platform:
        yield await settle_in(platform)
