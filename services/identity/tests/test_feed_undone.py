"""Three people for a file where the place demands it; and a file that was wrong is taken back as a batch of its own."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from services.identity.tests.office import HEADINGS, Office, csv_of, number_of, person

from identity.config import Config
from identity.main import build
from kernel.security import KeyRing, Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

NOW: Final = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)
DIBAO: Final = {"category": "DIBAO"}
POOR: Final = f"{HEADINGS},脱贫状态"


@pytest.fixture
async def identity(around: Surroundings, tmp_path: Path) -> Service:
    config = Config(
        keys=KeyRing.in_folder(tmp_path),
        approval_departments=frozenset({"civil-affairs"}),
        administrators={"445202": frozenset({"admin-445202"}), "445224": frozenset({"admin-445224"})},
    )
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


def poor(place: int, county: str = "445202", status: str = "未脱贫", begins: str = "2019-01-01") -> Sequence[str]:
    return number_of(place), f"示例{place}", county, begins, status


async def in_state(office: Office, number: str, state: str) -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        found: dict[str, Any] = (await office.client.get(office.path(number))).json()
        return found if found["status"] == state else None

    found = await eventually(look)
    assert found is not None
    return found


async def held(client: httpx.AsyncClient) -> list[tuple[str, str, str]]:
    asked: dict[str, str | int] = {"department": "poverty-alleviation", "limit": 100}
    rows = (await client.get("/v1/memberships", params=asked)).json()["items"]
    return sorted((m["valid_from"], m["valid_to"] or "", m["poverty_status"]) for m in rows)


async def test_a_file_takes_effect_when_the_third_person_approves(civil: Office, identity: Service) -> None:
    how = DIBAO | {"kind": "full", "area": "445202"}
    batch = await civil.hand_in("1", csv_of(person(1)), **how)
    assert (batch["status"], batch["approval"]) == ("ENTERED", True)
    path = civil.path("1")
    second = await identity.client(Role.DEPARTMENT, "civil-affairs", subject="second")
    admin = await identity.client(Role.AGENCY, "A445200", subject="admin-445202")
    assert (await admin.post(f"{path}/approval")).json()["code"] == "FEED_BATCH_NOT_IN_STATE"
    assert (await civil.client.post(f"{path}/review")).json()["code"] == "FEED_SAME_PERSON"
    assert (await second.post(f"{path}/review")).is_success
    assert (await in_state(civil, "1", "REVIEWED"))["reviewed_by"] == "second"
    assert await civil.standing() == 0
    assert (await second.post(f"{path}/approval")).status_code == 403
    other = await identity.client(Role.AGENCY, "A445200", subject="admin-445224")
    assert (await other.post(f"{path}/approval")).json()["code"] == "ENTRY_NOT_ADMINISTRATOR"
    assert (await admin.post(f"{path}/release", json={"reason": "直接放行"})).json()[
        "code"
    ] == "FEED_BATCH_NOT_IN_STATE"
    assert (await admin.post(f"{path}/approval")).is_success
    applied = await in_state(civil, "1", "APPLIED")
    assert (applied["outcomes"], applied["approved_by"]) == ({"REGISTERED": 1}, "admin-445202")
    assert await civil.standing() == 1


async def test_nobody_takes_two_steps_of_a_file_and_its_sender_may_take_it_back(
    civil: Office, identity: Service
) -> None:
    await civil.hand_in("1", csv_of(person(1)), **DIBAO | {"kind": "full", "area": "445202"})
    admin = await identity.client(Role.AGENCY, "A445200", subject="admin-445202")
    assert (await admin.post(f"{civil.path('1')}/review")).is_success
    assert (await admin.post(f"{civil.path('1')}/approval")).json()["code"] == "FEED_SAME_PERSON"
    done = await civil.client.post(f"{civil.path('1')}/discard", json={"reason": "发错了"})
    assert done.is_success, done.text
    assert (await civil.batch("1"))["status"] == "DISCARDED"
    # A dry run asks for nobody, and a later file does not wait for one that waits.
    assert (await civil.hand_in("2", csv_of(person(2)), **DIBAO, run="dry"))["status"] == "TRIED"
    await civil.hand_in("3", csv_of(person(3)), **DIBAO)
    assert (await civil.hand_in("4", csv_of(person(4)), **DIBAO))["status"] == "ENTERED"


async def undone(office: Office, agency: httpx.AsyncClient, number: str, by: str) -> dict[str, Any]:
    asked = await office.client.post(f"{office.path(number)}/undo", json={"number": by, "reason": "名单弄错了"})
    assert asked.status_code == 202, asked.text
    waits = await office.batch(by)
    assert (waits["status"], waits["course"], waits["undoes"], waits["because"]) == (
        "HELD", "UNDO", number, "名单弄错了",
    )  # fmt: skip
    own = await office.client.post(f"{office.path(by)}/release", json={"reason": "我自己放行"})
    assert own.json()["code"] == "FEED_SAME_PERSON"
    assert (await agency.post(f"{office.path(by)}/release", json={"reason": "已核实"})).is_success
    return await in_state(office, by, "APPLIED")


async def test_a_list_that_was_wrong_is_taken_back_whole(poverty: Office, agency: httpx.AsyncClient) -> None:
    how = {"category": "REGISTERED_POOR", "kind": "full", "area": "445202"}
    people = [poor(n) for n in range(1, 31)]
    await poverty.hand_in("1", csv_of(*people, headings=POOR), **how)
    await poverty.hand_in("0", csv_of(poor(50, "445203"), headings=POOR), **how | {"area": "445203"})
    before = await held(poverty.client)
    wrong = [*people[1:], poor(40), poor(50), poor(2, begins="2024-01-01", status="返贫")]
    wrong[0] = poor(3, status="返贫")
    del wrong[1]
    moment = "2026-12-08T00:00:00+08:00"
    done = await poverty.hand_in("2", csv_of(*wrong, headings=POOR), **how, as_of=moment)
    assert done["outcomes"] == {"ADDED": 1, "CHANGED": 1, "ENDED": 1, "MOVED": 1, "REGISTERED": 1}
    assert await held(poverty.client) != before
    names = {one["name"] for one in await poverty.people("2")}
    back = await undone(poverty, agency, "2", "2-undo")
    assert (back["outcomes"], {one["name"] for one in await poverty.people("2-undo")}) == ({"UNDONE": 5}, names)
    assert await held(poverty.client) == before
    assert (await poverty.batch("2"))["undone_by"] == "2-undo"
    moved = next(line["person_id"] for line in await poverty.lines("2") if line["outcome"] == "MOVED")
    assert (await agency.get(f"/v1/persons/{moved}")).json()["county"] == "445203"
    # The list as it should have been may be of the same moment; what was taken back outdates nothing.
    right = await poverty.hand_in("3", csv_of(*people, poor(40), headings=POOR), **how, as_of=moment)
    assert right["outcomes"] == {"ADDED": 1}


async def households(agency: httpx.AsyncClient, office: Office, number: str) -> dict[str, str]:
    """The household of each person of a batch, by what is known of it now."""
    found = {}
    for line in await office.lines(number):
        seen = (await agency.get(f"/v1/persons/{line['person_id']}/as-of", params={"on": "2026-12-31"})).json()
        found[line["person_id"]] = "/".join(
            f"{fact['detail']['household_id']} {fact['detail']['role']} {fact['valid_from']}" for fact in seen["facts"]
        )
    return found


async def test_a_household_that_was_wrong_is_taken_back_and_the_one_before_stands_again(
    poverty: Office, agency: httpx.AsyncClient
) -> None:
    how = {"category": "REGISTERED_POOR"}
    headings = f"{POOR},户编号,与户主关系"
    people = {n: (*poor(n), f"445202000{n}", "户主") for n in (1, 2, 3)}
    await poverty.hand_in("1", csv_of(*people.values(), headings=headings), **how)
    before = await households(agency, poverty, "1")
    assert sorted(before.values()) == [f"445202000{n} HEAD 2026-12-01" for n in (1, 2, 3)]
    # Two change their household, one of them again; a fourth comes with one.
    wrong = [(*poor(1), "4452029999", "子"), (*poor(2), "4452029999", "子"), (*poor(4), "4452029999", "户主")]
    done = await poverty.hand_in("2", csv_of(*wrong, headings=headings), **how)
    assert done["outcomes"] == {"CHANGED": 2, "REGISTERED": 1}
    await poverty.hand_in("3", csv_of((*poor(2), "4452028888", "户主"), headings=headings), **how)
    assert (await undone(poverty, agency, "2", "2-undo"))["outcomes"] == {"UNDONE": 2, "SUPERSEDED": 1}
    after = await households(agency, poverty, "1")
    assert sorted(after.values()) == [
        "4452020001 HEAD 2026-12-01",
        "4452020003 HEAD 2026-12-01",
        "4452028888 HEAD 2026-12-03",
    ]
    assert set((await households(agency, poverty, "2-undo")).values()) >= {""}


async def test_what_was_said_since_stays(poverty: Office, agency: httpx.AsyncClient) -> None:
    how = {"category": "REGISTERED_POOR"}
    await poverty.hand_in("1", csv_of(poor(1), poor(2), headings=POOR), **how)
    await poverty.hand_in("2", csv_of(poor(1, status="返贫"), headings=POOR), **how)
    assert (await undone(poverty, agency, "1", "u"))["outcomes"] == {"SUPERSEDED": 1, "UNDONE": 1}
    assert await held(poverty.client) == [("2019-01-01", "", "RETURNED")]
    (line,) = [line for line in await poverty.lines("u") if line["code"]]
    assert line["remark"].startswith("之后又有更新的认定")
    again = await poverty.client.post(f"{poverty.path('u')}/undo", json={"number": "uu", "reason": "再撤销"})
    assert again.json()["code"] == "FEED_BATCH_NOT_IN_STATE", "an undo is not undone: hand the file in again"


async def test_an_undo_goes_through_three_hands_where_files_do(civil: Office, identity: Service) -> None:
    await civil.hand_in("1", csv_of(person(1)), **DIBAO | {"kind": "full", "area": "445202"})
    second = await identity.client(Role.DEPARTMENT, "civil-affairs", subject="second")
    admin = await identity.client(Role.AGENCY, "A445200", subject="admin-445202")
    both = await identity.client(Role.AGENCY, "A445200", subject="admin-445224")

    async def through(number: str) -> dict[str, Any]:
        assert (await second.post(f"{civil.path(number)}/review")).is_success
        assert (await admin.post(f"{civil.path(number)}/approval")).is_success
        return await in_state(civil, number, "APPLIED")

    await through("1")
    assert (await civil.client.post(f"{civil.path('1')}/undo", json={"number": "2", "reason": "弄错了"})).is_success
    assert (await civil.batch("2"))["status"] == "ENTERED"
    assert (await both.post(f"{civil.path('2')}/release", json={"reason": "放行"})).json()[
        "code"
    ] == "FEED_BATCH_NOT_IN_STATE"
    assert (await through("2"))["outcomes"] == {"UNDONE": 1}
    assert await civil.standing() == 0
