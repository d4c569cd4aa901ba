"""A month's changes in one file (004 五(一)2): added, died, stopped, removed, and removed then added again."""

from typing import Any, Final

import httpx
import msgspec
from stdnum.cn import ric

from contracts.identity import EntitlementChanged
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Surroundings

HEADINGS: Final = "身份证号,姓名,县区代码,开始日期,结束日期,终止原因,死亡日期,脱贫状态"
BATCHES: Final = "/v1/feeds/poverty-alleviation/batches"


def row(person: int, begins: str, ends: str = "", reason: str = "", died: str = "") -> str:
    body = f"44520219610101{person:02d}2"
    number = body + ric.calc_check_digit(f"{body}0")
    return f"{number},示例{person},445202,{begins},{ends},{reason},{died},NOT_LIFTED"


async def taken(client: httpx.AsyncClient, number: str, as_of: str, *rows: str) -> dict[str, int]:
    sent = await client.put(
        f"{BATCHES}/{number}",
        params={"kind": "delta", "as_of": f"{as_of}T08:00:00+08:00", "category": "REGISTERED_POOR"},
        content="\n".join([HEADINGS, *rows, ""]).encode(),
        headers={"Content-Type": "text/csv"},
    )
    assert sent.status_code == 202, sent.text

    async def applied() -> dict[str, int] | None:
        found = (await client.get(f"{BATCHES}/{number}")).json()
        outcomes: dict[str, int] | None = found["outcomes"] if found["status"] == "APPLIED" else None
        return outcomes

    outcomes = await eventually(applied)
    assert outcomes is not None
    return outcomes


async def test_a_months_file_adds_ends_and_takes_people_in_again(
    poverty_alleviation: httpx.AsyncClient, agency: httpx.AsyncClient
) -> None:
    listed = [row(person, "2018-01-01") for person in (2, 3, 4, 5)]
    assert await taken(poverty_alleviation, "2019-06", "2019-06-10", *listed) == {"REGISTERED": 4}
    changes = [
        row(1, "2019-07-01"),
        row(2, "2018-01-01", "2019-06-30", "REMOVED"),
        row(3, "2018-01-01", "2019-06-30", "STOPPED"),
        row(4, "2018-01-01", "2019-06-20", "DIED", "2019-06-20"),
        row(5, "2018-01-01", "2019-06-15", "REMOVED"),
        row(5, "2019-07-05"),
        row(6, "2018-01-01", "2018-12-31", "REMOVED"),
    ]
    outcomes = await taken(poverty_alleviation, "2019-07", "2019-07-10", *changes)
    assert outcomes == {"REGISTERED": 2, "CHANGED": 4, "ADDED": 1}
    feed = (await agency.get("/v1/memberships", params={"department": "poverty-alleviation"})).json()["items"]
    assert sorted((held["valid_from"], held["valid_to"] or "") for held in feed) == [
        ("2018-01-01", "2018-12-31"),
        ("2018-01-01", "2019-06-15"),
        ("2018-01-01", "2019-06-20"),
        ("2018-01-01", "2019-06-30"),
        ("2018-01-01", "2019-06-30"),
        ("2019-07-01", ""),
        ("2019-07-05", ""),
    ]


async def test_settlement_learns_of_each_change_by_its_kind_and_day(
    poverty_alleviation: httpx.AsyncClient, around: Surroundings
) -> None:
    await taken(poverty_alleviation, "1", "2019-06-10", row(1, "2018-01-01"), row(2, "2018-01-01"))
    died = row(1, "2018-01-01", "2019-06-20", "DIED", "2019-06-20")
    await taken(poverty_alleviation, "2", "2019-07-10", died, row(2, "2018-01-01", "2019-06-30", "REMOVED"))

    async def told() -> Any:
        rows = await around.bus.fetch('SELECT body FROM messages WHERE topic = $1 ORDER BY "offset"', "identity")
        found = [msgspec.json.decode(message["body"], type=EntitlementChanged) for message in rows]
        return found if len(found) == 5 else None

    changes: dict[str, list[str]] = {}
    for event in await eventually(told):
        last = event.memberships[-1] if event.memberships else None
        day = event.deceased_on or (last.valid_to if last else None)
        changes.setdefault(event.person_id, []).append(f"{event.change} {day}")
    assert sorted(changes.values()) == [
        ["REGISTERED None", "DIED 2019-06-20", "DIED 2019-06-20"],
        ["REGISTERED None", "REMOVED 2019-06-30"],
    ]
