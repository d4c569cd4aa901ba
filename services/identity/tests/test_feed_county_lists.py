"""Lists of two counties about one person who moves there and back: nobody is ended whom either list names."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from services.identity.tests.office import HEADINGS, Office, csv_of, number_of

from identity.config import Config, FeedSettings
from identity.main import build
from kernel.security import KeyRing
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

NOW: Final = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)
HERE, THERE = "445202", "445203"
#: Who stays in each county, as no office sends an empty list; and who moves.
STAYS: Final = {HERE: 1, THERE: 2}
MOVER: Final = 3


@pytest.fixture
async def identity(around: Surroundings, tmp_path: Path) -> Service:
    config = Config(keys=KeyRing.in_folder(tmp_path), feeds=FeedSettings(ending_basis_points_max=10_000))
    ticks = count()
    return await around.serve(
        "identity", lambda host: build(host, config), clock=lambda: NOW + timedelta(milliseconds=next(ticks))
    )


class Lists:
    """Lists of the counties, each of a day in December."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._sent = 0

    async def hand_in(self, county: str, day: int, *people: int, **how: str) -> dict[str, Any]:
        """The list of a county that names these people beside whoever stays there."""
        rows: list[Sequence[str]] = [
            (number_of(one), f"示例{one}", county, "2019-01-01", "未脱贫") for one in (STAYS[county], *people)
        ]
        self._sent += 1
        content = csv_of(*rows, headings=f"{HEADINGS},脱贫状态")
        described = {"category": "REGISTERED_POOR", "kind": "full", "area": county}
        moment = f"2026-12-{day:02d}T00:00:00+08:00"
        return await self.office.hand_in(f"{self._sent}", content, **described, as_of=moment, **how)

    async def line(self, code: str) -> dict[str, Any]:
        """The line of the last list with a code."""
        return next(line for line in await self.office.lines(f"{self._sent}") if line["code"] == code)

    async def mover(self) -> tuple[str, bool]:
        """Where the mover is, and whether they stand."""
        sought = {"id_number": number_of(MOVER), "reason": "FEED"}
        person_id = (await self.office.client.post("/v1/persons/lookup", json=sought)).json()["person_id"]
        person = (await self.office.client.get(f"/v1/persons/{person_id}")).json()
        asked: dict[str, str | int] = {"department": "poverty-alleviation", "limit": 100}
        held = (await self.office.client.get("/v1/memberships", params=asked)).json()["items"]
        return person["county"], any(one["valid_to"] is None for one in held if one["person_id"] == person_id)


@pytest.fixture
async def lists(poverty_alleviation: httpx.AsyncClient) -> Lists:
    """The mover was of one county, and another one's list has taken them."""
    lists = Lists(Office(poverty_alleviation, "poverty-alleviation"))
    await lists.hand_in(HERE, 1, MOVER)
    await lists.hand_in(THERE, 2, MOVER)
    assert await lists.mover() == (THERE, True)
    return lists


async def test_who_moves_back_is_of_the_county_that_still_names_them(lists: Lists) -> None:
    assert (await lists.hand_in(HERE, 3, MOVER))["outcomes"] == {"CHANGED": 1}
    assert "445203" in (await lists.line("ROW_MOVED_AWAY"))["remark"]
    tried = await lists.hand_in(THERE, 4, run="dry")
    assert tried["outcomes"] == {"MOVED_AWAY": 1}
    assert await lists.mover() == (THERE, True)
    assert (await lists.hand_in(THERE, 4))["outcomes"] == tried["outcomes"]
    assert "445202" in (await lists.line("ROW_MOVED_INSTEAD"))["remark"]
    assert await lists.mover() == (HERE, True)
    # What the county that they left said last counts no more: dropped by the other one, they are ended.
    assert (await lists.hand_in(HERE, 5))["outcomes"] == {"ENDED": 1}
    assert (await lists.mover())[1] is False


async def test_a_county_takes_back_whom_it_has_named_since_and_not_whom_it_named_no_more(lists: Lists) -> None:
    await lists.hand_in(HERE, 3)
    assert (await lists.hand_in(THERE, 4))["outcomes"] == {"ENDED": 1}
    assert (await lists.mover())[1] is False


async def test_an_older_day_of_another_county_s_list_is_no_older_word_about_its_own_people(lists: Lists) -> None:
    await lists.hand_in(HERE, 3)
    await lists.hand_in(THERE, 6)
    assert (await lists.mover())[1] is False
    # The county to which they moved back hands its list of the day before in late.
    assert (await lists.hand_in(HERE, 5, MOVER))["outcomes"] == {"MOVED": 1}
    assert await lists.mover() == (HERE, True)


async def test_a_list_by_which_somebody_moved_back_is_taken_back(lists: Lists, agency: httpx.AsyncClient) -> None:
    await lists.hand_in(HERE, 3, MOVER)
    await lists.hand_in(THERE, 4)
    office = lists.office
    asked = await office.client.post(f"{office.path('4')}/undo", json={"number": "4-undo", "reason": "名单弄错了"})
    assert asked.status_code == 202, asked.text
    assert (await office.batch("4-undo"))["status"] == "HELD"
    assert (await agency.post(f"{office.path('4-undo')}/release", json={"reason": "已核实"})).is_success

    async def applied() -> bool:
        return bool((await office.batch("4-undo"))["status"] == "APPLIED")

    await eventually(applied)
    assert await lists.mover() == (THERE, True)


async def test_a_late_list_that_brought_somebody_back_is_taken_back(lists: Lists, agency: httpx.AsyncClient) -> None:
    await lists.hand_in(HERE, 3)
    await lists.hand_in(THERE, 6)
    await lists.hand_in(HERE, 5, MOVER)
    office = lists.office
    await office.client.post(f"{office.path('5')}/undo", json={"number": "5-undo", "reason": "名单弄错了"})
    await office.batch("5-undo")
    assert (await agency.post(f"{office.path('5-undo')}/release", json={"reason": "已核实"})).is_success

    async def ended() -> bool:
        return (await lists.mover())[1] is False

    await eventually(ended)
