"""Bad input: each kind is a problem of its own code, and nothing is written."""

from typing import Any

import httpx
import pytest

from kernel.security import Role
from kernel.testing.surroundings import Service

WANG = {
    "id_number": "445201199003070034",
    "name": "王小明",
    "born_on": "1990-03-07",
    "sex": "MALE",
    "county": "445201",
}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"id_number": "445201199003070033"}, "ID_NUMBER_CHECK_DIGIT"),
        ({"id_number": "44520119900307"}, "ID_NUMBER_MALFORMED"),
        ({"id_number": "445201199002300037"}, "ID_NUMBER_BIRTH_DATE"),
        ({"born_on": "1990-03-08"}, "BIRTH_DATE_DISAGREES"),
        ({"born_on": "1990-02-30"}, "INVALID_FIELD"),
        ({"sex": "FEMALE"}, "SEX_DISAGREES"),
        ({"sex": "男"}, "INVALID_FIELD"),
        ({"county": "44520"}, "INVALID_FIELD"),
        ({"county": "445299"}, "DIVISION_UNKNOWN"),
        ({"county": "445221"}, "DIVISION_UNKNOWN"),  # 揭东县 became 揭东区 in 2012
        ({"name": ""}, "INVALID_FIELD"),
        ({"nickname": "小明"}, "UNKNOWN_FIELD"),
    ],
)
async def test_a_wrong_registration_is_refused_and_writes_nothing(
    civil_affairs: httpx.AsyncClient, identity: Service, change: dict[str, Any], code: str
) -> None:
    refused = await civil_affairs.post("/v1/persons", json={**WANG, **change})
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert refused.headers["content-type"] == "application/problem+json"
    assert "19900307" not in refused.text
    for table in ("events", "idempotency", "person_keys", "personal_data"):
        assert await identity.pool.fetchval(f"SELECT count(*) FROM {table}") == 0


async def test_malformed_json_is_refused(civil_affairs: httpx.AsyncClient) -> None:
    refused = await civil_affairs.post(
        "/v1/persons", content=b'{"id_number": ', headers={"Content-Type": "application/json"}
    )
    assert (refused.status_code, refused.json()["code"]) == (400, "MALFORMED_JSON")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"category": "MILLIONAIRE"}, 422, "INVALID_FIELD"),
        ({"valid_to": "2018-12-31"}, 422, "DATES_OUT_OF_ORDER"),
        ({"valid_from": "1989-01-01"}, 422, "BEFORE_BIRTH"),
        ({"category": "LOW_INCOME"}, 422, "GROUP_MISPLACED"),
        ({"category": "POOR_DISABLED"}, 403, "CATEGORY_NOT_OWNED"),
        ({"evidence": "表格 445201199003070034"}, 422, "PERSONAL_DATA_IN_TEXT"),
    ],
)
async def test_a_wrong_membership_is_refused_and_writes_nothing(
    civil_affairs: httpx.AsyncClient, identity: Service, change: dict[str, Any], status: int, code: str
) -> None:
    person_id = (await civil_affairs.post("/v1/persons", json=WANG)).json()["person_id"]
    said = {"category": "DIBAO", "valid_from": "2019-01-01", "evidence": "list", **change}
    refused = await civil_affairs.post(f"/v1/persons/{person_id}/memberships", json=said)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert await identity.pool.fetchval("SELECT count(*) FROM events") == 1


@pytest.mark.parametrize("path", ["enrolments", "premium/self-payment", "premium/refund"])
async def test_nobody_is_insured_in_a_place_that_is_none(
    civil_affairs: httpx.AsyncClient, agency: httpx.AsyncClient, finance: httpx.AsyncClient, path: str
) -> None:
    person_id = (await civil_affairs.post("/v1/persons", json=WANG)).json()["person_id"]
    more: dict[str, Any] = {
        "enrolments": {"scheme": "RESIDENT", "registered_on": "2018-11-02"},
        "premium/self-payment": {"amount": "250.00", "paid_on": "2018-11-02"},
        "premium/refund": {"refunded_on": "2019-02-02", "reference": "0119"},
    }[path]
    for area in ("445299", "445221", "999999"):
        body = {"area": area, "year": 2019, **more}
        caller = finance if path.endswith("refund") else agency
        refused = await caller.post(f"/v1/persons/{person_id}/{path}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, "DIVISION_UNKNOWN"), refused.text
    # In 2012 the county was still one.
    if path == "enrolments":
        body = {"area": "445221", "year": 2012, "scheme": "RESIDENT", "registered_on": "2012-01-02"}
        assert (await agency.post(f"/v1/persons/{person_id}/{path}", json=body)).status_code == 200


async def test_an_unknown_person_is_refused_everywhere(
    civil_affairs: httpx.AsyncClient, agency: httpx.AsyncClient
) -> None:
    said = {"category": "DIBAO", "valid_from": "2019-01-01", "evidence": "list"}
    enrolment = {"scheme": "RESIDENT", "area": "445200", "year": 2019, "registered_on": "2018-11-02"}
    for response in (
        await civil_affairs.post("/v1/persons/nobody/memberships", json=said),
        await civil_affairs.get("/v1/persons/nobody/memberships"),
        await agency.get("/v1/persons/nobody"),
        await agency.post("/v1/persons/nobody/enrolments", json=enrolment),
        await agency.post("/v1/persons/nobody/death", json={"died_on": "2019-07-01"}),
    ):
        assert (response.status_code, response.json()["code"]) == (404, "PERSON_UNKNOWN")


async def test_a_token_of_no_known_department_writes_nothing(identity: Service) -> None:
    stranger = await identity.client(Role.DEPARTMENT, "weather-bureau")
    refused = await stranger.post("/v1/persons", json=WANG)
    assert (refused.status_code, refused.json()["code"]) == (403, "DEPARTMENT_UNKNOWN")
