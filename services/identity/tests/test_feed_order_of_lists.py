"""Whole lists, deaths, moves, names in several writings: any order and repetition leaves the same people standing."""

import os
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx
import pytest
from services.identity.tests.office import Office, csv_of
from stdnum.cn import ric

from identity.config import Config, FeedSettings
from identity.main import build
from kernel.security import KeyRing
from kernel.testing.surroundings import Service, Surroundings

NOW: Final = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)
HEADINGS: Final = "身份证号,姓名,县区代码,开始日期,脱贫状态,死亡日期"
PEOPLE: Final = 5
MONTHS: Final = (4, 5, 6)
#: Two counties for each telling of the story, so that the lists of one say nothing of the people of the other.
COUNTIES: Final = (("445202", "445222"), ("445203", "445224"), ("445281", "445103"))
#: The same name, as clerks write it.
WRITINGS: Final = ("示例{}", "示 例{}", "示·例{}", "示例 {}")


class File(NamedTuple):
    """A file of the office: a whole list of a county, or changes."""

    month: int
    area: str | None
    rows: list[Sequence[str]]


@pytest.fixture
async def identity(around: Surroundings, tmp_path: Path) -> Service:
    config = Config(keys=KeyRing.in_folder(tmp_path), feeds=FeedSettings(ending_basis_points_max=10_000))
    ticks = count()
    return await around.serve(
        "identity", lambda host: build(host, config), clock=lambda: NOW + timedelta(milliseconds=next(ticks))
    )


def number_of(block: int, person: int) -> str:
    body = f"4452021960{block + 1:02d}01{person:02d}2"
    return f"{body}{ric.calc_check_digit(f'{body}0')}"


def story(seed: int, block: int) -> list[File]:
    """Three months of two counties' whole lists, each after the month's changes; people move, move back, leave and die.

    The second county's list is of the day behind the first one's.
    """
    chance = random.Random(seed)
    files: list[File] = []
    dead: set[int] = set()
    lives = dict.fromkeys(range(PEOPLE), 0)
    for month in MONTHS:
        lives = {person: chance.randrange(2) for person in lives}
        on_list = [person for person in range(PEOPLE) if person not in dead and chance.random() < 0.8]

        def row(person: int, county: str, died_on: str = "") -> Sequence[str]:
            name = chance.choice(WRITINGS).format(person)
            return number_of(block, person), name, county, "2018-01-01", "未脱贫", died_on

        if month == MONTHS[1]:
            dying = chance.randrange(PEOPLE)
            dead.add(dying)
            files.append(File(month, None, [row(dying, COUNTIES[block][lives[dying]], "2019-05-01")]))
            on_list = [person for person in on_list if person != dying]
        for place, county in enumerate(COUNTIES[block]):
            # Somebody stays in each county, as no office sends an empty list.
            stays = [row(PEOPLE + place, county)]
            files.append(File(month, county, stays + [row(one, county) for one in on_list if lives[one] == place]))
    return files


async def come_to(office: Office, block: int, files: Sequence[File], name: str) -> list[Any]:
    """Who stands where, and who is dead, after these files."""
    for place, file in enumerate(files):
        how = {} if file.area is None else {"kind": "full", "area": file.area}
        # Changes speak for the last day of the month before; a list for the first.
        day = 1 if file.area is None else 2 + COUNTIES[block].index(file.area)
        moment = f"2019-{file.month:02d}-{day:02d}T00:00:00+08:00"
        content = csv_of(*file.rows, headings=HEADINGS)
        told = await office.hand_in(f"{name}-{place}", content, category="REGISTERED_POOR", as_of=moment, **how)
        assert told["status"] == "APPLIED" or told["problem"]["code"] == "FEED_OLDER_THAN_LIST", told
    asked = {"department": "poverty-alleviation", "limit": "100"}
    held = (await office.client.get("/v1/memberships", params=asked)).json()["items"]
    standing = {one["person_id"] for one in held if one["valid_to"] is None}
    found: list[Any] = []
    for person in range(PEOPLE):
        sought = {"id_number": number_of(block, person), "reason": "FEED"}
        person_id = (await office.client.post("/v1/persons/lookup", json=sought)).json().get("person_id", "")
        known = (await office.client.get(f"/v1/persons/{person_id}")).json() if person_id else {}
        died_on = known.get("deceased_on")
        # Whoever is dead stands nowhere, whether a list has said so since or not.
        stands = person_id in standing and died_on is None
        found.append((COUNTIES[block].index(known["county"]) if stands else None, died_on))
    return found


@pytest.mark.parametrize("seed", range(int(os.environ.get("ONESTOP_FUZZ_ORDERS", "1"))))
async def test_any_order_and_repetition_of_lists_and_changes_leaves_the_same_people_standing(
    poverty_alleviation: httpx.AsyncClient, seed: int
) -> None:
    chance = random.Random(seed)
    office = Office(poverty_alleviation, "poverty-alleviation")
    as_told = await come_to(office, 0, story(seed, 0), "a")
    assert any(lives is not None for lives, _ in as_told)
    assert any(died_on for _, died_on in as_told)
    files = story(seed, 1)
    files += chance.sample(files, 2)
    chance.shuffle(files)
    assert await come_to(office, 1, files, "b") == as_told
