"""What a row says is stored or reported: phones and addresses of newer changes, and the dead who are still listed."""

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from services.identity.tests.office import HEADINGS, Office, csv_of, number_of, person
from stdnum.cn import ric

from identity.config import Config
from identity.main import build
from kernel.security import KeyRing, Role
from kernel.testing.surroundings import Service, Surroundings

NOW: Final = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)
DIBAO: Final = {"category": "DIBAO"}
BESIDE: Final = f"{HEADINGS},电话,住址"


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


async def test_a_newer_change_brings_phone_and_address_and_an_older_one_does_not(
    civil: Office, agency: httpx.AsyncClient
) -> None:
    async def told(number: str, day: int, *more: str) -> None:
        content = csv_of(person(1, "甲", "榕城区", *more), headings=BESIDE)
        await civil.hand_in(number, content, **DIBAO, as_of=f"2026-11-{day:02d}T00:00:00+08:00")

    async def known() -> tuple[str | None, str | None]:
        (line,) = await civil.lines("1")
        seen: dict[str, Any] = (await agency.get(f"/v1/persons/{line['person_id']}")).json()
        return seen["phone"], seen["address"]

    await told("1", 10, "13900139001", "一号")
    assert await known() == ("13900139001", "一号")
    await told("2", 12, "13900139002", "")
    assert await known() == ("13900139002", "一号"), "what is left out says nothing"
    await told("3", 11, "13900139003", "三号")
    assert await known() == ("13900139002", "一号"), "it speaks for an earlier day"
    await told("4", 13, "13900139002", "四号")
    assert await known() == ("13900139002", "四号")


async def test_who_died_and_is_still_listed_is_warned_of_each_month(civil: Office, agency: httpx.AsyncClient) -> None:
    how = DIBAO | {"kind": "full", "area": "445202"}
    people = csv_of(person(1), person(2))
    await civil.hand_in("1", people, **how)
    dead = next(line["person_id"] for line in await civil.lines("1") if line["row"] == 2)
    assert (await agency.post(f"/v1/persons/{dead}/death", json={"died_on": "2026-11-30"})).is_success
    second = await civil.hand_in("2", people, **how)
    assert (second["outcomes"], second["warned"], second["counts"]["unchanged"]) == ({"UNCHANGED": 1}, 1, 1)
    (line,) = await civil.lines("2")
    assert (line["code"], line["remark"].startswith("此人已于 2026-11-30 登记死亡")) == ("ROW_OF_DECEASED", True)
    tried = await civil.hand_in("3", people, **how, run="dry")
    assert (tried["outcomes"], tried["warned"]) == (second["outcomes"], 1)
    # Who says since when is believed, and a new claim of a dead person is refused.
    ended = csv_of([*person(1), "2026-11-30"], headings=f"{HEADINGS},结束日期")
    assert (await civil.hand_in("4", ended, **DIBAO))["outcomes"] == {"CHANGED": 1}
    late = csv_of([number_of(1), "示例1", "榕城区", "2026-12-05"])
    await civil.hand_in("5", late, **DIBAO)
    assert [line["code"] for line in await civil.lines("5")] == ["PERSON_DECEASED"]


async def test_the_county_that_somebody_is_of_no_more_is_told(identity: Service) -> None:
    old, new = [
        Office(await identity.client(Role.DEPARTMENT, "civil-affairs", divisions=[county]), "civil-affairs")
        for county in ("445202", "445203")
    ]
    city = Office(await identity.client(Role.DEPARTMENT, "civil-affairs", divisions=["445200"]), "civil-affairs")
    await old.hand_in("1", csv_of(person(1, "", "445202")), **DIBAO, kind="full", area="445202")
    await new.hand_in("2", csv_of(person(1, "", "445203")), **DIBAO, kind="full", area="445203")
    moved = (await old.lines("1"))[0]["person_id"]
    path = "/v1/feeds/civil-affairs/moves"
    for office, told in ((old, [moved]), (new, []), (city, [moved])):
        rows = (await office.client.get(path)).json()["items"]
        assert [row["person_id"] for row in rows] == told
        assert all((row["formerly"], row["now_of"]) == ("445202", "445203") for row in rows)


HOUSEHOLDS: Final = f"{HEADINGS},户编号,与户主关系"


async def _household(agency: httpx.AsyncClient, person_id: str, day: int) -> tuple[str, str]:
    seen = await agency.get(f"/v1/persons/{person_id}/as-of", params={"on": f"2026-11-{day}"})
    ((number, role),) = [(f["detail"]["household_id"], f["detail"]["role"]) for f in seen.json()["facts"]]
    return number, role


async def test_a_newer_change_brings_the_household_and_an_older_one_does_not(
    civil: Office, agency: httpx.AsyncClient
) -> None:
    async def told(number: str, day: int, *more: str) -> dict[str, Any]:
        content = csv_of(person(1, "甲", "榕城区", *more), headings=HOUSEHOLDS)
        return await civil.hand_in(number, content, **DIBAO, as_of=f"2026-11-{day:02d}T00:00:00+08:00")

    await told("1", 10, "4452020001", "户主")
    (line,) = await civil.lines("1")
    assert await _household(agency, line["person_id"], 10) == ("4452020001", "HEAD")
    await told("2", 12, "4452020001", "户主")
    await told("3", 11, "4452020009", "户主")
    assert await _household(agency, line["person_id"], 12) == ("4452020001", "HEAD"), "it speaks for an earlier day"
    await told("4", 14, "4452020002", "之子")
    assert await _household(agency, line["person_id"], 13) == ("4452020001", "HEAD")
    assert await _household(agency, line["person_id"], 14) == ("4452020002", "MEMBER")


async def test_a_row_that_is_refused_leaves_no_household(civil: Office, agency: httpx.AsyncClient) -> None:
    await civil.hand_in("1", csv_of(person(1)), **DIBAO)
    (line,) = await civil.lines("1")
    path = f"/v1/persons/{line['person_id']}"
    assert (await agency.post(f"{path}/death", json={"died_on": "2026-11-30"})).is_success
    # The row says another day of death than the one that is known.
    row = person(1, "", "榕城区", "4452020001", "户主", "2026-11-29")
    told = await civil.hand_in("2", csv_of(row, headings=f"{HOUSEHOLDS},死亡日期"), **DIBAO)
    assert told["outcomes"] == {"REFUSED": 1}
    assert [line["code"] for line in await civil.lines("2")] == ["DEATH_DATE_DISAGREES"]
    seen = await agency.get(f"{path}/as-of", params={"on": "2026-12-09"})
    assert seen.json()["facts"] == []


async def test_a_household_that_cannot_be_read_or_is_a_person_s_number_is_warned_of_and_the_row_counts(
    civil: Office, agency: httpx.AsyncClient
) -> None:
    head = number_of(1)
    unread = ["三组老王家", head, f"{head}-1", f"{head}01", f"H{head}", f"{head}H", "13900139001", "H13900139001"]
    read = ["H4452020001", "44520200120100000101"]
    rows = [person(place, "", "榕城区", household, "户主") for place, household in enumerate([*unread, *read], 1)]
    told = await civil.hand_in("1", csv_of(*rows, headings=HOUSEHOLDS), **DIBAO)
    assert (told["outcomes"], told["warned"]) == ({"REGISTERED": len(rows)}, len(unread))
    lines = await civil.lines("1")
    warned = [line for line in lines if line["code"] == "ROW_HOUSEHOLD_UNREAD"]
    assert [line["row"] for line in warned] == list(range(2, 2 + len(unread)))
    assert all("身份证号" in line["remark"] for line in warned)
    for line in warned:
        seen = await agency.get(f"/v1/persons/{line['person_id']}/as-of", params={"on": "2026-12-09"})
        assert seen.json()["facts"] == []


async def test_what_a_row_rests_on_is_kept_without_a_person_s_number(civil: Office, agency: httpx.AsyncClient) -> None:
    said = ["潮民〔2019〕12号", f"见户主{number_of(1)}申请", "电话13900139001核实"]
    rows = [person(place, "", "榕城区", evidence) for place, evidence in enumerate(said, 1)]
    told = await civil.hand_in("1", csv_of(*rows, headings=f"{HEADINGS},认定依据"), **DIBAO)
    assert told["outcomes"] == {"REGISTERED": 3}
    lines = await civil.lines("1")
    assert [(line["row"], line["code"]) for line in lines if line["code"]] == [
        (3, "ROW_EVIDENCE_UNREAD"),
        (4, "ROW_EVIDENCE_UNREAD"),
    ]
    rests_on = []
    for line in sorted(lines, key=lambda line: int(line["row"])):
        seen = await agency.get(f"/v1/persons/{line['person_id']}/as-of", params={"on": "2026-12-09"})
        rests_on += [membership["evidence"] for membership in seen.json()["memberships"]]
    assert rests_on == [said[0], "feed 1", "feed 1"]


BABIES: Final = f"{HEADINGS},出生日期,监护人身份证号"


def _baby(number: str, *, name: str = "示例小", guardian: int = 1) -> list[str]:
    return [number, name, "榕城区", "2026.10.2", "2026-10-01", number_of(guardian)]


def _number_of_baby(place: int = 1) -> str:
    body = f"44520220261001{place:03d}"
    return body + ric.calc_check_digit(f"{body}0")


async def test_a_baby_without_a_number_stands_under_its_guardian_until_the_own_number_joins_it(
    civil: Office, agency: httpx.AsyncClient
) -> None:
    how = DIBAO | {"kind": "full", "area": "445202"}
    own = _number_of_baby()

    def listed(*babies: list[str]) -> bytes:
        return csv_of([*person(9), "", ""], *babies, headings=BABIES)

    first = await civil.hand_in("1", listed(_baby("无"), _baby("", name="示例双", guardian=1)), **how)
    assert (first["outcomes"], first["warned"]) == ({"REGISTERED": 3}, 2)
    babies = {line["row"]: line["person_id"] for line in await civil.lines("1") if line["code"] == "ROW_OF_NEWBORN"}
    assert len(set(babies.values())) == 2, "twins are two"
    again = await civil.hand_in("2", listed(_baby("暂无"), _baby("/", name="示例双")), **how)
    assert (again["counts"]["unchanged"], again["outcomes"]) == (3, {}), "the next month names the same ones"
    # One of them has a number now: the same record goes on with it.
    numbered = listed(_baby(own), _baby("无", name="示例双"))
    tried = await civil.hand_in("3", numbered, **how, run="dry")
    if (await civil.hand_in("3", numbered, **how))["status"] == "HELD":
        other = await agency.post(f"{civil.path('3')}/release", json={"reason": "婴儿已有号码"})
        assert other.is_success, other.text
    third = await civil.ended("3")
    assert (third["status"], third["outcomes"]) == ("APPLIED", tried["outcomes"])
    (line,) = [line for line in await civil.lines("3") if line["code"] == "ROW_NEWBORN_NUMBERED"]
    assert line["person_id"] == babies[3]
    found = await agency.post("/v1/persons/lookup", json={"id_number": own, "reason": "AUDIT"})
    assert found.json()["person_id"] == babies[3], found.text
    assert await civil.standing() == 3, "nobody was ended, and nobody stands twice"
    # Who still sends it without the number means the same one.
    fourth = await civil.hand_in("4", listed(_baby("无"), _baby("无", name="示例双")), **how)
    assert (fourth["outcomes"].keys() <= {"UNCHANGED", "CHANGED"}, await civil.standing()) == (True, 3)


async def _months_of(agency: httpx.AsyncClient, person_id: str) -> list[tuple[str, str, str | None]]:
    seen = (await agency.get(f"/v1/persons/{person_id}/as-of", params={"on": "2026-12-01"})).json()
    return [(m["department"], m["valid_from"], m["valid_to"]) for m in seen["memberships"]]


async def test_the_own_number_of_a_baby_and_what_the_row_says_of_it_both_count(
    civil: Office, poverty_alleviation: httpx.AsyncClient, agency: httpx.AsyncClient
) -> None:
    await civil.hand_in("1", csv_of(_baby("无"), _baby("无", name="示例双"), headings=BABIES), **DIBAO)
    one, other = [line["person_id"] for line in await civil.lines("1")]
    # Another department names the first one with its own number.
    poverty = Office(poverty_alleviation, "poverty-alleviation")
    content = csv_of([*_baby(_number_of_baby()), "未脱贫"], headings=f"{BABIES},脱贫状态")
    told = await poverty.hand_in("1", content, category="REGISTERED_POOR")
    (line,) = await poverty.lines("1")
    assert (told["outcomes"], line["person_id"], line["code"]) == ({"ADDED": 1}, one, "ROW_NEWBORN_NUMBERED")
    assert await poverty.standing() == 1
    both = [("civil-affairs", "2026-10-02", None), ("poverty-alleviation", "2026-10-02", None)]
    assert sorted(await _months_of(agency, one)) == both
    # The same department names the second one, from a later day on, and somebody behind it.
    later = _baby(_number_of_baby(2), name="示例双")
    later[3] = "2026.11.1"
    told = await civil.hand_in("2", csv_of(later, [*person(5), "", ""], headings=BABIES), **DIBAO)
    assert told["outcomes"] == {"ADDED": 1, "REGISTERED": 1}
    assert await _months_of(agency, other) == [("civil-affairs", "2026-11-01", None)]


async def test_who_is_no_baby_or_has_no_guardian_needs_a_number(civil: Office) -> None:
    adult = ["无", "示例大", "榕城区", "2026.10.2", "1990-10-01", number_of(1)]
    alone = ["无", "示例孤", "榕城区", "2026.10.2", "2026-10-01", ""]
    wrong = ["无", "示例错", "榕城区", "2026.10.2", "2026-10-01", "123"]
    await civil.hand_in("1", csv_of(adult, alone, wrong, headings=BABIES), **DIBAO)
    assert [line["code"] for line in await civil.lines("1")] == ["ID_NUMBER_NONE"] * 3


async def test_who_lives_outside_of_the_list_s_area_is_warned_of_each_month(civil: Office) -> None:
    how = DIBAO | {"kind": "full", "area": "445202"}
    people = csv_of(person(1), person(2, "", "445203"))
    for number in ("1", "2"):
        assert (await civil.hand_in(number, people, **how))["warned"] == 1
        warned = [line["row"] for line in await civil.lines(number) if line["code"] == "ROW_OUTSIDE_AREA"]
        assert (number, warned) == (number, [3])
