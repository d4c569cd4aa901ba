"""A town: a platform with filled funds, hospitals and a few people, ready for traffic."""

from datetime import UTC, date, datetime
from random import Random

import msgspec

from kernel.values.china_time import china_date
from onestop.platform import Platform
from onestop.quiescence import wait_until_arrived
from workbench.demo.morning import enter_hospitals, feed_people, fill_funds
from workbench.demo.people import DemoPerson, made_up_people


class Town(msgspec.Struct, frozen=True):
    """A platform with hospitals, filled funds and a few people known everywhere, by their numbers."""

    platform: Platform
    people: list[DemoPerson]
    ids: dict[int, str]
    today: date = msgspec.field(default_factory=lambda: china_date(datetime.now(UTC)))

    def someone(self, category: str) -> str:
        """The id of a person of a category."""
        return self.ids[next(p.number for p in self.people if p.category == category)]


async def settle_in(platform: Platform, count: int = 18) -> Town:
    """Fill the funds, enter the hospitals, feed in people, and wait until settlement knows them."""
    people = made_up_people(count, Random(7))  # noqa: S311 - made-up people, the same every time
    today = china_date(datetime.now(UTC))
    await fill_funds(platform, today)
    await enter_hospitals(platform)
    ids = await feed_people(platform, people, today, lambda: None)
    await wait_until_arrived(platform.admin_url)
    return Town(platform, people, ids, today)
