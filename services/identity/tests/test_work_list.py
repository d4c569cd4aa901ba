"""The work list beyond the registered poor: everybody whose premium is paid, by the policy of their own county."""

from typing import Any, Final

import httpx
import pytest

from kernel.testing.surroundings import Service

WANG: Final = {"id_number": "445201199003070034", "name": "王小明", "born_on": "1990-03-07", "sex": "MALE"}
LI: Final = {"id_number": "445201195001010013", "name": "李示例", "born_on": "1950-01-01", "sex": "MALE"}
OTHER: Final = {"id_number": "445201199003080013", "name": "赵示例", "born_on": "1990-03-08", "sex": "MALE"}
DIBAO: Final = {"category": "DIBAO", "valid_from": "2019-01-01", "evidence": "dibao list"}
POOR: Final = {"category": "REGISTERED_POOR", "valid_from": "2016-01-01", "evidence": "17"}
ENROLLED: Final = {"scheme": "RESIDENT", "area": "445200", "year": 2019, "registered_on": "2019-01-02"}


async def post(client: httpx.AsyncClient, path: str, body: dict[str, Any], status: int = 200) -> Any:
    response = await client.post(path, json=body)
    assert response.status_code == status, response.text
    return response.json()


@pytest.fixture
async def offices(
    civil_affairs: httpx.AsyncClient, poverty_alleviation: httpx.AsyncClient
) -> dict[str, httpx.AsyncClient]:
    return {"DIBAO": civil_affairs, "REGISTERED_POOR": poverty_alleviation}


async def listed(agency: httpx.AsyncClient, query: str, area: str = "445200") -> list[tuple[str, str]]:
    found = await agency.get(f"/v1/work-list?area={area}&year=2019{query}")
    assert found.status_code == 200, found.text
    return [(item["person_id"], item["category"]) for item in found.json()["items"]]


async def member(
    agency: httpx.AsyncClient, office: httpx.AsyncClient, who: dict[str, str], county: str, said: dict[str, Any]
) -> str:
    person: str = (await post(agency, "/v1/persons", {**who, "county": county}, 201))["person_id"]
    await post(office, f"/v1/persons/{person}/memberships", said, 201)
    return person


async def test_everybody_whose_premium_is_paid_is_on_the_list_in_the_category_that_counts(
    agency: httpx.AsyncClient, offices: dict[str, httpx.AsyncClient]
) -> None:
    wang = await member(agency, offices["DIBAO"], WANG, "445201", DIBAO)
    poor = {**POOR, "poverty_status": "NOT_LIFTED"}
    await post(offices["REGISTERED_POOR"], f"/v1/persons/{wang}/memberships", poor, 201)
    li = await member(agency, offices["REGISTERED_POOR"], LI, "445201", poor)
    assert sorted(await listed(agency, "")) == sorted([(wang, "DIBAO"), (li, "REGISTERED_POOR")])
    assert await listed(agency, "&category=DIBAO") == [(wang, "DIBAO")]
    assert await listed(agency, "&category=REGISTERED_POOR") == [(li, "REGISTERED_POOR")]
    await post(agency, f"/v1/work-list/{wang}/assignment", {"year": 2019, "responsible": "village cadre 3"})
    await post(agency, f"/v1/persons/{wang}/enrolments", ENROLLED)
    assert await listed(agency, "") == [(li, "REGISTERED_POOR")]
    assert await listed(agency, "&status=ENROLLED&category=DIBAO") == [(wang, "DIBAO")]


async def test_each_county_has_the_categories_of_its_own_policy(
    agency: httpx.AsyncClient, offices: dict[str, httpx.AsyncClient]
) -> None:
    here = await member(agency, offices["DIBAO"], WANG, "445201", DIBAO)
    there = await member(agency, offices["DIBAO"], LI, "450202", DIBAO)
    assert await listed(agency, "", "440000") == [(here, "DIBAO")]
    assert await listed(agency, "", "450000") == []
    refused = await agency.post(
        f"/v1/work-list/{there}/assignment", json={"year": 2019, "responsible": "village cadre 3"}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "NOT_ON_WORK_LIST")


async def test_who_died_or_was_removed_or_is_exempt_is_not_on_the_list(
    agency: httpx.AsyncClient, approver: httpx.AsyncClient, offices: dict[str, httpx.AsyncClient]
) -> None:
    dead = await member(agency, offices["DIBAO"], WANG, "445201", DIBAO)
    await post(offices["DIBAO"], f"/v1/persons/{dead}/death", {"died_on": "2019-05-01"})
    await member(agency, offices["REGISTERED_POOR"], LI, "445201", {**POOR, "poverty_status": "REMOVED"})
    exempt = await member(agency, offices["DIBAO"], OTHER, "445201", DIBAO)
    assert await listed(agency, "") == [(exempt, "DIBAO")]
    path = f"/v1/persons/{exempt}/exemptions"
    reason = {"code": "MILITARY", "since": "2019-01-01", "evidence": "paper 3"}
    proposed = await post(agency, path, reason, 201)
    assert await listed(agency, "") == [(exempt, "DIBAO")], "nobody has approved it yet"
    await post(approver, f"{path}/{proposed['exemption_id']}/approval", {})
    assert await listed(agency, "") == []


_DIBAO_SQL = """
WITH people AS (SELECT n, 'person-' || lpad(n::text, 6, '0') AS id FROM generate_series(1, 100000) AS n),
p AS (INSERT INTO persons (person_id, county, revision, annulled, erased)
      SELECT id, CASE WHEN n % 2 = 0 THEN '445202' ELSE '445203' END, 1, false, false FROM people),
e AS (INSERT INTO enrolments (person_id, area, year, scheme, registered_on)
      SELECT id, '445200', 2019, 'RESIDENT', '2019-01-02' FROM people WHERE n % 101 <> 0)
INSERT INTO memberships (membership_id, person_id, department, category, valid_from, evidence, revision, recorded_at)
SELECT 'm' || n, id, 'civil-affairs', 'DIBAO', '2016-01-01', 'list', 1, now() FROM people
"""


async def test_a_hundred_thousand_people_are_listed_page_by_page(agency: httpx.AsyncClient, identity: Service) -> None:
    await identity.pool.execute(_DIBAO_SQL)
    path = "/v1/work-list?area=445200&year=2019&category=DIBAO&limit=500"
    first = (await agency.get(path)).json()
    rest = (await agency.get(f"{path}&after={first['next']}")).json()
    assert (len(first["items"]), len(rest["items"]), rest.get("next")) == (500, 490, None)
