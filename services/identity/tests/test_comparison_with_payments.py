"""The comparison with a payment list over HTTP: every finding, every difference, and which list it rests on."""

from collections.abc import Sequence
from typing import Any, Final

import httpx
import pytest
from stdnum.cn import ric

from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service

HEADINGS: Final = "身份证号,姓名,统筹区代码,年度,缴费日期"
COMPARE: Final = {"area": "450000", "month": "2019-08"}
POOR: Final = {"category": "REGISTERED_POOR", "valid_from": "2016-01-01", "evidence": "17"}
AS_OF: Final = "2019-08-01T00:00:00+08:00"


def number_of(person: int) -> str:
    body = f"45020219600101{person:02d}2"
    return body + ric.calc_check_digit(f"{body}0")


def row(person: int, name: str = "示例", area: str = "450200") -> str:
    return f"{number_of(person)},{name},{area},2019,2019-01-02"


async def post(client: httpx.AsyncClient, path: str, body: dict[str, Any], status: int = 200) -> Any:
    response = await client.post(path, json=body)
    assert response.status_code == status, response.text
    return response.json()


async def get(client: httpx.AsyncClient, path: str) -> Any:
    response = await client.get(path)
    assert response.status_code == 200, response.text
    return response.json()


class Village:
    """Made-up people of one township, poor unless said otherwise."""

    def __init__(self, agency: httpx.AsyncClient, office: httpx.AsyncClient, approver: httpx.AsyncClient) -> None:
        self._agency = agency
        self._approver = approver
        self._office = office

    async def person(self, order: int, name: str = "示例", *, poor: bool = True, enrolled: str | None = None) -> str:
        body = {"id_number": number_of(order), "name": name, "born_on": "1960-01-01", "sex": "FEMALE"}
        person: str = (await post(self._agency, "/v1/persons", body | {"county": "450202"}, 201))["person_id"]
        path = f"/v1/persons/{person}"
        if poor:
            await post(self._office, f"{path}/memberships", {**POOR, "poverty_status": "NOT_LIFTED"}, 201)
        if enrolled:
            year = {"scheme": "RESIDENT", "area": enrolled, "year": 2019}
            await post(self._agency, f"{path}/enrolments", year | {"registered_on": "2019-01-02"})
        await post(self._agency, f"{path}/township", {"township": "450202001"})
        return person

    async def exempt(self, person: str) -> None:
        body = {"code": "MILITARY", "since": "2019-01-01", "evidence": "paper 3"}
        path = f"/v1/persons/{person}/exemptions"
        proposed = await post(self._agency, path, body, 201)
        await post(self._approver, f"{path}/{proposed['exemption_id']}/approval", {})

    async def send(self, lines: Sequence[str], *, area: str = "450000", as_of: str = AS_OF) -> str:
        """Send a payment list and wait until it is applied."""
        path, content = f"/v1/payment-lists/{area}/2019-08", "\n".join([HEADINGS, *lines, ""])
        sent = await self._agency.put(
            path, params={"as_of": as_of}, content=content, headers={"Content-Type": "text/csv"}
        )
        assert sent.status_code == 202, sent.text
        list_id = str(sent.json()["list_id"])

        async def applied() -> bool:
            return bool((await get(self._agency, f"/v1/payment-lists/{list_id}"))["status"] == "APPLIED")

        await eventually(applied)
        return list_id

    async def compare(self, area: str = "450000") -> dict[str, Any]:
        made = await post(self._agency, "/v1/comparisons", {**COMPARE, "area": area}, 201)
        found: dict[str, Any] = await get(self._agency, f"/v1/comparisons/{made['comparison_id']}")
        return found

    async def people(self, compared: dict[str, Any], query: str = "", kind: str = "persons") -> list[dict[str, Any]]:
        path = f"/v1/comparisons/{compared['comparison_id']}/{kind}?{query}"
        found: list[dict[str, Any]] = (await get(self._agency, path))["items"]
        return found


@pytest.fixture
async def village(
    agency: httpx.AsyncClient, poverty_alleviation: httpx.AsyncClient, approver: httpx.AsyncClient
) -> Village:
    return Village(agency, poverty_alleviation, approver)


async def test_the_registered_poor_are_compared_with_the_payment_list(village: Village) -> None:
    matched = await village.person(1, enrolled="450200")
    variant = await village.person(2, "买买提·艾力", enrolled="450200")
    elsewhere, mismatch, missing = [await village.person(order) for order in (3, 4, 5)]
    exempt, contradicted = await village.person(6), await village.person(7)
    await village.exempt(exempt)
    await village.exempt(contradicted)
    unlisted = await village.person(8, poor=False)
    twice = await village.person(9, enrolled="450200")
    lines = [row(1), row(2, "买买提•艾力"), row(3, area="450103"), row(4, "别人"), row(7), row(8), row(20)]
    list_id = await village.send([*lines, row(21, area="440100"), row(9), row(9, area="450100")])

    compared = await village.compare()
    assert (compared["source"], compared["payment_list_id"]) == ("PAYMENT_LIST", list_id)
    total = compared["total"]
    assert (total["registered"], total["should_enrol"], total["coverage_basis_points"]) == (8, 6, 6667)
    assert total["exceptions"] == {"MILITARY": 2}
    assert (total["name_mismatch"], total["name_variants"]) == (1, 1)
    rows = {town["area"]: (town["matched"], town["not_registered"]) for town in compared["townships"]}
    assert rows == {"450202001": (3, 1), "450200": (0, 1), "450000": (0, 1)}
    expected: dict[str, list[tuple[str, str | None, int | None]]] = {
        "MATCHED": [(matched, "SAME", 2), (variant, "VARIANT", 3), (twice, "SAME", 10)],
        "ELSEWHERE": [(elsewhere, "SAME", 4)],
        "NAME_MISMATCH": [(mismatch, "DIFFERENT", 5)],
        "NOT_ENROLLED": [(missing, None, None)],
        "EXEMPT": [(exempt, None, None)],
        "CONTRADICTED": [(contradicted, "SAME", 6)],
        "NOT_REGISTERED": [(unlisted, "SAME", 7)],
    }
    for finding, people in expected.items():
        found = await village.people(compared, f"finding={finding}")
        assert sorted(((p["person_id"], p["name"], p["row"]) for p in found), key=str) == sorted(people, key=str)
        if finding not in ("EXEMPT", "NOT_REGISTERED"):
            assert total[finding.lower()] == len(people)
    assert (total["not_registered"], total["strangers"]) == (3, 2)
    assert await village.people(compared, kind="strangers") == [
        {"row": 8, "area": "450200", "code": None, "detail": None},
        {"row": 9, "area": "450000", "code": None, "detail": None},
    ]
    assert [s["row"] for s in await village.people(compared, "area=450200", kind="strangers")] == [8]


async def test_what_was_paid_outside_and_what_is_enrolled_here_are_told_apart(village: Village) -> None:
    agreed = await village.person(1, enrolled="450200")
    paid = await village.person(2)
    enrolled = await village.person(3, enrolled="450200")
    moved = await village.person(4, enrolled="450100")
    unclear = await village.person(5)
    unread = await village.person(6)
    await village.send([row(1), row(2), row(4), row(5, "别人"), row(6, area="here")])
    compared = await village.compare()
    assert compared["total"]["differences"] == {"AREAS_DIFFER": 1, "ENROLLED_NOT_PAID": 1, "PAID_NOT_ENROLLED": 1}
    for difference, person, finding in (
        ("PAID_NOT_ENROLLED", paid, "MATCHED"),
        ("ENROLLED_NOT_PAID", enrolled, "NOT_ENROLLED"),
        ("AREAS_DIFFER", moved, "MATCHED"),
    ):
        found = await village.people(compared, f"difference={difference}")
        assert [(p["person_id"], p["finding"]) for p in found] == [(person, finding)]
    everybody = {p["person_id"]: p["difference"] for p in await village.people(compared, "area=450202")}
    assert (len(everybody), everybody[agreed], everybody[unclear]) == (6, None, None)
    missing = await village.people(compared, "finding=NOT_ENROLLED&township=450202001")
    assert {p["person_id"]: p["row"] for p in missing} == {enrolled: None, unread: 6}
    assert compared["payment_rows"] == {"COUNTED": 4, "REFUSED": 1}
    assert await village.people(compared, "township=450202002") == []


async def test_without_a_list_for_the_area_and_month_the_enrolments_here_stand_for_it(village: Village) -> None:
    person = await village.person(1, enrolled="450200")
    await village.send([row(2)], area="450100")
    compared = await village.compare("450202")
    assert (compared["source"], compared["payment_list_id"]) == ("ENROLMENTS", None)
    found = await village.people(compared, "finding=MATCHED")
    assert [(p["person_id"], p["name"], p["row"], p["difference"]) for p in found] == [(person, None, None, None)]
    assert await village.people(compared, kind="strangers") == []


async def test_a_newer_list_replaces_the_findings_and_an_older_comparison_keeps_its_own(village: Village) -> None:
    person = await village.person(1)
    first = await village.send([row(2)])
    before = await village.compare("450202")
    await village.send([row(1)], area="450200", as_of="2019-08-01T01:00:00+08:00")
    after = await village.compare("450202")
    assert (before["payment_list_id"], before["total"]["not_enrolled"]) == (first, 1)
    assert (after["total"]["matched"], after["total"]["not_enrolled"]) == (1, 0)
    for compared, finding in ((before, "NOT_ENROLLED"), (after, "MATCHED")):
        assert [p["person_id"] for p in await village.people(compared, f"finding={finding}")] == [person]


async def test_people_and_strangers_are_paged(agency: httpx.AsyncClient, village: Village) -> None:
    people = [await village.person(order) for order in (1, 2, 3)]
    await village.send([row(1), row(2), row(3), *(row(order) for order in (4, 5, 6))])
    compared = await village.compare()
    for kind, column, expected in (("persons", "person_id", sorted(people)), ("strangers", "row", [5, 6, 7])):
        path = f"/v1/comparisons/{compared['comparison_id']}/{kind}?limit=2"
        first = await get(agency, path)
        rest = await get(agency, f"{path}&after={first['next']}")
        assert [found[column] for found in (*first["items"], *rest["items"])] == expected
        assert rest.get("next") is None
        foreign = await agency.get(f"{path}&area=440100")
        assert (foreign.status_code, foreign.json()["code"]) == (404, "AREA_NOT_COMPARED")


async def test_a_payment_of_a_merged_record_counts_for_the_person(agency: httpx.AsyncClient, village: Village) -> None:
    kept, other = await village.person(1), await village.person(2, poor=False)
    await village.send([row(2)])
    await post(agency, f"/v1/persons/{kept}/merger", {"other_id": other, "evidence": "household book"})
    compared = await village.compare()
    assert [p["person_id"] for p in await village.people(compared, "finding=MATCHED")] == [kept]
    assert compared["total"]["not_registered"] == 0


async def test_whoever_was_erased_is_a_stranger_on_the_next_list(
    agency: httpx.AsyncClient, identity: Service, village: Village
) -> None:
    person = await village.person(1, poor=False)
    before = await village.send([row(1)])
    other = await identity.client(Role.AGENCY, "A450000", subject="another")
    await post(agency, f"/v1/persons/{person}/erasure", {"reason": "PURPOSE_ENDED"})
    await post(other, f"/v1/persons/{person}/erasure/confirmation", {})
    after = await village.send([row(1)], as_of="2019-08-01T01:00:00+08:00")
    outcomes = [
        (r["outcome"], r["person_id"])
        for sent in (before, after)
        for r in (await get(agency, f"/v1/payment-lists/{sent}/rows"))["items"]
    ]
    assert outcomes == [("COUNTED", person), ("UNKNOWN", None)]


_LIST_SQL = """
WITH people AS (SELECT n, 'person-' || lpad(n::text, 6, '0') AS id FROM generate_series(1, 100000) AS n),
p AS (INSERT INTO persons (person_id, county, revision, annulled, erased)
      SELECT id, CASE WHEN n % 2 = 0 THEN '450202' ELSE '450203' END, 1, false, false FROM people),
m AS (INSERT INTO memberships (membership_id, person_id, department, category, poverty_status, valid_from, evidence,
                               revision, recorded_at)
      SELECT 'm' || n, id, 'poverty-alleviation', 'REGISTERED_POOR', 'NOT_LIFTED', '2016-01-01', 'list', 1, now()
      FROM people),
l AS (INSERT INTO payment_lists (list_id, area, month, as_of, received_at, sent_by, media_type, size, sha256)
      VALUES ('l1', '450000', '2019-08', '2019-08-01', '2019-08-01', 'agency-1', 'text/csv', 1, '00')),
x AS (INSERT INTO payment_list_ends (list_id, status, ended_at, outcomes) VALUES ('l1', 'APPLIED', '2019-08-01', '{}')),
y AS (INSERT INTO payments (list_id, row, outcome, person_id, area, year, paid_on, name, marked)
      SELECT 'l1', n, 'COUNTED', id, '450200', 2019, '2019-01-02', CASE WHEN n % 1000 = 1 THEN 'DIFFERENT'
             ELSE 'SAME' END, true FROM people WHERE n % 100 <> 0)
INSERT INTO payments (list_id, row, outcome, area, place, year, paid_on, marked)
SELECT 'l1', 100000 + n, 'UNKNOWN', '450200', '450200', 2019, '2019-01-02', true FROM people
"""


async def test_a_hundred_thousand_people_are_compared_with_a_list_inside_the_database(
    identity: Service, village: Village
) -> None:
    await identity.pool.execute(_LIST_SQL)
    compared = await village.compare()
    total = compared["total"]
    assert (total["registered"], total["matched"], total["not_enrolled"]) == (100_000, 98_900, 1_000)
    assert (total["name_mismatch"], total["strangers"]) == (100, 100_000)
    assert total["differences"] == {"PAID_NOT_ENROLLED": 98_900}
    assert len(await village.people(compared, "finding=NAME_MISMATCH&limit=500")) == 100
