"""What the hospital calls its stays and bills is kept, found again, and never given twice."""

from datetime import date
from typing import Any, Final

from kernel.security import Role

DAY: Final = date(2019, 8, 5)
PAYERS: Final = {"BMI": "600.00", "CII": "0.00"}
OWN: Final = {"inpatient_number": "ZY20190805-001", "operator": "N-1023", "message_id": "HIS.77/1"}
BILL: Final = {"settlement_number": "JS0001", "invoice_number": "033001900111-12345678", "operator": "N-7"}


async def admitted(desk: Any, person_id: str, **more: Any) -> Any:
    body = {"person_id": person_id, "kind": "inpatient", "admitted_on": "2019-08-01", **more}
    return await desk.hospital.post("/v1/encounters", json=body)


async def test_numbers_and_diagnoses_of_a_stay_are_kept_and_found(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    made = await admitted(jieyang, "P1", **OWN, diagnoses=["I63.900", "C34.900x001"])
    assert made.status_code == 201, made.text
    encounter = made.json()["encounter_id"]
    found = (await jieyang.hospital.get(f"/v1/encounters/{encounter}")).json()
    assert {name: found[name] for name in OWN} == OWN
    assert found["diagnoses"] == ["I63.900", "C34.900x001"]
    items = (await jieyang.hospital.get("/v1/encounters?inpatient_number=ZY20190805-001")).json()["items"]
    assert [item["encounter_id"] for item in items] == [encounter]
    assert (await jieyang.hospital.get("/v1/encounters?inpatient_number=ZY0")).json()["items"] == []
    other = await jieyang.service.client(Role.HOSPITAL, "H2")
    assert (await other.get("/v1/encounters?inpatient_number=ZY20190805-001")).json()["items"] == []


async def test_a_number_is_given_once_in_a_hospital(jieyang: Any) -> None:
    for person in ("P1", "P2"):
        await jieyang.tell(person, "DIBAO")
    assert (await admitted(jieyang, "P1", **OWN)).status_code == 201
    taken = await admitted(jieyang, "P2", **OWN)
    assert (taken.status_code, taken.json()["code"]) == (409, "HOSPITAL_NUMBER_TAKEN")
    assert await jieyang.service.pool.fetchval("SELECT count(*) FROM encounters") == 1
    other = await jieyang.service.client(Role.HOSPITAL, "H2")
    body = {"person_id": "P2", "kind": "inpatient", "admitted_on": "2019-08-01", **OWN}
    assert (await other.post("/v1/encounters", json=body)).status_code == 201


async def test_a_bill_s_numbers_are_found_and_the_invoice_is_free_after_a_revocation(jieyang: Any) -> None:
    for person in ("P1", "P2"):
        await jieyang.tell(person, "DIBAO")
    first = await jieyang.discharged("P1", DAY, {"compliant": "1000.00"})
    second = await jieyang.discharged("P2", DAY, {"compliant": "1000.00"})

    async def settle(encounter: str, **numbers: str) -> Any:
        return await jieyang.hospital.post(f"/v1/encounters/{encounter}/settlement", json={"payers": PAYERS, **numbers})

    settled = (await settle(first, **BILL)).json()
    assert {name: settled[name] for name in BILL} == BILL
    for number in (BILL["settlement_number"], BILL["invoice_number"]):
        items = (await jieyang.hospital.get("/v1/settlements", params={"number": number})).json()["items"]
        assert [item["settlement_id"] for item in items] == [settled["settlement_id"]]
    for name in ("settlement_number", "invoice_number"):
        assert (await settle(second, **{name: BILL[name]})).json()["code"] == "HOSPITAL_NUMBER_TAKEN"
    path = f"/v1/settlements/{settled['settlement_id']}/revocation"
    assert (await jieyang.hospital.post(path, json={"reason": "录入有误"})).status_code == 201
    assert (await settle(second, settlement_number=BILL["settlement_number"])).status_code == 409
    assert (await settle(second, invoice_number=BILL["invoice_number"])).status_code == 201


async def test_a_diagnosis_that_is_no_code_is_refused(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    for wrong in ("脑梗死", "163.9", "i63.9", ""):
        refused = await admitted(jieyang, "P1", diagnoses=[wrong])
        assert (refused.status_code, refused.json()["path"]) == (422, "$.diagnoses[0]")
