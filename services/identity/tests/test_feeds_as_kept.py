"""Files as offices keep them, handed in through the door: nobody is ended by accident, and each clerk is told why."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from services.identity.tests.feed_cases import SOME
from services.identity.tests.office import HEADINGS, Office, csv_of, number_of, person, workbook

from identity.config import Config
from identity.feeds.commands.applying import description_of
from identity.feeds.domain.batch import batch_id_of
from identity.feeds.domain.row import FeedRow
from identity.feeds.domain.row_warnings import warned
from identity.intake import working
from identity.intake.readers.kinds import ODS, XLS, XLSX
from identity.main import build
from identity.persons.domain.categories import Department
from kernel.security import KeyRing, Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

NOW: Final = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)
DIBAO: Final = {"category": "DIBAO"}


@pytest.fixture
async def identity(around: Surroundings, tmp_path: Path) -> Service:
    config = Config(keys=KeyRing.in_folder(tmp_path))
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


async def test_a_damaged_file_refuses_itself_and_the_next_one_goes_on(civil: Office) -> None:
    damaged = ("poison-one-bit-4", "poison-heading-sst-index", "poison-zip-deflate64", "password-protected")
    for name in damaged:
        await civil.send(name, (SOME / f"{name}.xlsx").read_bytes(), XLSX, **DIBAO)
    assert (await civil.hand_in("next", csv_of(person(1)), **DIBAO))["outcomes"] == {"REGISTERED": 1}
    for name in damaged:
        batch = await civil.batch(name)
        assert batch["status"] == "REFUSED"
        assert batch["problem"]["code"] in {"FEED_FILE_BROKEN", "FEED_FILE_PASSWORD"}
        assert "请" in batch["problem"]["detail"], "the clerk is told what to do"


@pytest.mark.parametrize(("name", "media_type"), [("real.xls", XLS), ("ods-renamed.xlsx", ODS)])
async def test_old_and_open_workbooks_are_read(civil: Office, name: str, media_type: str) -> None:
    batch = await civil.hand_in("1", (SOME / name).read_bytes(), media_type, **DIBAO)
    assert batch["outcomes"] == {"REGISTERED": 1}


async def test_all_sheets_are_read_and_a_row_is_named_with_its_sheet(civil: Office) -> None:
    wrong = [number_of(3), "无", "榕城区", "2019.5.1"]
    book = workbook([HEADINGS.split(","), person(1)], [["填表说明"]], [HEADINGS.split(","), person(2), wrong])
    batch = await civil.hand_in("1", book, XLSX, **DIBAO)
    assert batch["outcomes"] == {"REFUSED": 1, "REGISTERED": 2}
    assert {notice["code"] for notice in batch["notices"]} == {"SHEET_SKIPPED", "SHEETS_READ"}
    refused = next(line for line in await civil.lines("1") if line["outcome"] == "REFUSED")
    assert (refused["sheet"], refused["row"], refused["code"]) == ("镇2", 3, "NAME_IMPLAUSIBLE")
    assert refused["remark"].startswith("这不像姓名")


async def test_a_rounded_number_registers_nobody(civil: Office) -> None:
    content = (SOME / "id-as-number-passes-check-1-with-sex.xlsx").read_bytes()
    assert (await civil.hand_in("1", content, XLSX, **DIBAO))["outcomes"] == {"REFUSED": 2}
    assert {line["code"] for line in await civil.lines("1")} == {"ID_NUMBER_ROUNDED"}
    assert await civil.standing() == 0


async def test_a_list_of_the_rural_office_ends_nobody_of_the_town(civil: Office) -> None:
    headings = f"{HEADINGS},低保类型"
    rural = [person(n, "", "惠来县", "农村") for n in range(1, 4)]
    urban = [person(n, "", "惠来县", "城镇") for n in range(4, 7)]
    how = DIBAO | {"kind": "full", "area": "445224"}
    await civil.hand_in("1", csv_of(*rural, *urban, headings=headings), **how)
    second = await civil.hand_in("2", csv_of(*rural, headings=headings), **how)
    assert (second["status"], second["counts"]["ending"], second["groups"]) == ("APPLIED", 0, ["RURAL"])
    assert [notice["code"] for notice in second["notices"]] == ["GROUPS_BOUND"]
    # The office may say so itself; a row of the other group is then none of this list.
    third = await civil.hand_in("3", csv_of(*rural[:2], urban[0], headings=headings), **how, group="RURAL")
    assert (third["counts"]["ending"], third["counts"]["standing"]) == (1, 3)
    assert {line["code"] for line in await civil.lines("3") if line["outcome"] == "REFUSED"} == {"GROUP_DISAGREES"}
    assert await civil.standing() == 6


async def test_lists_of_two_groups_do_not_outdate_each_other(civil: Office) -> None:
    headings = f"{HEADINGS},低保类型"
    how = DIBAO | {"kind": "full", "area": "445224"}
    rural = csv_of(person(1, "", "惠来县", "农村"), headings=headings)
    urban = csv_of(person(2, "", "惠来县", "城镇"), headings=headings)
    await civil.hand_in("1", rural, **how, as_of="2026-12-05T00:00:00+08:00")
    older = await civil.hand_in("2", urban, **how, as_of="2026-12-04T00:00:00+08:00")
    assert older["outcomes"] == {"REGISTERED": 1}
    outdated = await civil.hand_in("3", rural, **how, as_of="2026-12-03T00:00:00+08:00")
    assert outdated["problem"]["code"] == "FEED_OLDER_THAN_LIST"


def poor(place: int, county: str) -> Sequence[str]:
    return number_of(place), f"示例{place}", county, "2019-01-01", "未脱贫"


async def test_who_moves_is_moved_once_and_ended_by_nobody(poverty: Office) -> None:
    headings = f"{HEADINGS},脱贫状态"

    async def full(number: str, area: str, *places: int) -> dict[str, Any]:
        content = csv_of(*(poor(place, area) for place in places), headings=headings)
        return await poverty.hand_in(number, content, category="REGISTERED_POOR", kind="full", area=area)

    await full("1", "445202", 1, 2, 3)
    assert (await full("2", "445203", 1, 4))["outcomes"] == {"MOVED": 1, "REGISTERED": 1}
    assert (await full("3", "445202", 2, 3))["counts"]["ending"] == 0
    # The county that they came from still names them: it is told, and nobody goes back.
    again = await full("4", "445202", 1, 2, 3)
    (line,) = await poverty.lines("4")
    assert (again["counts"]["ending"], line["code"]) == (0, "ROW_MOVED_AWAY")
    assert "445203" in line["remark"]
    assert (await full("5", "445203", 1, 4))["counts"]["ending"] == 0
    assert await poverty.standing() == 4


async def test_a_row_about_somebody_outside_of_a_list_s_area_is_warned_of_and_moves_nobody(poverty: Office) -> None:
    headings = f"{HEADINGS},脱贫状态"
    how = {"category": "REGISTERED_POOR", "kind": "full", "area": "445202"}
    await poverty.hand_in("1", csv_of(poor(1, "445202"), headings=headings), **how)
    await poverty.hand_in("2", csv_of(poor(1, "445203"), poor(2, "445203"), headings=headings), **how)
    assert [(line["row"], line["outcome"], line["code"]) for line in await poverty.lines("2")] == [
        (2, "CHANGED", "ROW_OUTSIDE_AREA"),
        (3, "REGISTERED", "ROW_OUTSIDE_AREA"),
    ]
    moved = await poverty.client.get(f"/v1/persons/{(await poverty.lines('2'))[0]['person_id']}")
    assert moved.json()["county"] == "445202"


async def test_a_known_number_under_another_name_is_refused_in_a_full_list_as_well(poverty: Office) -> None:
    headings = f"{HEADINGS},脱贫状态"
    how = {"category": "REGISTERED_POOR", "kind": "full", "area": "445202"}
    await poverty.hand_in("1", csv_of(poor(1, "445202"), poor(2, "445202"), headings=headings), **how)
    other = [number_of(1), "完全另一个人", "445202", "2019-01-01", "未脱贫"]
    spaced = [number_of(2), "示　例·2", "445202", "2019-01-01", "未脱贫"]
    second = await poverty.hand_in("2", csv_of(other, spaced, headings=headings), **how)
    assert (second["counts"]["unchanged"], second["counts"]["ending"]) == (1, 0)
    assert [(line["row"], line["code"]) for line in await poverty.lines("2")] == [(2, "ROW_NAME_DIFFERS")]


async def test_a_name_in_another_writing_is_the_same_name(civil: Office) -> None:
    await civil.hand_in("1", csv_of(person(1, "买买提·艾力")), **DIBAO)
    for day, name in enumerate(
        ("买买提•艾力", "买买提．艾力", "买买提.艾力", "买 买提 艾力", "买买提\u200b艾力"), start=2
    ):
        row = [number_of(1), name, "榕城区", f"2020.{day}.1"]
        content = "\n".join([HEADINGS, ",".join(row)]).encode()
        assert (await civil.hand_in(str(day), content, **DIBAO))["outcomes"] == {"ADDED": 1}, name


async def test_two_rows_of_one_person_say_in_what_they_differ(civil: Office) -> None:
    headings = f"{HEADINGS},住址"
    rows = [
        person(1, "甲", "榕城区", "一号"), person(1, "甲", "揭东区", "一号"),
        person(2, "乙", "榕城区", "一号"), person(2, "乙", "榕城区", "二号"),
        person(3, "丙", "榕城区", "一号"), person(3, "丙", "榕城区", "一号"),
    ]  # fmt: skip
    await civil.hand_in("1", csv_of(*rows, headings=headings), **DIBAO)
    said = {line["row"]: (line["code"], line["remark"]) for line in await civil.lines("1") if line["code"]}
    assert said[3] == ("ROWS_DISAGREE", "与第 2 行是同一个人，但县区不同，请只留正确的一行")
    assert said[5] == ("ROWS_DISAGREE", "与第 4 行是同一个人，但住址不同，请只留正确的一行")
    assert said[7] == ("ROW_TWICE", "与第 6 行重复")


async def test_a_list_for_the_next_year_may_be_handed_in_before_it(civil: Office) -> None:
    rows = [[number_of(1), "甲", "榕城区", "2027-01-01"], [number_of(2), "乙", "榕城区", "2028-01-01"]]
    assert (await civil.hand_in("1", csv_of(*rows), **DIBAO))["outcomes"] == {"REFUSED": 1, "REGISTERED": 1}


async def test_a_county_s_own_list_need_not_name_the_county(civil: Office) -> None:
    content = csv_of([number_of(1), "甲", "2019-05-01"], headings="公民身份号码,姓　名,纳入时间")
    batch = await civil.hand_in("1", content, **DIBAO, kind="full", area="445202")
    assert batch["outcomes"] == {"REGISTERED": 1}


async def test_two_batches_of_the_same_moment_count_in_the_order_of_receipt(civil: Office) -> None:
    moment = DIBAO | {"as_of": "2026-12-01T00:00:00+08:00"}
    ended = csv_of([*person(1), "2026-11-30"], headings=f"{HEADINGS},结束日期")
    await civil.hand_in("9", csv_of(person(1)), **moment)
    assert (await civil.hand_in("10", ended, **moment))["outcomes"] == {"CHANGED": 1}
    assert await civil.standing() == 0


async def test_a_batch_that_waits_can_be_thrown_away_by_its_sender(civil: Office, identity: Service) -> None:
    # What is handed in while nobody works waits: the worker is held up by a lock on its table.
    async with identity.pool.acquire() as connection, connection.transaction():
        await connection.execute("LOCK TABLE feed_rows IN ACCESS EXCLUSIVE MODE")
        await civil.send("1", csv_of(person(1)), **DIBAO)
        path = f"{civil.path('1')}/discard"
        done = await civil.client.post(path, json={"reason": "发错了"}, headers={"Idempotency-Key": "d"})
        assert done.status_code == 200, done.text
    assert (await civil.batch("1"))["status"] == "DISCARDED"
    assert (await civil.hand_in("2", csv_of(person(2)), **DIBAO))["outcomes"] == {"REGISTERED": 1}
    assert await civil.standing() == 1


async def test_a_file_of_one_department_does_not_wait_for_another_s(
    civil: Office, poverty: Office, identity: Service
) -> None:
    # The file of one department is held up in the middle: how far it is cannot be written.
    async with identity.pool.acquire() as connection, connection.transaction():
        held = batch_id_of(Department.CIVIL_AFFAIRS, "1")
        await connection.execute("INSERT INTO feed_progress VALUES ($1, 0, 0)", held)
        await civil.send("1", csv_of(*(person(n) for n in range(1, 30))), **DIBAO)
        content = csv_of(poor(40, "445202"), headings=f"{HEADINGS},脱贫状态")
        done = await poverty.hand_in("1", content, category="REGISTERED_POOR")
        assert done["outcomes"] == {"REGISTERED": 1}
        assert (await civil.client.get(civil.path("1"))).json()["status"] == "RECEIVED"
    assert (await civil.batch("1"))["outcomes"] == {"REGISTERED": 29}


async def test_a_file_at_which_the_program_fails_lets_others_pass_and_is_refused_in_the_end(
    civil: Office, identity: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(batch: Any, owners: Any) -> Any:
        if batch.number == "bad":
            raise ZeroDivisionError
        return description_of(batch, owners)

    monkeypatch.setattr("identity.feeds.commands.reading.description_of", fails)
    monkeypatch.setattr(working, "_PAUSE_SECONDS", 0.01)
    await civil.send("bad", csv_of(person(1)), **DIBAO)
    assert (await civil.hand_in("good", csv_of(person(2)), **DIBAO))["outcomes"] == {"REGISTERED": 1}
    assert (await civil.batch("bad"))["problem"]["code"] == "FEED_FILE_FAILED"
    operations = await identity.client(Role.OPERATIONS)
    assert (
        'onestop_job_failures_total{job="feed files",service="identity"} 3.0' in (await operations.get("/metrics")).text
    )


async def test_a_row_at_which_the_program_fails_waits_with_an_alarm_and_the_others_count(
    civil: Office, identity: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(row: FeedRow, seen: Any) -> tuple[str | None, str | None]:
        if row.name == "示例7":
            raise ZeroDivisionError
        return warned(row, seen)

    monkeypatch.setattr(working, "_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(working, "_PAUSE_MAX_SECONDS", 0.1)
    with monkeypatch.context() as broken:
        broken.setattr("identity.feeds.commands.applying.warned", fails)
        await civil.send("1", csv_of(*(person(n) for n in range(1, 30))), **DIBAO)
        assert (await civil.hand_in("2", csv_of(person(40)), **DIBAO))["outcomes"] == {"REGISTERED": 1}

        async def all_but_one() -> bool:
            return await civil.standing() == 29

        await eventually(all_but_one)
        waiting = [line["row"] for line in await civil.lines("1") if line["outcome"] == "PENDING"]
        assert waiting == [8]
        assert (await civil.client.get(civil.path("1"))).json()["status"] == "APPLYING"
        operations = await identity.client(Role.OPERATIONS)
        held_up = 'onestop_job_held_up{cause="fault",job="feed files",service="identity"} 1.0'
        assert held_up in (await operations.get("/metrics")).text
    # The program is mended.
    told = await civil.batch("1")
    assert (told["status"], told["outcomes"]) == ("APPLIED", {"REGISTERED": 29})
    assert held_up not in (await operations.get("/metrics")).text


async def test_an_office_s_own_headings_and_words_are_chosen_once(civil: Office) -> None:
    words = {"headings": {"起算日": "valid_from", "片区": "county"}, "words": {"county": {"老城": "445202"}}}
    headings = "身份证号,姓名,片区,起算日"
    before = await civil.hand_in("1", csv_of(person(1, "甲", "老城"), headings=headings), **DIBAO)
    assert (before["problem"]["code"], "起算日" in before["problem"]["detail"]) == ("FEED_COLUMN_MISSING", True)
    path = "/v1/feeds/civil-affairs/words"
    wrong_ones = {"w1": {"headings": {"起算日": "begins"}}, "w2": {"words": {"category": {"一类": "RICH"}}}}
    for key, wrong in wrong_ones.items():
        refused = await civil.client.post(path, json=wrong, headers={"Idempotency-Key": key})
        assert refused.json()["code"] == "FEED_WORDS_WRONG"
    kept = await civil.client.post(path, json=words, headers={"Idempotency-Key": "w"})
    assert kept.status_code == 200, kept.text
    assert (await civil.client.get(path)).json() == words
    after = await civil.hand_in("2", csv_of(person(1, "甲", "老城"), headings=headings), **DIBAO)
    assert after["outcomes"] == {"REGISTERED": 1}
