"""Follow-up: one illness one file, green and red lists, and for whom a responsible person is missing."""

from datetime import UTC, date, datetime
from typing import Any

import httpx
import msgspec
import pytest
from services.operations.tests.conftest import Telling, revoked

from contracts import identity
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.set_clock import SetClock
from kernel.testing.surroundings import Service, Surroundings

LEYE, HUINING = "451028", "620422"
FILE = "/v1/illness-files/P1/I10"


def person(person_id: str, county: str = LEYE, **more: Any) -> identity.EntitlementChanged:
    poor = identity.Membership(
        membership_id=f"M-{person_id}",
        category="REGISTERED_POOR",
        department="poverty-alleviation",
        valid_from=date(2018, 1, 1),
        **({"valid_to": more.pop("until")} if "until" in more else {}),
    )
    fields: dict[str, Any] = {"revision": 1, "change": "ADDED", "county": county, "memberships": (poor,)}
    return identity.EntitlementChanged(person_id=person_id, **(fields | more))


@pytest.fixture
async def people(around: Surroundings, telling: Telling) -> None:
    """Two poor people of Leye, one who was poor, one who has died, and one of Huining."""
    told = (
        person("P1"),
        person("P2"),
        person("P3", until=date(2018, 12, 31)),
        person("P4", deceased_on=date(2019, 5, 1)),
        person("P5", HUINING),
    )
    for one in told:
        await around.tell(identity.CONTRACT, one.person_id, one)
    await telling.heard("people", len(told))


async def opened(client: httpx.AsyncClient, person_id: str = "P1", illness: str = "I10") -> httpx.Response:
    return await client.post("/v1/illness-files", json={"person_id": person_id, "illness": illness})


async def contracted(client: httpx.AsyncClient, on: str = "2019-03-01") -> None:
    body = {"doctor": "doctor-1", "hospital_id": "H1", "plan": "一人一策第17号", "on": on}
    reply = await client.post(f"{FILE}/contract", json=body)
    assert reply.status_code == 200, reply.text


async def zones(client: httpx.AsyncClient, zone: str = "") -> dict[str, str]:
    reply = await client.get("/v1/illness-files", params={"county": LEYE, "zone": zone})
    assert reply.status_code == 200, reply.text
    return {one["person_id"]: one["zone"] for one in reply.json()["items"]}


async def test_a_merged_records_file_goes_on_at_the_person_that_stands(
    people: None, around: Surroundings, telling: Telling, staff: httpx.AsyncClient, operations: Service
) -> None:
    await opened(staff)
    await contracted(staff)
    await staff.post(f"{FILE}/visits", json={"on": "2019-06-05", "found": "血压平稳"})
    await opened(staff, illness="E11")
    await opened(staff, "P2")
    await telling.bill("S1", diagnosis="I10", county=LEYE)
    merged = person("P1", revision=2, change="MERGED", merged_into="P2")
    for revision in (2, 3):  # told again, it counts nothing twice
        await around.tell(identity.CONTRACT, "P1", msgspec.structs.replace(merged, revision=revision))
    carried = "SELECT count(*) = 2 FROM illness_files WHERE person_id = 'P2' AND closed_on IS NULL"
    await eventually(lambda: operations.pool.fetchval(carried))
    heard = "SELECT bool_or(revision = 3) FROM people WHERE person_id = 'P1'"
    await eventually(lambda: operations.pool.fetchval(heard))
    await telling.heard("bills", 1)
    file = (await staff.get("/v1/illness-files/P2/I10")).json()
    assert (file["doctor"], file["plan"], file["contracted_on"]) == ("doctor-1", "一人一策第17号", "2019-03-01")
    assert [visit["visited_on"] for visit in file["visits"]] == ["2019-06-05"]
    assert [stay["settlement_id"] for stay in file["stays"]] == ["S1"]
    assert await zones(staff, "GREEN") == {"P2": "GREEN"}, "the merged record is on no list"
    assert (await staff.post("/v1/illness-files/P2/E11/visits", json={"on": "2019-09-01", "found": "稳定"})).json()[
        "code"
    ] == "FILE_WITHOUT_DOCTOR"
    again = await staff.post("/v1/illness-files/P2/I10/visits", json={"on": "2019-09-01", "found": "稳定"})
    assert again.json()["visits"] == 2


async def test_a_merger_read_after_the_next_one_leaves_no_file_at_a_dead_record(
    people: None, around: Surroundings, telling: Telling, staff: httpx.AsyncClient, operations: Service
) -> None:
    await opened(staff)
    await contracted(staff)
    await staff.post(f"{FILE}/visits", json={"on": "2019-06-05", "found": "血压平稳"})
    await telling.bill("S1", diagnosis="I10", county=LEYE)
    await telling.heard("bills", 1)
    await around.tell(identity.CONTRACT, "P2", person("P2", revision=2, change="MERGED", merged_into="P3"))
    merged = "SELECT merged_into IS NOT NULL FROM people WHERE person_id = $1"
    await eventually(lambda: operations.pool.fetchval(merged, "P2"))
    await around.tell(identity.CONTRACT, "P1", person("P1", revision=2, change="MERGED", merged_into="P2"))
    await eventually(lambda: operations.pool.fetchval(merged, "P1"))
    await eventually(
        lambda: operations.pool.fetchval("SELECT closed_on IS NOT NULL FROM illness_files WHERE person_id = 'P1'")
    )
    file = (await staff.get("/v1/illness-files/P3/I10")).json()
    assert file.get("doctor") == "doctor-1", file
    assert [visit["visited_on"] for visit in file["visits"]] == ["2019-06-05"]
    assert [stay["settlement_id"] for stay in file["stays"]] == ["S1"]
    assert await zones(staff) == {"P3": "GREEN"}


@pytest.mark.parametrize("had", ["visit", "bill"])
async def test_whoever_was_treated_before_the_merger_was_treated(
    people: None, around: Surroundings, telling: Telling, staff: httpx.AsyncClient, operations: Service, had: str
) -> None:
    await opened(staff)
    await contracted(staff)
    if had == "visit":
        await staff.post(f"{FILE}/visits", json={"on": "2019-08-05", "found": "血压平稳"})
    else:
        await telling.bill("S1", county=LEYE, policy_id="451028-leye/2018-weishengjisheng-10")
        await telling.heard("bills", 1)
    await around.tell(identity.CONTRACT, "P1", person("P1", revision=2, change="MERGED", merged_into="P2"))
    there = "SELECT EXISTS (SELECT FROM illness_files WHERE person_id = 'P2' AND closed_on IS NULL)"
    await eventually(lambda: operations.pool.fetchval(there))
    await eventually(
        lambda: operations.pool.fetchval("SELECT merged_into IS NOT NULL FROM people WHERE person_id = 'P1'")
    )
    reply = await staff.get("/v1/indicators", params={"area": LEYE, "period": "2019-Q3"})
    (rate,) = [one for one in reply.json()["items"] if one["indicator"] == "treatment_rate"]
    assert (rate["part_count"], rate["whole_count"]) == (1, 1)


async def test_a_file_is_green_while_the_doctor_comes_in_time(
    people: None, staff: httpx.AsyncClient, clock: SetClock
) -> None:
    assert (await opened(staff)).status_code == 201
    await opened(staff, "P2")
    assert await zones(staff) == {"P1": "RED", "P2": "RED"}
    await contracted(staff)
    assert (await staff.post(f"{FILE}/visits", json={"on": "2019-06-05", "found": "血压平稳"})).json()["visits"] == 1
    # The sample interval is ninety days: until the 3rd of September, today.
    assert await zones(staff) == {"P1": "GREEN", "P2": "RED"}
    assert await zones(staff, "GREEN") == {"P1": "GREEN"}
    clock.now = datetime(2019, 9, 4, 1, tzinfo=UTC)
    assert await zones(staff, "RED") == {"P1": "RED", "P2": "RED"}


async def test_one_illness_has_one_file_with_its_visits_and_bills(
    people: None, telling: Telling, staff: httpx.AsyncClient
) -> None:
    await opened(staff)
    assert (await opened(staff)).json()["code"] == "FILE_EXISTS"
    assert (await opened(staff, illness="E11")).status_code == 201
    await contracted(staff)
    await staff.post(f"{FILE}/visits", json={"on": "2019-08-01", "found": "血压平稳"})
    await telling.bill("S1", county=LEYE, diagnosis="I10")
    await telling.bill("S2", county=LEYE, diagnosis="E11")
    await telling.event(revoked("S1"))
    await telling.heard("bill_revocations", 1)
    await telling.heard("bills", 2)
    file = (await staff.get(FILE)).json()
    assert (file["plan"], file["doctor"], file["visits"]) == (
        "一人一策第17号",
        "doctor-1",
        [{"visited_on": "2019-08-01", "visited_by": "operations-1", "found": "血压平稳"}],
    )
    assert [(stay["settlement_id"], stay["total"], stay["revoked"]) for stay in file["stays"]] == [
        ("S1", "1000.00", True)
    ]


async def test_who_was_certified_has_a_file_and_who_has_died_is_on_no_list(
    people: None, around: Surroundings, staff: httpx.AsyncClient
) -> None:
    certified = identity.Certification(
        certification_id="C1", disease="I10", hospital_id="H1", effective_from=date(2019, 1, 1)
    )
    await around.tell(identity.CONTRACT, "P2", person("P2", revision=2, certifications=(certified,)))

    async def there() -> bool:
        return await zones(staff) == {"P2": "RED"}

    await eventually(there)
    dead = person("P2", revision=3, certifications=(certified,), deceased_on=date(2019, 9, 1))
    await around.tell(identity.CONTRACT, "P2", dead)

    async def gone() -> bool:
        return await zones(staff) == {}

    await eventually(gone)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"on": "2019-09-04", "found": "x1"}, "DATE_IN_FUTURE"),
        ({"on": "2019-02-01", "found": "x1"}, "DATES_OUT_OF_ORDER"),
        ({"on": "2019-08-01", "found": "电话13812345678"}, "PERSONAL_DATA_IN_TEXT"),
    ],
)
async def test_what_is_no_visit_is_refused(
    people: None, staff: httpx.AsyncClient, body: dict[str, str], code: str
) -> None:
    await opened(staff)
    without = await staff.post(f"{FILE}/visits", json={"on": "2019-08-01", "found": "x1"})
    assert without.json()["code"] == "FILE_WITHOUT_DOCTOR"
    await contracted(staff)
    assert (await staff.post(f"{FILE}/visits", json=body)).json()["code"] == code


async def test_a_closed_file_may_be_opened_again_and_strangers_have_none(
    people: None, operations: Service, staff: httpx.AsyncClient
) -> None:
    await opened(staff)
    assert (await staff.post(f"{FILE}/closing")).status_code == 200
    assert await zones(staff) == {}
    assert (await staff.post(f"{FILE}/closing")).json()["code"] == "FILE_CLOSED"
    assert (await opened(staff)).status_code == 201
    assert (await opened(staff, "P99")).json()["code"] == "PERSON_UNKNOWN"
    assert (await staff.get("/v1/illness-files/P2/I10")).json()["code"] == "FILE_UNKNOWN"
    foreign = await operations.client(Role.DEPARTMENT, "health", divisions=[HUINING])
    assert (await foreign.get(FILE)).json()["code"] == "DIVISION_FOREIGN"
    assert (await opened(foreign, "P2")).json()["code"] == "DIVISION_FOREIGN"


async def test_each_of_the_poor_has_four_levels_and_who_has_not_is_reported(
    people: None, staff: httpx.AsyncClient
) -> None:
    async def missing(county: str = LEYE) -> dict[str, list[str]]:
        reply = await staff.get("/v1/responsible-persons/missing", params={"county": county})
        assert reply.status_code == 200, reply.text
        return {one["person_id"]: one["missing"] for one in reply.json()["items"]}

    four = ["TOWNSHIP_LEADER", "FIRST_SECRETARY", "VILLAGE_COMMITTEE", "HELPING_CADRE"]
    assert await missing() == {"P1": four, "P2": four}
    # One person in several roles is allowed.
    body = {"holders": dict.fromkeys(four[:3], "account-1"), "township": "451028100"}
    await staff.post("/v1/responsible-persons/P1", json=body)
    assert (await missing())["P1"] == ["HELPING_CADRE"]
    await staff.post("/v1/responsible-persons/P1", json={"holders": {"HELPING_CADRE": "account-2"}})
    assert await missing() == {"P2": four}
    # The cadre left the post.
    await staff.post("/v1/responsible-persons/P1", json={"holders": {"HELPING_CADRE": ""}})
    assert (await missing())["P1"] == ["HELPING_CADRE"]
    assert await missing(HUINING) == {"P5": ["TOWNSHIP_LEADER", "VILLAGE_STAFF", "HEALTH_WORKER"]}
    held = (await staff.get("/v1/responsible-persons/P1")).json()["holders"]
    assert held == dict.fromkeys(sorted(four[:3]), "account-1")


async def test_where_no_document_asks_for_them_it_is_said(staff: httpx.AsyncClient) -> None:
    refused = await staff.get("/v1/responsible-persons/missing", params={"county": "445202"})
    assert refused.json()["code"] == "RESPONSIBLE_NOT_ASKED"
    unknown = await staff.post("/v1/responsible-persons/P99", json={"holders": {"HELPING_CADRE": "a"}})
    assert unknown.json()["code"] == "PERSON_UNKNOWN"


async def test_every_look_at_files_is_written_down(people: None, operations: Service, staff: httpx.AsyncClient) -> None:
    await opened(staff)
    await zones(staff)
    await staff.get(FILE)
    await staff.get("/v1/responsible-persons/P2")
    looks = await operations.pool.fetch("SELECT county, person_id, seen_by FROM file_looks ORDER BY person_id")
    assert [tuple(look) for look in looks] == [
        (LEYE, "P1", "operations-1"),
        (LEYE, "P2", "operations-1"),
        (LEYE, None, "operations-1"),
    ]


async def test_a_file_goes_where_its_person_goes(
    people: None, around: Surroundings, operations: Service, staff: httpx.AsyncClient
) -> None:
    await opened(staff)
    await opened(staff, "P2")
    await around.tell(identity.CONTRACT, "P1", person("P1", HUINING, revision=2))
    await around.tell(identity.CONTRACT, "P2", person("P2", revision=2, annulled=True))

    async def moved() -> bool:
        return await zones(staff) == {}

    await eventually(moved)
    there = await operations.client(Role.DEPARTMENT, "health", divisions=[HUINING])
    listed = await there.get("/v1/illness-files", params={"county": HUINING})
    assert [one["person_id"] for one in listed.json()["items"]] == ["P1"]
    assert (await there.get(FILE)).json()["county"] == HUINING
    before = await operations.client(Role.DEPARTMENT, "health", divisions=[LEYE])
    assert (await before.get(FILE)).json()["code"] == "DIVISION_FOREIGN"
