"""Corrections of a person over HTTP: data, numbers and deaths, and what stays findable."""

from typing import Any

import httpx
import msgspec
import pytest

from contracts.identity import CONTRACT
from kernel.messaging.envelope import decode
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

WANG = {
    "id_number": "445201199003070034",
    "name": "王小明",
    "born_on": "1990-03-07",
    "sex": "MALE",
    "county": "450205",
    "phone": "13800138000",
}
RIGHT = {"id_number": "445201199003080013", "born_on": "1990-03-08", "sex": "MALE", "reason": "ENTERED_WRONGLY"}
DIBAO = {"category": "DIBAO", "valid_from": "2019-01-01", "evidence": "dibao list 2019-01"}


@pytest.fixture
async def person_id(civil_affairs: httpx.AsyncClient) -> str:
    response = await civil_affairs.post("/v1/persons", json=WANG)
    assert response.status_code == 201, response.text
    return str(response.json()["person_id"])


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def found(client: httpx.AsyncClient, number: str) -> dict[str, Any]:
    response = await client.post("/v1/persons/lookup", json={"id_number": number, "reason": "AUDIT"})
    answer: dict[str, Any] = response.json()
    return answer


async def test_what_differs_is_corrected_and_what_is_left_out_stays(
    civil_affairs: httpx.AsyncClient, agency: httpx.AsyncClient, person_id: str, identity: Service
) -> None:
    path = f"/v1/persons/{person_id}"
    change = {"name": "王晓明", "phone": None, "reason": "CHANGED"}
    assert (await civil_affairs.post(f"{path}/personal-data/correction", json=change)).json()["revision"] == 2
    seen = (await agency.get(path)).json()
    assert (seen["name"], seen["phone"], seen["id_number"]) == ("王晓明", None, WANG["id_number"])
    again = await civil_affairs.post(f"{path}/personal-data/correction", json=change)
    assert (again.status_code, again.json()["revision"]) == (200, 2)
    assert await identity.pool.fetchval("SELECT count(*) FROM events WHERE type <> 'DataSeen'") == 2


async def test_a_corrected_number_finds_the_person_and_so_does_the_former_one(
    civil_affairs: httpx.AsyncClient, agency: httpx.AsyncClient, person_id: str
) -> None:
    response = await civil_affairs.post(f"/v1/persons/{person_id}/id-number/correction", json=RIGHT)
    assert response.status_code == 200, response.text
    assert await found(agency, RIGHT["id_number"]) == {"person_id": person_id, "former_number": False}
    assert await found(agency, WANG["id_number"]) == {"person_id": person_id, "former_number": True}
    assert (await agency.get(f"/v1/persons/{person_id}")).json()["id_number"] == RIGHT["id_number"]


async def test_the_right_holder_of_a_former_number_is_found_first(
    civil_affairs: httpx.AsyncClient, agency: httpx.AsyncClient, person_id: str
) -> None:
    await civil_affairs.post(f"/v1/persons/{person_id}/id-number/correction", json=RIGHT)
    refused = await civil_affairs.post("/v1/persons", json={**WANG, "name": "李四"})
    assert code(refused) == (409, "ID_NUMBER_FORMER")
    assert refused.json()["about"] == {"person_id": person_id}
    another = {**WANG, "name": "李四", "another_person": True}
    holder = (await civil_affairs.post("/v1/persons", json=another)).json()["person_id"]
    assert await found(agency, WANG["id_number"]) == {"person_id": holder, "former_number": False}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"born_on": "1990-03-07"}, (422, "BIRTH_DATE_DISAGREES")),
        ({"sex": "FEMALE"}, (422, "SEX_DISAGREES")),
        ({"id_number": "445201199003080014"}, (422, "ID_NUMBER_CHECK_DIGIT")),
    ],
)
async def test_a_number_that_contradicts_itself_is_refused(
    civil_affairs: httpx.AsyncClient, person_id: str, change: dict[str, str], expected: tuple[int, str]
) -> None:
    refused = await civil_affairs.post(f"/v1/persons/{person_id}/id-number/correction", json={**RIGHT, **change})
    assert code(refused) == expected


async def test_a_number_that_contradicts_what_is_known_is_refused(
    civil_affairs: httpx.AsyncClient, person_id: str
) -> None:
    await civil_affairs.post(f"/v1/persons/{person_id}/memberships", json={**DIBAO, "valid_from": "2000-01-01"})
    young = {"id_number": "445201201001010011", "born_on": "2010-01-01", "sex": "MALE", "reason": "ENTERED_WRONGLY"}
    refused = await civil_affairs.post(f"/v1/persons/{person_id}/id-number/correction", json=young)
    assert code(refused) == (422, "BEFORE_BIRTH")


async def test_somebody_elses_number_is_refused(civil_affairs: httpx.AsyncClient, person_id: str) -> None:
    other = {name: RIGHT[name] for name in ("id_number", "born_on", "sex")}
    assert (await civil_affairs.post("/v1/persons", json={**WANG, **other})).status_code == 201
    refused = await civil_affairs.post(f"/v1/persons/{person_id}/id-number/correction", json=RIGHT)
    assert code(refused) == (409, "PERSON_ALREADY_REGISTERED")


async def test_a_number_of_15_digits_becomes_one_of_18_and_both_find_the_person(
    civil_affairs: httpx.AsyncClient, agency: httpx.AsyncClient
) -> None:
    old = {**WANG, "id_number": "445201900307003"}
    person_id = (await civil_affairs.post("/v1/persons", json=old)).json()["person_id"]
    assert (await agency.get(f"/v1/persons/{person_id}")).json()["id_number"] == WANG["id_number"]
    for number in ("445201900307003", WANG["id_number"]):
        assert await found(agency, number) == {"person_id": person_id, "former_number": False}


async def test_only_who_feeds_a_person_or_the_agency_corrects_them(
    poverty_alleviation: httpx.AsyncClient, hospital: httpx.AsyncClient, agency: httpx.AsyncClient, person_id: str
) -> None:
    path = f"/v1/persons/{person_id}/personal-data/correction"
    change = {"name": "王晓明", "reason": "CHANGED"}
    assert code(await poverty_alleviation.post(path, json=change)) == (403, "PERSON_NOT_IN_FEED")
    assert code(await hospital.post(path, json=change)) == (403, "ROLE_NOT_ALLOWED")
    assert (await agency.post(path, json=change)).status_code == 200
    nobody = await agency.post("/v1/persons/nobody/personal-data/correction", json=change)
    assert code(nobody) == (404, "PERSON_UNKNOWN")


async def test_a_disputed_death_is_settled_and_taken_back(
    civil_affairs: httpx.AsyncClient,
    poverty_alleviation: httpx.AsyncClient,
    agency: httpx.AsyncClient,
    person_id: str,
    around: Surroundings,
    identity: Service,
) -> None:
    path = f"/v1/persons/{person_id}/death"
    await civil_affairs.post(path, json={"died_on": "2019-07-01"})
    disputed = await poverty_alleviation.post(path, json={"died_on": "2019-07-02"})
    assert code(disputed) == (409, "DEATH_DATE_DISAGREES")
    settled = {"died_on": "2019-07-02", "reason": "DATE_WRONG", "evidence": "death certificate 7"}
    assert code(await civil_affairs.post(f"{path}/correction", json=settled)) == (403, "ROLE_NOT_ALLOWED")
    assert (await agency.post(f"{path}/correction", json=settled)).status_code == 200
    assert (await poverty_alleviation.post(path, json={"died_on": "2019-07-02"})).status_code == 200
    alive = {"reason": "NOT_DEAD", "evidence": "came to the office"}
    assert (await agency.post(f"{path}/correction", json=alive)).status_code == 200
    assert (await agency.get(f"/v1/persons/{person_id}")).json()["deceased_on"] is None

    async def told() -> list[Any]:
        rows = await around.bus.fetch(
            'SELECT headers, body FROM messages WHERE topic = $1 ORDER BY "offset"', "identity"
        )
        events = [decode(CONTRACT, msgspec.json.decode(row["headers"])["ce_type"], row["body"]) for row in rows]
        return events if len(events) >= 4 else []

    changes = [(event.change, str(event.deceased_on)) for event in await eventually(told)]
    assert changes[1:] == [("DIED", "2019-07-01"), ("DEATH_DATE_WRONG", "2019-07-02"), ("DEATH_NOT_DEAD", "None")]
    versions = await identity.pool.fetch("SELECT deceased_on, change FROM death_versions ORDER BY revision")
    assert [(str(row["deceased_on"]), row["change"]) for row in versions] == [
        ("2019-07-01", "DIED"),
        ("2019-07-02", "DATE_WRONG"),
        ("None", "NOT_DEAD"),
    ]


@pytest.mark.parametrize(
    ("correction", "expected"),
    [
        ({"died_on": "2019-08-02", "reason": "DATE_WRONG"}, (422, "DATE_IN_FUTURE")),
        ({"died_on": "1980-01-01", "reason": "DATE_WRONG"}, (422, "BEFORE_BIRTH")),
        ({"reason": "DATE_WRONG"}, (422, "DEATH_REASON_DISAGREES")),
        ({"died_on": "2019-07-01", "reason": "NOT_DEAD"}, (422, "DEATH_REASON_DISAGREES")),
    ],
)
async def test_a_death_is_not_corrected_into_what_cannot_be(
    agency: httpx.AsyncClient, person_id: str, correction: dict[str, str], expected: tuple[int, str]
) -> None:
    path = f"/v1/persons/{person_id}/death"
    told = {"evidence": "paper", **correction}
    unknown = {"died_on": "2019-07-01", "reason": "DATE_WRONG", "evidence": "paper"}
    assert code(await agency.post(f"{path}/correction", json=unknown)) == (409, "DEATH_UNKNOWN")
    await agency.post(path, json={"died_on": "2019-06-30"})
    assert code(await agency.post(f"{path}/correction", json=told)) == expected
