"""Certification over HTTP: from the registry of certifiers to the filed list, and what others are told."""

from datetime import date
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from services.identity.tests.conftest import BY_ONE, NOW

from contracts.identity import Certification, EntitlementChanged
from identity.config import Config
from identity.main import build
from kernel.security import KeyRing, Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

PERSON = {"id_number": "450203196001010026", "name": "示例", "born_on": "1960-01-01", "sex": "FEMALE"}
PERSON |= {"county": "450203"}
CERTIFIER = {"hospital_id": "H-GX-2", "name": "示例医院", "grade": 2, "since": "2019-01-01"}
DOCTORS = [
    {"doctor_id": "D1", "title": "ATTENDING", "specialty": "心内科"},
    {"doctor_id": "D2", "title": "CHIEF", "specialty": "心内科"},
]
CERTIFY: dict[str, Any] = {"disease": "GX01", "doctors": DOCTORS}


async def post(client: httpx.AsyncClient, path: str, body: dict[str, Any], status: int) -> Any:
    response = await client.post(path, json=body)
    assert response.status_code == status, response.text
    return response.json()


@pytest.fixture
async def certifier(identity: Service) -> httpx.AsyncClient:
    return await identity.client(Role.HOSPITAL, "H-GX-2")


@pytest.fixture
async def person(agency: httpx.AsyncClient) -> str:
    await post(agency, "/v1/certifiers", CERTIFIER, 201)
    person_id: str = (await post(agency, "/v1/persons", PERSON, 201))["person_id"]
    return person_id


async def test_a_certification_counts_at_once_is_filed_and_may_be_cancelled(
    agency: httpx.AsyncClient, certifier: httpx.AsyncClient, person: str
) -> None:
    path = f"/v1/persons/{person}/certifications"
    certified = (await post(certifier, path, CERTIFY, 201))["certification_id"]
    (row,) = (await certifier.get(path)).json()
    assert (row["disease"], row["effective_from"], row["filed_on"]) == ("GX01", "2019-08-01", None)
    unfiled = "/v1/chronic-filings?month=2019-08&filed=false"
    (listed,) = (await agency.get(unfiled)).json()["items"]
    assert (listed["certification_id"], listed["name"], listed["disease_name"]) == (certified, "示例", "冠心病")
    (own,) = (await certifier.get(unfiled)).json()["items"]
    assert own["name"] == "示*"
    filing = {"month": "2019-08", "certification_ids": [certified], "sealed_on": "2019-08-01"}
    assert (await post(certifier, "/v1/chronic-filings", filing, 201))["filed"] == 1
    assert (await post(certifier, "/v1/chronic-filings", filing, 409))["code"] == "NOTHING_NEW_TO_FILE"
    assert (await agency.get(unfiled)).json()["items"] == []
    cancel = {"cancelled_from": "2019-08-01", "reason": "not qualified"}
    await post(agency, f"{path}/{certified}/cancellation", cancel, 200)
    (row,) = (await agency.get(path)).json()
    assert (row["cancelled_from"], row["reason"], row["filed_on"]) == ("2019-08-01", "not qualified", "2019-08-01")


async def test_a_list_is_of_the_hospital_s_own_month_and_what_it_left_out_follows(
    identity: Service, agency: httpx.AsyncClient, certifier: httpx.AsyncClient, person: str
) -> None:
    path = f"/v1/persons/{person}/certifications"
    certified = [
        (await post(certifier, path, {**CERTIFY, "disease": disease}, 201))["certification_id"]
        for disease in ("GX01", "GX02")
    ]
    other = await identity.client(Role.HOSPITAL, "H-GX-3")
    await post(agency, "/v1/certifiers", {**CERTIFIER, "hospital_id": "H-GX-3"}, 201)

    async def file(client: httpx.AsyncClient, ids: list[str], status: int, **changes: str) -> Any:
        body = {"month": "2019-08", "certification_ids": ids, "sealed_on": "2019-08-01", **changes}
        return await post(client, "/v1/chronic-filings", body, status)

    foreign = await file(other, certified[:1], 422)
    july = await file(certifier, certified[:1], 422, month="2019-07")
    assert (foreign["code"], july["code"]) == ("CERTIFICATION_NOT_OF_MONTH", "CERTIFICATION_NOT_OF_MONTH")
    assert (await file(certifier, certified, 422, sealed_on="2019-08-02"))["code"] == "DATE_IN_FUTURE"
    assert (await file(certifier, certified[:1], 201))["filed"] == 1
    # Who is certified and on no list is an exception that is looked for, and keeps the benefits.
    (left_out,) = (await agency.get("/v1/chronic-filings?month=2019-08&filed=false")).json()["items"]
    assert (left_out["certification_id"], left_out["effective_from"]) == (certified[1], "2019-08-01")
    assert left_out["cancelled_from"] is None
    assert (await file(certifier, certified, 201))["filed"] == 1


async def test_the_list_is_printed_for_the_hospital_to_seal(
    identity: Service, agency: httpx.AsyncClient, certifier: httpx.AsyncClient, person: str
) -> None:
    path = f"/v1/persons/{person}/certifications"
    certified, cancelled = [
        (await post(certifier, path, {**CERTIFY, "disease": disease}, 201))["certification_id"]
        for disease in ("GX01", "GX02")
    ]
    cancel = {"cancelled_from": "2019-08-01", "reason": "not qualified"}
    await post(agency, f"{path}/{cancelled}/cancellation", cancel, 200)
    printed = await certifier.get("/v1/chronic-filings/paper?month=2019-08")
    assert (printed.status_code, printed.headers["content-type"]) == (200, "text/html; charset=utf-8"), printed.text
    assert "2019年8月建档立卡人员门诊特殊慢性病认定名单" in printed.text
    assert "认定机构：示例医院" in printed.text
    assert "<td>1</td><td>示例</td><td>冠心病</td><td>2019-08-01</td><td></td>" in printed.text
    assert ("合计：1 人次" in printed.text, "公章" in printed.text) == (True, True)
    assert PERSON["id_number"] not in printed.text
    filing = {"month": "2019-08", "certification_ids": [certified], "sealed_on": "2019-08-01"}
    await post(certifier, "/v1/chronic-filings", filing, 201)
    own = "/v1/chronic-filings/paper?month=2019-08&hospital=H-GX-2"
    assert "2019-08-01 已备案" in (await agency.get(own)).text
    other = await identity.client(Role.HOSPITAL, "H-GX-3")
    assert (await other.get(own)).status_code == 403
    operations = await (await identity.client(Role.OPERATIONS)).get(own)
    assert (operations.status_code, operations.json()["code"]) == (403, "ROLE_NOT_ALLOWED")
    looks = await identity.pool.fetchval("SELECT count(*) FROM events WHERE type = 'DataSeen'")
    assert looks == 2, "each look at the names is written down"


async def test_others_learn_of_a_certification_and_of_its_end(
    agency: httpx.AsyncClient, certifier: httpx.AsyncClient, person: str, around: Surroundings
) -> None:
    certified = await certify_and_cancel(agency, certifier, person)
    await post(agency, f"/v1/persons/{person}/death", {"died_on": "2019-08-01"}, 200)
    registered, first, last, died = await told(around, 4)
    assert (registered.change, registered.certifications) == ("REGISTERED", ())
    assert (first.change, last.change) == ("CERTIFIED", "CERTIFICATION_CANCELLED")
    day = date(2019, 8, 1)
    held = Certification(certification_id=certified, disease="GX01", hospital_id="H-GX-2", effective_from=day)
    assert first.certifications == (held,), "who certified what holds is nobody else's business"
    cancelled = msgspec.structs.replace(held, cancelled_from=day, doctors=("D1", "D2"))
    assert last.certifications == died.certifications == (cancelled,)


async def test_who_certified_stays_untold_while_a_release_that_does_not_tell_it_runs_beside(
    around: Surroundings, tmp_path: Path
) -> None:
    config = Config(keys=KeyRing.in_folder(tmp_path), library=BY_ONE, tells_doctors=False)
    identity = await around.serve("identity", lambda host: build(host, config), clock=lambda: NOW)
    agency, certifier = await identity.client(Role.AGENCY, "A445200"), await identity.client(Role.HOSPITAL, "H-GX-2")
    await post(agency, "/v1/certifiers", CERTIFIER, 201)
    await certify_and_cancel(agency, certifier, (await post(agency, "/v1/persons", PERSON, 201))["person_id"])
    *_, last = await told(around, 3)
    assert [(one.cancelled_from, one.doctors) for one in last.certifications] == [(date(2019, 8, 1), msgspec.UNSET)]


async def certify_and_cancel(agency: httpx.AsyncClient, certifier: httpx.AsyncClient, person: str) -> str:
    path = f"/v1/persons/{person}/certifications"
    certified: str = (await post(certifier, path, CERTIFY, 201))["certification_id"]
    cancel = {"cancelled_from": "2019-08-01", "reason": "not qualified"}
    await post(agency, f"{path}/{certified}/cancellation", cancel, 200)
    return certified


async def told(around: Surroundings, messages: int) -> list[EntitlementChanged]:
    async def bodies() -> list[EntitlementChanged]:
        rows = await around.bus.fetch('SELECT body FROM messages WHERE topic = $1 ORDER BY "offset"', "identity")
        return [msgspec.json.decode(row["body"], type=EntitlementChanged) for row in rows]

    async def all_told() -> bool:
        return len(await bodies()) == messages

    await eventually(all_told)
    return await bodies()


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"doctors": DOCTORS[:1]}, 422, "CERTIFICATION_NOT_VALID"),
        ({"disease": "GX99"}, 422, "DISEASE_NOT_LISTED"),
        ({"doctors": [*DOCTORS, {**DOCTORS[0], "title": "PROFESSOR"}]}, 422, "INVALID_FIELD"),
    ],
)
async def test_what_cannot_be_certified(
    certifier: httpx.AsyncClient, person: str, changes: dict[str, Any], status: int, code: str
) -> None:
    refused = await post(certifier, f"/v1/persons/{person}/certifications", {**CERTIFY, **changes}, status)
    assert refused["code"] == code


async def test_only_a_registered_hospital_certifies_and_only_the_agency_cancels(
    hospital: httpx.AsyncClient, certifier: httpx.AsyncClient, person: str
) -> None:
    path = f"/v1/persons/{person}/certifications"
    assert (await post(hospital, path, CERTIFY, 403))["code"] == "CERTIFIER_UNKNOWN"
    certified = (await post(certifier, path, CERTIFY, 201))["certification_id"]
    cancel = {"cancelled_from": "2019-08-01", "reason": "not qualified"}
    refused = await post(certifier, f"{path}/{certified}/cancellation", cancel, 403)
    assert refused["code"] == "ROLE_NOT_ALLOWED"
    assert (await hospital.get("/v1/chronic-filings?month=2019-08&hospital=H-GX-2")).status_code == 403


async def test_the_list_of_diseases_says_that_it_is_a_sample(certifier: httpx.AsyncClient, person: str) -> None:
    listed = (await certifier.get("/v1/chronic-diseases?county=450203")).json()
    assert (len(listed["diseases"]), listed["sample"]) == (29, True)
    elsewhere = await certifier.get("/v1/chronic-diseases?county=445201")
    assert elsewhere.json()["code"] == "CERTIFICATION_RULE_MISSING"


async def test_a_certification_of_the_system_before_keeps_its_day_and_is_filed_no_more(
    identity: Service, agency: httpx.AsyncClient, certifier: httpx.AsyncClient, person: str
) -> None:
    operations = await identity.client(Role.OPERATIONS)
    path = f"/v1/persons/{person}/certifications"
    old = {"disease": "GX02", "hospital_id": "H-GX-2", "certified_on": "2019-06-03", "source": "新农合系统"}
    await post(operations, f"{path}/takeover", old, 201)
    (row,) = (await agency.get(path)).json()
    assert (row["effective_from"], row["disease"]) == ("2019-06-03", "GX02")
    assert (await agency.get("/v1/chronic-filings?month=2019-06&filed=false")).json()["items"] == []
    assert (await post(operations, f"{path}/takeover", old, 409))["code"] == "ALREADY_CERTIFIED"
    future = {**old, "disease": "GX03", "certified_on": "2019-08-02"}
    assert (await post(operations, f"{path}/takeover", future, 422))["code"] == "DATE_IN_FUTURE"
    assert (await post(certifier, f"{path}/takeover", old, 403))["code"] == "ROLE_NOT_ALLOWED"
