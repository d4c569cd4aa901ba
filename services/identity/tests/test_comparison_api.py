"""The comparison over HTTP: findings, coverage, notices, the work list; and on a hundred thousand people."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from identity.config import Config
from identity.main import build
from kernel.security import KeyRing, Role
from kernel.testing.surroundings import Service, Surroundings
from law.packs import PackLibrary

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
POOR = {"category": "REGISTERED_POOR", "valid_from": "2016-01-01", "evidence": "17", "poverty_status": "NOT_LIFTED"}
COMPARE = {"area": "450000", "month": "2019-08"}


def number(county: str, order: int) -> str:
    digits = f"{county}19600101{order:03}"
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True)) % 11]


class County:
    """Made-up people of one county, fed in over HTTP."""

    def __init__(
        self, agency: httpx.AsyncClient, office: httpx.AsyncClient, approver: httpx.AsyncClient, county: str
    ) -> None:
        self._agency = agency
        self._approver = approver
        self._office = office
        self._county = county
        self._order = 0

    async def person(self, *, poor: bool = True, area: str | None = None, township: str | None = None) -> str:
        self._order += 2
        body = {"id_number": number(self._county, self._order), "name": "示例", "born_on": "1960-01-01"}
        body |= {"sex": "FEMALE", "county": self._county}
        person: str = (await post(self._agency, "/v1/persons", body, 201))["person_id"]
        if poor:
            await post(self._office, f"/v1/persons/{person}/memberships", POOR, 201)
        if area:
            await self.enrol(person, area)
        if township:
            await post(self._agency, f"/v1/persons/{person}/township", {"township": township})
        return person

    async def enrol(self, person: str, area: str) -> None:
        days = {"registered_on": "2019-01-02", "marked_on": "2019-01-02"}
        await post(
            self._agency, f"/v1/persons/{person}/enrolments", {"scheme": "RESIDENT", "area": area, "year": 2019} | days
        )

    async def exempt(self, person: str, code: str = "MILITARY") -> str:
        body = {"code": code, "since": "2019-01-01", "evidence": "paper 3"}
        path = f"/v1/persons/{person}/exemptions"
        proposed = await post(self._agency, path, body, 201)
        await post(self._approver, f"{path}/{proposed['exemption_id']}/approval", {})
        return str(proposed["exemption_id"])


async def post(client: httpx.AsyncClient, path: str, body: dict[str, Any], status: int = 200) -> Any:
    response = await client.post(path, json=body)
    assert response.status_code == status, response.text
    return response.json()


async def get(client: httpx.AsyncClient, path: str) -> Any:
    response = await client.get(path)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.fixture
async def county(
    agency: httpx.AsyncClient, poverty_alleviation: httpx.AsyncClient, approver: httpx.AsyncClient
) -> County:
    return County(agency, poverty_alleviation, approver, "450202")


async def findings(agency: httpx.AsyncClient, comparison: str, finding: str) -> list[str]:
    found = await get(agency, f"/v1/comparisons/{comparison}/persons?finding={finding}")
    return sorted(item["person_id"] for item in found["items"])


async def test_the_two_lists_are_compared_person_by_person(agency: httpx.AsyncClient, county: County) -> None:
    matched = [await county.person(area="450200", township="450202001") for _ in range(2)]
    elsewhere = await county.person(area="450100")
    missing = await county.person(township="450202002")
    exempt = await county.person()
    await county.exempt(exempt)
    contradicted = await county.person(area="450200")
    await county.exempt(contradicted, "MARRIED_OUT")
    dead = await county.person()
    await post(agency, f"/v1/persons/{dead}/death", {"died_on": "2019-05-01"})
    unregistered = await county.person(poor=False, area="450200")

    comparison = (await post(agency, "/v1/comparisons", COMPARE, 201))["comparison_id"]
    found = await get(agency, f"/v1/comparisons/{comparison}")
    total = found["total"]
    assert total["exceptions"] == {"DECEASED": 1, "MARRIED_OUT": 1, "MILITARY": 1}
    assert (total["registered"], total["should_enrol"], total["matched"], total["elsewhere"]) == (7, 4, 2, 1)
    assert (total["not_enrolled"], total["contradicted"], total["not_registered"]) == (1, 1, 1)
    assert (total["coverage_basis_points"], found["due_on"], found["pushed_on"]) == (7500, "2019-08-10", None)
    assert [row["area"] for row in found["townships"]] == ["450202", "450202001", "450202002"]
    expected = {
        "MATCHED": matched,
        "ELSEWHERE": [elsewhere],
        "NOT_ENROLLED": [missing],
        "EXEMPT": [exempt, dead],
        "CONTRADICTED": [contradicted],
        "NOT_REGISTERED": [unregistered],
    }
    for finding, people in expected.items():
        assert await findings(agency, comparison, finding) == sorted(people), finding


async def test_a_comparison_is_kept_as_it_was_and_pushed_in_time(agency: httpx.AsyncClient, county: County) -> None:
    person = await county.person()
    first = (await post(agency, "/v1/comparisons", COMPARE, 201))["comparison_id"]
    await county.enrol(person, "450200")
    second = (await post(agency, "/v1/comparisons", COMPARE, 201))["comparison_id"]
    await post(agency, f"/v1/comparisons/{second}/push", {})
    again = await agency.post(f"/v1/comparisons/{second}/push", json={})
    assert (again.status_code, again.json()["code"]) == (409, "COMPARISON_PUSHED")
    rows = {row["comparison_id"]: row for row in (await get(agency, "/v1/comparisons?month=2019-08"))["items"]}
    assert (rows[first]["not_enrolled"], rows[first]["pushed_on"]) == (1, None)
    assert (rows[second]["not_enrolled"], rows[second]["pushed_on"], rows[second]["late"]) == (0, "2019-08-01", False)
    unknown = await agency.get("/v1/comparisons/nothing")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "COMPARISON_UNKNOWN")


async def test_after_the_tenth_a_push_is_late(around: Surroundings, tmp_path: Path, library: PackLibrary) -> None:
    config = Config(keys=KeyRing.in_folder(tmp_path), library=library)
    late = datetime(2019, 8, 11, 1, 0, tzinfo=UTC)
    served = await around.serve("identity", lambda host: build(host, config), clock=lambda: late)
    agency = await served.client(Role.AGENCY, "A450000")
    comparison = (await post(agency, "/v1/comparisons", COMPARE, 201))["comparison_id"]
    await post(agency, f"/v1/comparisons/{comparison}/push", {})
    assert (await get(agency, f"/v1/comparisons/{comparison}"))["late"] is True


async def test_notices_reach_each_level_as_json_csv_and_paper(agency: httpx.AsyncClient, county: County) -> None:
    await county.person(area="450200", township="450202001")
    await county.person(township="450202001")
    comparison = (await post(agency, "/v1/comparisons", COMPARE, 201))["comparison_id"]
    path = f"/v1/comparisons/{comparison}/notice"
    region = await get(agency, path)
    assert ([row["area"] for row in region["rows"]], region["total"]["registered"]) == (["450200"], 2)
    city = await get(agency, f"{path}?area=450200")
    assert [(row["area"], row["not_enrolled"]) for row in city["rows"]] == [("450202", 1)]
    assert "各市、县（市、区）医疗保障局" in region["recipients"]
    assert city["recipients"].endswith("抄送当地党委、政府")
    towns = await get(agency, f"{path}?area=450202")
    assert [(row["area"], row["coverage_basis_points"]) for row in towns["rows"]] == [("450202001", 5000)]
    assert towns["recipients"] == "全县所辖乡镇（街道）"
    table = await agency.get(f"{path}-csv?area=450202")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.text.splitlines()[1:] == ["450202001,2,0,2,1,0,1,0,50.00%", "合计,2,0,2,1,0,1,0,50.00%"]
    page = await agency.get(f"{path}-html?area=450202")
    assert "2019年08月建档立卡贫困人口参保缴费情况通报（450202 城中区）" in page.text
    assert "<td>50.00%</td>" in page.text
    foreign = await agency.get(f"{path}?area=440100")
    assert (foreign.status_code, foreign.json()["code"]) == (404, "AREA_NOT_COMPARED")


async def test_who_is_not_enrolled_is_somebodys_task_until_enrolled(agency: httpx.AsyncClient, county: County) -> None:
    person = await county.person(township="450202001")
    await county.person(area="450200")
    listed = "/v1/work-list?area=450200&year=2019"

    async def statuses(query: str = "") -> list[tuple[str, str]]:
        return [(item["person_id"], item["status"]) for item in (await get(agency, listed + query))["items"]]

    assert await statuses() == [(person, "OPEN")]
    path = f"/v1/work-list/{person}"
    visit = {"year": 2019, "outcome": "REFUSED", "visited_on": "2019-08-01", "note": "works in the city"}
    early = await agency.post(f"{path}/visit", json=visit)
    assert (early.status_code, early.json()["code"]) == (409, "TASK_NOT_ASSIGNED")
    await post(agency, f"{path}/assignment", {"year": 2019, "responsible": "village cadre 3"})
    assert await statuses("&responsible=village%20cadre%203&township=450202001") == [(person, "ASSIGNED")]
    await post(agency, f"{path}/visit", visit)
    assert await statuses("&status=REFUSED") == [(person, "REFUSED")]
    await county.enrol(person, "450200")
    assert await statuses() == []
    assert await statuses("&status=ENROLLED") == [(person, "ENROLLED")]
    late = await agency.post(f"{path}/assignment", json={"year": 2019, "responsible": "village cadre 4"})
    assert (late.status_code, late.json()["code"]) == (409, "NOT_ON_WORK_LIST")


async def test_whose_exemption_ended_is_back_on_the_work_list(agency: httpx.AsyncClient, county: County) -> None:
    person = await county.person()
    exemption = await county.exempt(person, "IMPRISONED")
    listed = "/v1/work-list?area=450202&year=2019"
    assert (await get(agency, listed))["items"] == []
    ended = {"last_day": "2019-07-31", "evidence": "released"}
    await post(agency, f"/v1/persons/{person}/exemptions/{exemption}/end", ended)
    assert [item["person_id"] for item in (await get(agency, listed))["items"]] == [person]


async def test_a_township_of_another_county_is_refused(agency: httpx.AsyncClient, county: County) -> None:
    person = await county.person()
    refused = await agency.post(f"/v1/persons/{person}/township", json={"township": "450203001"})
    assert (refused.status_code, refused.json()["code"]) == (422, "TOWNSHIP_FOREIGN")


_PEOPLE_SQL = """
WITH people AS (SELECT n, 'person-' || lpad(n::text, 6, '0') AS id FROM generate_series(1, 100000) AS n),
p AS (INSERT INTO persons (person_id, county, revision, annulled, erased)
      SELECT id, CASE WHEN n % 2 = 0 THEN '450202' ELSE '450203' END, 1, false, false FROM people),
m AS (INSERT INTO memberships (membership_id, person_id, department, category, poverty_status, valid_from, evidence,
                               revision, recorded_at)
      SELECT 'm' || n, id, 'poverty-alleviation', 'REGISTERED_POOR', 'NOT_LIFTED', '2016-01-01', 'list', 1, now()
      FROM people),
t AS (INSERT INTO person_townships (person_id, township) SELECT id, '45020200' || n % 8 FROM people WHERE n % 2 = 0),
e AS (INSERT INTO enrolments (person_id, area, year, scheme, registered_on)
      SELECT id, '450200', 2019, 'RESIDENT', '2019-01-02' FROM people WHERE n % 100 <> 0)
INSERT INTO exemptions (exemption_id, person_id, code, since, evidence, approved_by, entered_by)
SELECT 'x' || n, id, 'MILITARY', '2019-01-01', 'paper', 'chief', 'clerk' FROM people WHERE n % 1000 = 0
"""


async def test_a_hundred_thousand_people_are_compared_inside_the_database(
    identity: Service, agency: httpx.AsyncClient
) -> None:
    await identity.pool.execute(_PEOPLE_SQL)
    comparison = (await post(agency, "/v1/comparisons", COMPARE, 201))["comparison_id"]
    total = (await get(agency, f"/v1/comparisons/{comparison}"))["total"]
    assert (total["registered"], total["matched"], total["not_enrolled"]) == (100_000, 99_000, 900)
    assert (total["exceptions"], total["coverage_basis_points"]) == ({"MILITARY": 100}, 9910)
    event = await identity.pool.fetchval("SELECT octet_length(data::text) FROM events WHERE type = 'ComparisonMade'")
    assert event < 5_000, "figures only, nobody's name"
    first = await get(agency, "/v1/work-list?area=450200&year=2019&limit=500")
    rest = await get(agency, f"/v1/work-list?area=450200&year=2019&limit=500&after={first['next']}")
    assert (len(first["items"]), len(rest["items"]), rest.get("next")) == (500, 400, None)


async def test_a_hundred_thousand_premiums_are_listed_as_due(identity: Service, agency: httpx.AsyncClient) -> None:
    people = _PEOPLE_SQL.replace("4502", "4452").replace(
        "'RESIDENT', '2019-01-02' ", "'RESIDENT', '2019-01-02', '2019-01-02' "
    )
    await identity.pool.execute(people.replace("scheme, registered_on)", "scheme, registered_on, marked_on)"))
    listed = await get(agency, "/v1/premiums/due?county=445202&area=445200&year=2019&limit=500")
    assert (len(listed["items"]), listed["items"][0]["funds"]) == (500, ["POVFUND", "MA"])


async def test_an_exemption_of_a_merged_record_counts_for_the_person(agency: httpx.AsyncClient, county: County) -> None:
    kept, other = await county.person(), await county.person(poor=False)
    await county.exempt(other, "EMIGRATED")
    await post(agency, f"/v1/persons/{kept}/merger", {"other_id": other, "evidence": "household book"})
    comparison = (await post(agency, "/v1/comparisons", COMPARE, 201))["comparison_id"]
    total = (await get(agency, f"/v1/comparisons/{comparison}"))["total"]
    assert (total["registered"], total["exceptions"]) == (1, {"EMIGRATED": 1})
    assignment = await agency.post(
        f"/v1/work-list/{kept}/assignment", json={"year": 2019, "responsible": "village cadre 3"}
    )
    assert assignment.json()["code"] == "NOT_ON_WORK_LIST"
