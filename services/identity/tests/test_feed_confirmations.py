"""The yearly confirmation: who has not confirmed by the day is visible (004 五(一)1)."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from fastapi import FastAPI
from services.identity.tests.office import HEADINGS, Office, csv_of, number_of, person

from identity.config import Config
from identity.feeds.domain.confirming import Expected, FullList, Stage, season_of, stage_of
from identity.main import build
from identity.persons.domain.categories import Category, Department, Group
from kernel.running.hosting import Host
from kernel.security import KeyRing, Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

SEASON: Final = season_of(2027, (10, 31))
RURAL: Final = Expected(
    department=Department.CIVIL_AFFAIRS, category=Category.DIBAO, group=Group.RURAL, county="445202", people=3
)
IN_TIME: Final = datetime(2026, 10, 31, 15, 59, tzinfo=UTC)


def listed(received_at: datetime = IN_TIME, **other: Any) -> FullList:
    about: dict[str, Any] = {"department": Department.CIVIL_AFFAIRS, "number": "1", "category": Category.DIBAO}
    about |= {"area": "445200", "as_of": received_at - timedelta(days=1), "received_at": received_at}
    return FullList(**{**about, **other})


def stage(*lists: FullList, today: date = date(2026, 11, 2)) -> Stage:
    return stage_of(RURAL, lists, SEASON, today)[0]


def test_a_list_confirms_on_the_last_day_and_is_late_on_the_next() -> None:
    # 23:59 in China, and a minute later.
    assert stage(listed()) is Stage.CONFIRMED
    assert stage(listed(IN_TIME + timedelta(minutes=1))) is Stage.LATE
    late_first = [listed(IN_TIME + timedelta(days=9), number="2"), listed()]
    assert stage(*late_first) is Stage.CONFIRMED, "the first list counts"


def test_without_a_list_it_is_open_and_then_overdue() -> None:
    assert (stage(today=date(2026, 10, 31)), stage(today=date(2026, 11, 1))) == (Stage.OPEN, Stage.OVERDUE)


@pytest.mark.parametrize(
    "other",
    [
        {"groups": (Group.URBAN,)},
        {"area": "445203"},
        {"category": Category.TEKUN},
        {"as_of": datetime(2026, 8, 31, 15, 59, tzinfo=UTC)},
        {"department": Department.POVERTY_ALLEVIATION},
    ],
    ids=lambda other: next(iter(other)),
)
def test_a_list_of_something_else_confirms_nothing(other: dict[str, Any]) -> None:
    assert stage(listed(**other)) is Stage.OVERDUE
    assert stage(listed(groups=(Group.RURAL, Group.URBAN), area="445202")) is Stage.CONFIRMED


def test_a_last_day_before_the_time_has_begun_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be 2026-08-31"):
        season_of(2027, (8, 31))


NOW: Final = datetime(2026, 11, 5, 1, 0, tzinfo=UTC)


@pytest.fixture
def apps() -> list[FastAPI]:
    return []


@pytest.fixture
async def identity(around: Surroundings, tmp_path: Path, apps: list[FastAPI]) -> Service:
    config = Config(keys=KeyRing.in_folder(tmp_path))
    ticks: Callable[[], int] = count().__next__

    def built(host: Host) -> FastAPI:
        apps.append(build(host, config))
        return apps[-1]

    return await around.serve("identity", built, clock=lambda: NOW + timedelta(milliseconds=ticks()))


async def test_who_has_not_confirmed_by_the_day_is_shown_to_the_agency_and_to_whom_it_concerns(
    civil_affairs: httpx.AsyncClient, agency: httpx.AsyncClient, identity: Service
) -> None:
    office = Office(civil_affairs, "civil-affairs")
    people = csv_of(person(1), (number_of(2), "示例2", "445203", "2019.5.1"))
    await office.hand_in("delta", people, category="DIBAO", as_of="2026-08-01T00:00:00+08:00")
    asked = "/v1/feeds/confirmations"

    async def seen(client: httpx.AsyncClient, **params: str) -> list[tuple[Any, ...]]:
        answered = await client.get(asked, params=params)
        assert answered.status_code == 200, answered.text
        return [(line["county"], line["category"], line["stage"], line.get("number")) for line in answered.json()]

    assert await seen(agency) == [("445202", "DIBAO", "OVERDUE", None), ("445203", "DIBAO", "OVERDUE", None)]
    told = csv_of(person(1), headings=HEADINGS)
    how = {"category": "DIBAO", "kind": "full", "area": "445202", "as_of": "2026-11-04T00:00:00+08:00"}
    assert (await office.hand_in("full", told, **how))["status"] == "APPLIED"
    assert await seen(civil_affairs) == [("445202", "DIBAO", "LATE", "full"), ("445203", "DIBAO", "OVERDUE", None)]
    assert await seen(agency, stage="OVERDUE") == [("445203", "DIBAO", "OVERDUE", None)]
    assert await seen(agency, year="2028") == [("445202", "DIBAO", "OPEN", None), ("445203", "DIBAO", "OPEN", None)]
    county = await identity.client(Role.AGENCY, "A445202", divisions=["445202"])
    assert [line[0] for line in await seen(county)] == ["445202"]
    assert await seen(await identity.client(Role.DEPARTMENT, "disabled-persons")) == []


async def test_the_metrics_count_who_is_overdue_as_long_as_this_instance_leads(
    civil_affairs: httpx.AsyncClient, apps: list[FastAPI], monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(civil_affairs, "civil-affairs")
    await office.hand_in("1", csv_of(person(1)), category="DIBAO", as_of="2026-08-01T00:00:00+08:00")

    async def told() -> dict[str, str]:
        lines = (await civil_affairs.get("/metrics")).text.splitlines()
        found = [line.partition("} ") for line in lines if line.startswith("onestop_confirmations_overdue{")]
        return {name.partition('department="')[2].partition('"')[0]: value for name, _, value in found}

    assert await told() == {}, "before the first look it tells nothing"
    monkeypatch.setattr("identity.feeds.commands.confirming._FIRST_LOOK_SECONDS", 0.0)
    watching = asyncio.create_task(apps[0].state.confirming.run())
    numbers = {"civil-affairs": "1.0", "poverty-alleviation": "0.0", "disabled-persons": "0.0"}
    assert await eventually(told) == numbers | {"county-government": "0.0"}
    # Another instance looks now; what this one saw would stay and grow old.
    watching.cancel()
    await asyncio.wait([watching])
    assert await told() == {}
