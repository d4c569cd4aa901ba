"""A running platform for journeys, and a day's first people to travel on it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from kernel.china_time import china_date
from onestop.demo.morning import enter_hospitals, feed_people, fill_funds
from onestop.demo.people import DemoPerson, made_up_people
from onestop.platform import Platform, running_platform
from onestop.quiescence import wait_until_arrived

POLICIES = Path(__file__).parent.parent / "policies"


class Town:
    """A platform with hospitals, filled funds and a few people known everywhere."""

    def __init__(self, platform: Platform, people: list[DemoPerson], ids: dict[int, str]) -> None:
        self.platform = platform
        self.people = people
        self.ids = ids
        self.today = china_date(datetime.now(UTC))

    def someone(self, category: str) -> str:
        """The id of a person of a category."""
        return self.ids[next(p.number for p in self.people if p.category == category)]


async def settle_in(platform: Platform, count: int = 18) -> Town:
    """Fill the funds, enter the hospitals, feed in people, and wait until settlement knows them."""
    people = made_up_people(count, Random(7))
    today = china_date(datetime.now(UTC))
    await fill_funds(platform, today)
    await enter_hospitals(platform)
    ids = await feed_people(platform, people, today, lambda: None)
    await wait_until_arrived(platform.admin_url)
    return Town(platform, people, ids)


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
async def town(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> AsyncIterator[Town]:
    """A town on each transport."""
    bootstrap = request.getfixturevalue("kafka_broker").bootstrap if request.param == "kafka" else None
    prefix = f"{database.rpartition('/')[2].partition('?')[0]}-"
    async with running_platform(
        database, tmp_path, POLICIES, kafka_bootstrap=bootstrap, topic_prefix=prefix
    ) as platform:
        yield await settle_in(platform)


@pytest.fixture
async def embedded_town(database: str, tmp_path: Path) -> AsyncIterator[Town]:
    """A town on the embedded transport."""
    async with running_platform(database, tmp_path, POLICIES) as platform:
        yield await settle_in(platform)
