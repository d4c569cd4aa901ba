"""However an office splits, orders and repeats its files, the same memberships come of them."""

import os
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final

import httpx
import pytest
from services.identity.tests.office import HEADINGS, Office, csv_of, number_of

from identity.config import Config, FeedSettings
from identity.main import build
from kernel.security import KeyRing
from kernel.testing.surroundings import Service, Surroundings

NOW: Final = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)
COLUMNS: Final = f"{HEADINGS},结束日期,脱贫状态"
PEOPLE: Final = 4
#: A day that a file speaks for, and its rows: the person's place, and what is said.
File = tuple[int, list[tuple[int, Sequence[str]]]]


@pytest.fixture
async def identity(around: Surroundings, tmp_path: Path) -> Service:
    config = Config(keys=KeyRing.in_folder(tmp_path), feeds=FeedSettings(group_lines=3))
    ticks = count()
    return await around.serve(
        "identity", lambda host: build(host, config), clock=lambda: NOW + timedelta(milliseconds=next(ticks))
    )


def statements(chance: random.Random) -> list[File]:
    """What an office says on six days: of a membership at most one thing a day."""
    told: list[File] = []
    for day in range(1, 7):
        rows: list[tuple[int, Sequence[str]]] = []
        for place in range(PEOPLE):
            begins = date(2015 + chance.randrange(4), 1, 1)
            ends = chance.choice(["", (begins + timedelta(days=chance.randrange(30, 900))).isoformat()])
            status = chance.choice(["未脱贫", "返贫"])
            if chance.random() < 0.7:
                rows.append((place, (begins.isoformat(), ends, status)))
        told.append((day, rows))
    return told


def split(told: Sequence[File], chance: random.Random) -> list[File]:
    """The same in other files: cut in two anywhere, some sent twice, in any order."""
    files: list[File] = []
    for day, rows in told:
        cut = chance.randrange(len(rows) + 1)
        files += [(day, part) for part in (rows[:cut], rows[cut:]) if part]
    files += chance.sample(files, len(files) // 3)
    chance.shuffle(files)
    return files


async def come_to(office: Office, files: Sequence[File], first: int, name: str) -> list[list[tuple[str, str, str]]]:
    """What is held of each person, whose numbers begin at ``first``, after these files."""
    for place, (day, rows) in enumerate(files):
        content = csv_of(
            *(
                [number_of(first + who), f"示例{first + who}", "445202", begins, ends, status]
                for who, (begins, ends, status) in rows
            ),
            headings=COLUMNS,
        )
        moment = f"2026-11-{day:02d}T00:00:00+08:00"
        batch = await office.hand_in(f"{name}-{place}", content, category="REGISTERED_POOR", as_of=moment)
        assert batch["status"] == "APPLIED"
        assert "REFUSED" not in batch["outcomes"], await office.lines(f"{name}-{place}")
    held = (
        await office.client.get("/v1/memberships", params={"department": "poverty-alleviation", "limit": 100})
    ).json()
    of_person: dict[str, list[tuple[str, str, str]]] = {}
    for one in held["items"]:
        of_person.setdefault(one["person_id"], []).append(
            (one["valid_from"], one["valid_to"] or "", one["poverty_status"])
        )
    named = {}
    for number in range(first, first + PEOPLE):
        asked = {"id_number": number_of(number), "reason": "FEED"}
        found = await office.client.post("/v1/persons/lookup", json=asked)
        named[number] = sorted(of_person.get(found.json().get("person_id", ""), []))
    return list(named.values())


@pytest.mark.parametrize("seed", range(int(os.environ.get("ONESTOP_FUZZ_ORDERS", "1"))))
async def test_any_split_order_and_repetition_ends_in_the_same_memberships(
    poverty_alleviation: httpx.AsyncClient, seed: int
) -> None:
    chance = random.Random(seed)
    office = Office(poverty_alleviation, "poverty-alleviation")
    told = [file for file in statements(chance) if file[1]]
    as_told = await come_to(office, told, 1, "a")
    assert any(as_told), "something must be held, or nothing was compared"
    assert await come_to(office, split(told, chance), 1 + PEOPLE, "b") == as_told
    assert await come_to(office, split(told, chance), 1 + 2 * PEOPLE, "c") == as_told
