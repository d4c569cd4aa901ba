"""Any split, order and repetition of an office's files ends in the same memberships."""

import os
import random
from collections.abc import Sequence
from typing import Final

import httpx
import pytest
from services.identity.tests.office import Office, csv_of
from stdnum.cn import ric

HEADINGS: Final = "身份证号,姓名,县区代码,开始日期,结束日期,脱贫状态,脱贫日期"
PEOPLE: Final = 6
#: What the office's lists of three months say: some people change, come and go.
STATUSES: Final = (("未脱贫", ""), ("脱贫", "2018-12-31"), ("返贫", ""))


def row(block: int, person: int, chance: random.Random) -> Sequence[str]:
    body = f"4452021960{block:02d}01{person:02d}2"
    status, exit_date = chance.choice(STATUSES)
    begins = chance.choice(("2018-01-01", "2018-07-01", "2019-01-01"))
    ends = chance.choice(("", "", "2019-03-31", "长期"))
    return f"{body}{ric.calc_check_digit(f'{body}0')}", f"示例{person}", "445202", begins, ends, status, exit_date


def month_of(seed: int, month: int, block: int) -> list[Sequence[str]]:
    chance = random.Random(f"{seed}/{month}")
    people = chance.sample(range(PEOPLE), chance.randint(2, PEOPLE))
    return [row(block, person, chance) for person in people]


def split(rows: list[Sequence[str]], chance: random.Random) -> list[list[Sequence[str]]]:
    chance.shuffle(rows)
    parts: list[list[Sequence[str]]] = [[] for _ in range(chance.randint(1, 3))]
    for said in rows:
        chance.choice(parts).append(said)
    return [part for part in parts if part]


async def memberships(poverty: Office, numbers: Sequence[str]) -> list[list[str]]:
    """What each person of some batches holds, without saying who they are."""
    people = {line["person_id"] for number in numbers for line in await poverty.lines(number)} - {None}
    asked = {"department": "poverty-alleviation", "limit": "100"}
    held: dict[str, list[str]] = {person_id: [] for person_id in people}
    for m in (await poverty.client.get("/v1/memberships", params=asked)).json()["items"]:
        if m["person_id"] in held:
            held[m["person_id"]].append(str([m["valid_from"], m["valid_to"], m["poverty_status"], m["exit_date"]]))
    assert any(held.values())
    return sorted(sorted(told) for told in held.values())


@pytest.mark.parametrize("seed", range(int(os.environ.get("ONESTOP_FUZZ_ORDERS", "1"))))
async def test_any_split_order_and_repetition_ends_in_the_same(
    poverty_alleviation: httpx.AsyncClient, seed: int
) -> None:
    poverty = Office(poverty_alleviation, "poverty-alleviation")
    chance = random.Random(seed)

    async def hand_in(number: str, month: int, rows: list[Sequence[str]]) -> str:
        content = csv_of(*rows, headings=HEADINGS)
        moment = f"2019-0{month}-01T00:00:00+08:00"
        await poverty.hand_in(number, content, category="REGISTERED_POOR", as_of=moment)
        return number

    straight = [await hand_in(f"s{month}", month, month_of(seed, month, 1)) for month in (4, 5, 6)]
    files = [(month, part) for month in (4, 5, 6) for part in split(month_of(seed, month, 2), chance)]
    files += chance.sample(files, 2)
    chance.shuffle(files)
    mixed = [await hand_in(f"m{place}", month, rows) for place, (month, rows) in enumerate(files)]
    assert await memberships(poverty, straight) == await memberships(poverty, mixed)
