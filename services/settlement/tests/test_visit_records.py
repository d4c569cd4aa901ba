"""Clinics on paper (003 四(十)): recorded first, entered later by the health centre, settled as of the day, once."""

from datetime import date
from typing import Any, Final

import pytest

from kernel.security import Role

CLINIC: Final = {
    "hospital_id": "V1",
    "name": "示范村卫生室",
    "level": "village",
    "division": "450202",
    "contract_from": "2018-01-01",
    "kind": "village_clinic",
    "settled_through": "H1",
}
RECORD: Final[dict[str, Any]] = {
    "number": "2019-0001",
    "person_id": "P1",
    "on": "2019-07-03",
    "kind": "outpatient",
    "lines": [
        {"item": "一般诊疗费", "amount": "10.00", "cost_class": "compliant"},
        {"item": "药品", "amount": "30.00", "cost_class": "compliant"},
    ],
    "payers": {"BMI": "25.00", "CII": "0.00", "BMI2": "0.00", "MA": "5.00"},
    "collected": "10.00",
}
PATH: Final = "/v1/clinics/V1/visit-records"


@pytest.fixture
async def town(liuzhou: Any) -> Any:
    """The health centre H1, its clinic V1, and a poor person."""
    agency = await liuzhou.service.client(Role.AGENCY, "A1")
    entered = await agency.post("/v1/institutions", json=CLINIC)
    assert entered.status_code == 201, entered.text
    await liuzhou.tell("P1", "REGISTERED_POOR", poverty_status="NOT_LIFTED")
    return liuzhou


async def enter(town: Any, *records: dict[str, Any], path: str = PATH) -> Any:
    response = await town.hospital.post(path, json={"records": records})
    assert response.status_code == 200, response.text
    return response.json()


async def test_a_record_is_settled_as_of_its_day_and_the_day_of_entry_is_kept_beside_it(town: Any) -> None:
    told = await enter(town, RECORD)
    assert (told["settled"], told["repeated"], told["refused"]) == (1, 0, 0)
    (one,) = told["records"]
    assert (one["outcome"], one["total"], one["patient_pays"]) == ("SETTLED", "40.00", "10.00")
    assert (one["to_refund"], one["to_collect"]) == ("0.00", "0.00")
    clinic = await town.service.client(Role.HOSPITAL, "V1")
    settled = (await clinic.get(f"/v1/settlements/{one['settlement_id']}")).json()
    assert settled["discharged_on"] == "2019-07-03"
    assert settled["settled_at"].startswith("2019-08-20")
    (listed,) = (await clinic.get("/v1/encounters", params={"inpatient_number": "2019-0001"})).json()["items"]
    assert listed["encounter_id"] == one["encounter_id"]


async def test_the_same_record_is_one_and_what_looks_like_the_same_visit_is_asked_about(town: Any) -> None:
    first = (await enter(town, RECORD))["records"][0]
    again = (await enter(town, RECORD, RECORD | {"number": "2019-0002"}))["records"]
    assert [one["outcome"] for one in again] == ["REPEATED", "REFUSED"]
    assert again[0]["settlement_id"] == first["settlement_id"]
    assert again[1]["code"] == "VISIT_KNOWN"
    assert first["settlement_id"] in again[1]["detail"]
    second = await enter(town, RECORD | {"number": "2019-0002", "second_visit": True})
    assert second["settled"] == 1
    changed = await enter(town, RECORD | {"collected": "9.00"})
    assert changed["records"][0]["code"] == "RECORD_CHANGED"
    # Long afterwards, when answers are not kept any more, the record itself is found.
    await town.service.pool.execute("DELETE FROM idempotency")
    late = await enter(town, RECORD, RECORD | {"on": "2019-07-04"})
    assert [(one["outcome"], one["code"]) for one in late["records"]] == [
        ("REPEATED", None),
        ("REFUSED", "RECORD_CHANGED"),
    ]
    assert late["records"][0]["settlement_id"] == first["settlement_id"]
    assert await town.service.pool.fetchval("SELECT count(*) FROM settlements") == 2


async def test_one_that_is_refused_holds_up_no_other(town: Any) -> None:
    await town.tell("P2", "REGISTERED_POOR", poverty_status="NOT_LIFTED", died_on=date(2019, 7, 1))
    bad = [
        RECORD | {"number": "b1", "person_id": "P9"},
        RECORD | {"number": "b2", "person_id": "P2"},
        RECORD | {"number": "b3", "on": "2019-08-21"},
        RECORD | {"number": "b4", "payers": {"BMI": "25.00"}},
    ]
    told = await enter(town, *bad, RECORD | {"collected": "15.00"})
    assert [one["code"] for one in told["records"]] == [
        "PERSON_UNKNOWN",
        "PERSON_DECEASED",
        "DATE_IN_FUTURE",
        "PAYER_AMOUNT_MISSING",
        None,
    ]
    assert (told["settled"], told["refused"], told["records"][-1]["to_refund"]) == (1, 4, "5.00")


async def test_who_left_the_list_before_the_entry_is_served_as_of_the_day_of_the_visit(town: Any) -> None:
    died = {"died_on": date(2019, 8, 1)}
    await town.tell("P1", "REGISTERED_POOR", poverty_status="NOT_LIFTED", **died)
    assert (await enter(town, RECORD))["settled"] == 1


async def test_only_the_clinic_and_its_health_centre_enter_its_book(town: Any) -> None:
    other = await town.service.client(Role.HOSPITAL, "H2")
    foreign = await other.post(PATH, json={"records": [RECORD]})
    assert (foreign.status_code, foreign.json()["code"]) == (403, "CLINIC_FOREIGN")
    unknown = await town.hospital.post("/v1/clinics/V9/visit-records", json={"records": [RECORD]})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "HOSPITAL_UNKNOWN")
    own = await enter(town, RECORD, path="/v1/clinics/H1/visit-records")
    assert own["records"][0]["code"] == "CLINIC_SETTLES_ITSELF"
    agency = await town.service.client(Role.AGENCY, "A1")
    misplaced = await agency.post("/v1/institutions", json=CLINIC | {"hospital_id": "H3", "kind": "hospital"})
    assert (misplaced.status_code, misplaced.json()["code"]) == (422, "SETTLED_THROUGH_MISPLACED")


async def test_a_clinic_with_a_network_settles_each_visit_itself(town: Any) -> None:
    agency = await town.service.client(Role.AGENCY, "A1")
    entry = {name: value for name, value in CLINIC.items() if name != "settled_through"} | {"hospital_id": "V2"}
    assert (await agency.post("/v1/institutions", json=entry)).status_code == 201
    clinic = await town.service.client(Role.HOSPITAL, "V2")
    visit = {"person_id": "P1", "kind": "village_visit", "admitted_on": "2019-08-19"}
    admitted = await clinic.post("/v1/encounters", json=visit)
    assert (admitted.status_code, admitted.json()["deposit_required"]) == (201, False)
    path = f"/v1/encounters/{admitted.json()['encounter_id']}"
    assert (await clinic.post(f"{path}/fees", json={"lines": RECORD["lines"]})).status_code < 300
    settled = await clinic.post(f"{path}/settlement", json={"payers": RECORD["payers"]})
    assert (settled.status_code, settled.json()["bill"]["patient_pays"]) == (201, "10.00"), settled.text
