"""Identity over real HTTP on real PostgreSQL: who may do and see what, and what comes of it."""

import asyncio
from typing import Any

import httpx
import msgspec
import pytest

from contracts.identity import CONTRACT, EntitlementChanged
from kernel.messaging.envelope import decode
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

WANG = {
    "id_number": "445201199003070034",
    "name": "王小明",
    "born_on": "1990-03-07",
    "sex": "MALE",
    "county": "445201",
    "phone": "13800138000",
    "address": "揭阳市榕城区测试路1号",
    "card_number": "A123456789",
}
DIBAO = {"category": "DIBAO", "valid_from": "2019-01-01", "evidence": "dibao list 2019-01"}
POOR = {"category": "REGISTERED_POOR", "valid_from": "2016-01-01", "evidence": "17", "poverty_status": "NOT_LIFTED"}


async def registered(client: httpx.AsyncClient, **changes: Any) -> str:
    response = await client.post("/v1/persons", json={**WANG, **changes})
    assert response.status_code == 201, response.text
    return str(response.json()["person_id"])


async def asserted(client: httpx.AsyncClient, person_id: str, **facts: Any) -> str:
    response = await client.post(f"/v1/persons/{person_id}/memberships", json={**DIBAO, **facts})
    assert response.status_code == 201, response.text
    return str(response.json()["membership_id"])


async def test_a_department_registers_a_person_and_the_agency_sees_them_in_full(
    civil_affairs: httpx.AsyncClient, agency: httpx.AsyncClient
) -> None:
    person_id = await registered(civil_affairs)
    seen = (await agency.get(f"/v1/persons/{person_id}")).json()
    assert seen["masked"] is False
    assert {seen[field] for field in ("name", "id_number", "phone", "address", "card_number")} == {
        WANG[field] for field in ("name", "id_number", "phone", "address", "card_number")
    }


async def test_a_hospital_sees_a_person_masked(civil_affairs: httpx.AsyncClient, hospital: httpx.AsyncClient) -> None:
    person_id = await registered(civil_affairs)
    seen = (await hospital.get(f"/v1/persons/{person_id}")).json()
    assert (seen["masked"], seen["name"], seen["id_number"]) == (True, "王**", "445***********0034")
    assert (seen["phone"], seen["address"], seen["card_number"]) == ("*******8000", None, None)


async def test_a_department_sees_only_people_of_its_own_feed(
    civil_affairs: httpx.AsyncClient, poverty_alleviation: httpx.AsyncClient
) -> None:
    person_id = await registered(civil_affairs)
    assert (await civil_affairs.get(f"/v1/persons/{person_id}")).json()["name"] == "王**"
    await asserted(civil_affairs, person_id)
    assert (await civil_affairs.get(f"/v1/persons/{person_id}")).json()["name"] == "王小明"
    refused = await poverty_alleviation.get(f"/v1/persons/{person_id}")
    assert (refused.status_code, refused.json()["code"]) == (403, "PERSON_NOT_IN_FEED")
    await asserted(poverty_alleviation, person_id, **POOR)
    claimed = (await poverty_alleviation.get(f"/v1/persons/{person_id}")).json()
    assert (claimed["name"], claimed["phone"], claimed["address"]) == ("王**", "*******8000", None)


async def test_a_second_person_under_one_number_is_refused(
    civil_affairs: httpx.AsyncClient, poverty_alleviation: httpx.AsyncClient, identity: Service
) -> None:
    await registered(civil_affairs)
    refused = await poverty_alleviation.post("/v1/persons", json={**WANG, "name": "王小名"})
    assert (refused.status_code, refused.json()["code"]) == (409, "PERSON_ALREADY_REGISTERED")
    assert await identity.pool.fetchval("SELECT count(*) FROM person_keys") == 1


async def test_registering_twice_under_one_key_is_registering_once(civil_affairs: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "row-1"}
    first = await civil_affairs.post("/v1/persons", json=WANG, headers=key)
    again = await civil_affairs.post("/v1/persons", json=WANG, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    other = await civil_affairs.post("/v1/persons", json={**WANG, "name": "王大明"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")


async def test_the_database_refuses_a_second_number_whatever_the_code_does(
    civil_affairs: httpx.AsyncClient, identity: Service
) -> None:
    person_id = await registered(civil_affairs)
    with pytest.raises(Exception, match="personal_data_number_token"):
        await identity.pool.execute(
            "INSERT INTO personal_data (person_id, number_token, id_number, name, registered_by) "
            "SELECT 'other', number_token, '', '', '' FROM personal_data WHERE person_id = $1",
            person_id,
        )


async def test_a_look_up_names_its_reason_and_is_kept(
    civil_affairs: httpx.AsyncClient, hospital: httpx.AsyncClient, identity: Service
) -> None:
    person_id = await registered(civil_affairs)
    asked = {"id_number": WANG["id_number"], "reason": "ADMISSION"}
    assert (await hospital.post("/v1/persons/lookup", json=asked)).json() == {
        "person_id": person_id,
        "former_number": False,
    }
    row = await identity.pool.fetchrow("SELECT person_id, asked_by, roles, reason FROM lookups")
    assert row is not None
    assert tuple(row) == (person_id, "H445201001", ["hospital"], "ADMISSION")
    without = await hospital.post("/v1/persons/lookup", json={"id_number": WANG["id_number"]})
    assert (without.status_code, without.json()["code"]) == (422, "MISSING_FIELD")


async def test_who_looked_a_person_up_is_shown_newest_first_page_by_page(
    civil_affairs: httpx.AsyncClient, hospital: httpx.AsyncClient, agency: httpx.AsyncClient
) -> None:
    person_id = await registered(civil_affairs)
    for client, reason in ((hospital, "ADMISSION"), (civil_affairs, "FEED"), (agency, "AUDIT")):
        await client.post("/v1/persons/lookup", json={"id_number": WANG["id_number"], "reason": reason})
    path = f"/v1/persons/{person_id}/lookups"
    page = (await agency.get(path, params={"limit": "2"})).json()
    rest = (await agency.get(path, params={"limit": "2", "after": page["next"]})).json()
    seen = {(row["asked_by"], row["reason"]) for row in (*page["items"], *rest["items"])}
    assert seen == {("H445201001", "ADMISSION"), ("civil-affairs", "FEED"), ("A445200", "AUDIT")}
    assert "next" not in rest or rest["next"] is None
    refused = await hospital.get(path)
    assert (refused.status_code, refused.json()["code"]) == (403, "ROLE_NOT_ALLOWED")


async def test_a_look_up_in_vain_is_kept_too(hospital: httpx.AsyncClient, identity: Service) -> None:
    asked = {"id_number": WANG["id_number"], "reason": "ADMISSION"}
    refused = await hospital.post("/v1/persons/lookup", json=asked)
    assert (refused.status_code, refused.json()["code"]) == (404, "PERSON_UNKNOWN")
    assert await identity.pool.fetchval("SELECT count(*) FROM lookups WHERE person_id IS NULL") == 1


async def test_finance_may_not_look_up(identity: Service) -> None:
    finance = await identity.client(Role.FINANCE)
    refused = await finance.post("/v1/persons/lookup", json={"id_number": WANG["id_number"], "reason": "AUDIT"})
    assert (refused.status_code, refused.json()["code"]) == (403, "ROLE_NOT_ALLOWED")


async def test_a_department_cannot_write_anothers_category(
    civil_affairs: httpx.AsyncClient, poverty_alleviation: httpx.AsyncClient
) -> None:
    person_id = await registered(civil_affairs)
    refused = await poverty_alleviation.post(f"/v1/persons/{person_id}/memberships", json=DIBAO)
    assert (refused.status_code, refused.json()["code"]) == (403, "CATEGORY_NOT_OWNED")
    membership_id = await asserted(civil_affairs, person_id)
    ending = {"last_day": "2019-06-30", "reason": "STOPPED"}
    path = f"/v1/persons/{person_id}/memberships/{membership_id}"
    refused = await poverty_alleviation.post(f"{path}/end", json=ending)
    assert (refused.status_code, refused.json()["code"]) == (403, "CATEGORY_NOT_OWNED")


async def test_a_department_lists_its_own_feed_page_by_page(
    civil_affairs: httpx.AsyncClient, poverty_alleviation: httpx.AsyncClient
) -> None:
    person_id = await registered(civil_affairs)
    for year in (2014, 2015, 2016):
        await asserted(civil_affairs, person_id, valid_from=f"{year}-01-01", valid_to=f"{year}-06-30")
    await asserted(poverty_alleviation, person_id, **POOR)
    query: dict[str, str] = {"department": "civil-affairs", "limit": "2"}
    page = (await civil_affairs.get("/v1/memberships", params=query)).json()
    rest = (await civil_affairs.get("/v1/memberships", params={**query, "after": page["next"]})).json()
    seen = [row["valid_from"] for row in (*page["items"], *rest["items"])]
    assert (sorted(seen), rest.get("next")) == (["2014-01-01", "2015-01-01", "2016-01-01"], None)
    foreign = await poverty_alleviation.get("/v1/memberships", params=query)
    assert (foreign.status_code, foreign.json()["code"]) == (403, "ORGANISATION_FOREIGN")


async def test_a_department_sees_only_its_own_memberships_of_a_person(
    civil_affairs: httpx.AsyncClient, poverty_alleviation: httpx.AsyncClient, hospital: httpx.AsyncClient
) -> None:
    person_id = await registered(civil_affairs)
    await asserted(civil_affairs, person_id)
    await asserted(poverty_alleviation, person_id, **POOR)
    path = f"/v1/persons/{person_id}/memberships"
    own = (await poverty_alleviation.get(path)).json()["items"]
    assert [row["category"] for row in own] == ["REGISTERED_POOR"]
    every = (await hospital.get(path)).json()["items"]
    assert {row["category"] for row in every} == {"DIBAO", "REGISTERED_POOR"}


async def test_a_correction_keeps_what_was_believed_before(civil_affairs: httpx.AsyncClient, identity: Service) -> None:
    person_id = await registered(civil_affairs)
    membership_id = await asserted(civil_affairs, person_id)
    better = {"reason": "ENTERED_WRONGLY", "valid_from": "2018-07-01", "evidence": "dibao list 2018-07"}
    path = f"/v1/persons/{person_id}/memberships"
    response = await civil_affairs.post(f"{path}/{membership_id}/correction", json=better)
    assert response.status_code == 200, response.text
    [row] = (await civil_affairs.get(path)).json()["items"]
    assert (row["valid_from"], row["evidence"]) == ("2018-07-01", "dibao list 2018-07")
    versions = await identity.pool.fetch("SELECT valid_from, change FROM membership_versions ORDER BY revision")
    expected = [("2019-01-01", "ADDED"), ("2018-07-01", "ENTERED_WRONGLY")]
    assert [(str(version["valid_from"]), version["change"]) for version in versions] == expected


async def test_every_change_is_published_whole_and_in_order(
    civil_affairs: httpx.AsyncClient,
    poverty_alleviation: httpx.AsyncClient,
    agency: httpx.AsyncClient,
    around: Surroundings,
) -> None:
    person_id = await registered(civil_affairs)
    membership_id = await asserted(civil_affairs, person_id)
    await asserted(poverty_alleviation, person_id, **POOR)
    path = f"/v1/persons/{person_id}"
    ending = {"last_day": "2019-06-30", "reason": "STOPPED"}
    enrolment = {"scheme": "RESIDENT", "area": "445200", "year": 2019, "registered_on": "2018-11-02"}
    for client, rest, body in (
        (civil_affairs, f"memberships/{membership_id}/end", ending),
        (agency, "enrolments", enrolment),
        (civil_affairs, "death", {"died_on": "2019-07-31"}),
    ):
        response = await client.post(f"{path}/{rest}", json=body)
        assert response.status_code == 200, response.text

    published = await eventually(lambda: _published(around, 6))
    changes = [event.change for event in published]
    assert changes == ["REGISTERED", "ADDED", "ADDED", "STOPPED", "ENROLLED", "DIED"]
    assert [event.revision for event in published] == [1, 2, 3, 4, 5, 6]
    last = published[-1]
    assert [(held.category, str(held.valid_to)) for held in last.memberships] == [
        ("DIBAO", "2019-06-30"),
        ("REGISTERED_POOR", "None"),
    ]
    assert (last.enrolments[0].year, str(last.deceased_on)) == (2019, "2019-07-31")


async def _published(around: Surroundings, count: int) -> list[EntitlementChanged]:
    rows = await around.bus.fetch('SELECT headers, body FROM messages WHERE topic = $1 ORDER BY "offset"', "identity")
    if len(rows) < count:
        return []
    return [decode(CONTRACT, msgspec.json.decode(row["headers"])["ce_type"], row["body"]) for row in rows]


async def test_of_many_at_once_one_membership_is_taken(civil_affairs: httpx.AsyncClient) -> None:
    person_id = await registered(civil_affairs)
    path = f"/v1/persons/{person_id}/memberships"
    responses = await asyncio.gather(*(civil_affairs.post(path, json=DIBAO) for _ in range(8)))
    codes = sorted(response.json().get("code", "taken") for response in responses)
    assert codes == ["MEMBERSHIP_OVERLAPS"] * 7 + ["taken"]
