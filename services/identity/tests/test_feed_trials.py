"""A dry run says beforehand, by name, what a file will do, and changes nothing; its figures are those of the run."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from services.identity.tests.office import HEADINGS, Office, csv_of, number_of, person

from identity.config import Config, FeedSettings
from identity.main import build
from kernel.security import KeyRing, Role
from kernel.testing.surroundings import Service, Surroundings

NOW: Final = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)
DIBAO: Final = {"category": "DIBAO"}
DRY: Final = {"run": "dry"}
FIGURES: Final = ("counts", "outcomes", "warned", "would_wait", "groups", "notices", "sheets")


@pytest.fixture
async def identity(around: Surroundings, tmp_path: Path) -> Service:
    # Groups of two lines, so that one person's rows come into several of them.
    config = Config(keys=KeyRing.in_folder(tmp_path), feeds=FeedSettings(group_lines=2))
    ticks = count()
    return await around.serve(
        "identity", lambda host: build(host, config), clock=lambda: NOW + timedelta(milliseconds=next(ticks))
    )


@pytest.fixture
def civil(civil_affairs: httpx.AsyncClient) -> Office:
    return Office(civil_affairs, "civil-affairs")


@pytest.fixture
def poverty(poverty_alleviation: httpx.AsyncClient) -> Office:
    return Office(poverty_alleviation, "poverty-alleviation")


POOR: Final = f"{HEADINGS},脱贫状态"


def poor(place: int, county: str = "445202", status: str = "未脱贫", name: str = "") -> Sequence[str]:
    return number_of(place), name or f"示例{place}", county, "2019-01-01", status


async def last_month(poverty: Office) -> dict[str, str]:
    how = {"category": "REGISTERED_POOR", "kind": "full"}
    rows = [poor(n) for n in range(1, 40)]
    await poverty.hand_in("1", csv_of(*rows, headings=POOR), **how, area="445202")
    await poverty.hand_in("2", csv_of(poor(50, "445203"), headings=POOR), **how, area="445203")
    return how | {"area": "445202"}


def this_month() -> bytes:
    rows = [poor(n) for n in range(3, 40)]
    rows += [poor(1, status="返贫"), poor(41), poor(42), poor(50), poor(43, "445203"), poor(44, name="无")]
    return csv_of(*rows, headings=POOR)


async def test_the_figures_of_a_dry_run_are_those_of_the_run(poverty: Office, identity: Service) -> None:
    how = await last_month(poverty)
    kept = (
        "SELECT (SELECT count(*) FROM number_tokens), (SELECT count(*) FROM person_keys), (SELECT max(gseq) FROM log)"
    )
    kept = kept.replace(", (SELECT max(gseq) FROM log)", ", (SELECT count(*) FROM events WHERE type LIKE 'Person%')")
    before = await identity.pool.fetchrow(kept)
    tried = await poverty.hand_in("3", this_month(), **how, **DRY)
    assert (tried["status"], tried["course"]) == ("TRIED", "TRIAL")
    assert await identity.pool.fetchrow(kept) == before, "nobody is known by a dry run"
    real = await poverty.hand_in("3", this_month(), **how)
    assert (real["status"], real["course"]) == ("APPLIED", None)
    assert {name: real[name] for name in FIGURES} == {name: tried[name] for name in FIGURES}
    assert real["outcomes"] == {"CHANGED": 1, "ENDED": 1, "MOVED": 1, "REFUSED": 1, "REGISTERED": 3}
    assert (real["warned"], real["last"]["number"], real["last"]["counts"]["rows"]) == (1, "1", 39)


async def test_a_person_of_several_rows_comes_out_as_in_the_run(civil: Office) -> None:
    headings = f"{HEADINGS},结束日期"
    rows = [
        [number_of(1), "甲", "榕城区", "2015-01-01", "2015-12-31"],
        [number_of(2), "乙", "榕城区", "2015-01-01", ""],
        [number_of(3), "丙", "榕城区", "2015-01-01", ""],
        [number_of(1), "甲", "榕城区", "2017-01-01", "2017-12-31"],
        [number_of(1), "甲", "揭东区", "2019-01-01", ""],
    ]
    content = csv_of(*rows, headings=headings)
    tried = await civil.hand_in("1", content, **DIBAO, **DRY)
    assert tried["outcomes"] == {"ADDED": 1, "MOVED": 1, "REGISTERED": 3}
    assert (await civil.hand_in("1", content, **DIBAO))["outcomes"] == tried["outcomes"]


async def test_people_are_named_with_how_they_stood_last_month(poverty: Office, agency: httpx.AsyncClient) -> None:
    how = await last_month(poverty)
    await poverty.hand_in("3", this_month(), **how, **DRY)
    found = {one["name"]: one for one in await poverty.people("3")}
    changed = found["示例1"]
    assert (changed["result"], changed["id_number"]) == ("将变更", number_of(1))
    assert [held["poverty_status"] for held in (*changed["before"], *changed["after"])] == ["NOT_LIFTED", "RETURNED"]
    moved = found["示例50"]
    assert (moved["result"], moved["county_before"], moved["county"]) == ("将迁入", "445203", "445202")
    ended = found["示例2"]
    assert (ended["result"], ended["row"], ended["before"][0]["valid_to"]) == ("将终止", None, None)
    assert ended["after"][0]["valid_to"] == "2026-12-03"
    assert (found["示例41"]["result"], found["示例41"]["before"], found["示例41"]["person_id"]) == (
        "将新登记",
        [],
        None,
    )
    assert found["示例43"]["remark"].startswith("此人的县区不在")
    assert await poverty.people("3", "ENDED") == [ended]
    looks = (await agency.get(f"{poverty.path('3')}/looks")).json()["items"]
    assert {look["seen_for"] for look in looks} == {"LIST_CHECKED"}


async def test_the_number_of_a_dry_run_is_free_for_the_next_file(civil: Office) -> None:
    first = await civil.hand_in("1", csv_of(person(1), [number_of(2), "无", "榕城区", "2019.5.1"]), **DIBAO, **DRY)
    assert first["outcomes"] == {"REFUSED": 1, "REGISTERED": 1}
    corrected = csv_of(person(1), person(2))
    assert (await civil.hand_in("1", corrected, **DIBAO, **DRY))["outcomes"] == {"REGISTERED": 2}
    assert await civil.standing() == 0
    assert (await civil.hand_in("1", corrected, **DIBAO))["outcomes"] == {"REGISTERED": 2}
    assert await civil.standing() == 2
    for how in (DIBAO, DIBAO | DRY):
        asked = {"kind": "delta", "as_of": "2026-12-01T00:00:00+08:00", **how}
        again = await civil.client.put(
            civil.path("1"), params=asked, content=csv_of(person(3)), headers={"Content-Type": "text/csv"}
        )
        assert again.json()["code"] == "FEED_BATCH_REUSED", "what counts is not tried out any more"


async def test_a_dry_run_says_that_the_list_would_wait_and_does_not(civil: Office) -> None:
    how = DIBAO | {"kind": "full", "area": "445202"}
    await civil.hand_in("1", csv_of(*(person(n) for n in range(1, 11))), **how)
    tried = await civil.hand_in("2", csv_of(person(1)), **how, **DRY)
    assert (tried["status"], tried["would_wait"], tried["outcomes"]) == ("TRIED", True, {"ENDED": 9})
    assert await civil.standing() == 10
    # A dry run outdates nothing.
    assert (await civil.hand_in("3", csv_of(person(1), person(20)), **DIBAO))["outcomes"] == {
        "REGISTERED": 1,
        "CHANGED": 1,
    }


async def test_a_refused_file_may_be_tried_again(civil: Office) -> None:
    refused = await civil.hand_in("1", b"%PDF-1.4", **DIBAO, **DRY)
    assert (refused["status"], refused["problem"]["code"]) == ("REFUSED", "FEED_FILE_KIND")
    assert (await civil.hand_in("1", csv_of(person(1)), **DIBAO, **DRY))["problem"] is None


async def test_who_releases_a_held_list_sees_whom_it_ends(civil: Office, identity: Service) -> None:
    how = DIBAO | {"kind": "full", "area": "445202"}
    await civil.hand_in("1", csv_of(*(person(n) for n in range(1, 11))), **how)
    assert (await civil.hand_in("2", csv_of(*(person(n) for n in range(1, 9))), **how))["status"] == "HELD"

    async def seen_by(client: httpx.AsyncClient) -> Any:
        return (await client.get(f"{civil.path('2')}/people", params={"outcome": "PENDING"})).json()

    agency = await identity.client(Role.AGENCY, "A445202", divisions=["445202"])
    city = await identity.client(Role.AGENCY, "A445200")
    assert (await seen_by(agency))["code"] == "DIVISION_FOREIGN", "the list was sent by an office that works everywhere"
    people = (await seen_by(city))["items"]
    assert {(one["name"], one["before"][0]["valid_to"]) for one in people} == {("示例9", None), ("示例10", None)}
    assert len(people) == 2
    assert (await seen_by(await identity.client(Role.DEPARTMENT, "poverty-alleviation")))[
        "code"
    ] == "ORGANISATION_FOREIGN"
    assert (await identity.client(Role.OPERATIONS)) is not None


async def test_a_dry_run_comes_back_marked_as_what_would_be(civil: Office) -> None:
    await civil.hand_in("1", csv_of(person(1), [number_of(2), "无", "榕城区", "2019.5.1"]), **DIBAO, **DRY)
    text = (await civil.client.get(f"{civil.path('1')}/marked.csv")).content.decode("utf-8-sig")
    assert [line.split(",")[4] for line in text.splitlines()] == ["结果", "将新登记", "不会接收"]
