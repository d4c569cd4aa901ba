"""Whom no list has yet is registered and admitted by the hospital, and aided once a department says more."""

from typing import Any

from kernel.security import Role
from onestop.quiescence import wait_until_arrived
from workbench.demo.window import Window

PATIENT = {
    "id_number": "451028197503070020",
    "name": "示例",
    "born_on": "1975-03-07",
    "sex": "FEMALE",
    "county": "451028",
}
HOSPITAL = {"hospital_id": "H451028007", "name": "示范县医院", "level": "county", "division": "451028"}
BILL = {"BMI": "5000.00", "CII": "0.00", "BMI2": "0.00", "MA": "1000.00", "HPI": "0.00"}


async def test_a_patient_of_no_list_is_aided_once_a_department_has_said_more(town: Any) -> None:
    platform, today = town.platform, str(town.today)
    agency = Window(platform, Role.AGENCY)
    office = Window(platform, Role.DEPARTMENT, "poverty-alleviation")
    window = Window(platform, Role.HOSPITAL, HOSPITAL["hospital_id"])
    await agency.post("settlement", "/v1/institutions", HOSPITAL | {"contract_from": "2018-01-01"}, key="door-1")

    # At the door: nobody has told of the patient, so the hospital does.
    person_id = (await window.post("identity", "/v1/persons", PATIENT))["person_id"]
    await wait_until_arrived(platform.admin_url)
    stay = {"person_id": person_id, "kind": "inpatient", "admitted_on": today}
    admitted = await window.post("settlement", "/v1/encounters", stay)
    assert "NO_MEMBERSHIP" in admitted["notices"]
    assert admitted["deposit_required"]
    path = f"/v1/encounters/{admitted['encounter_id']}"
    fees = {"lines": [{"item": "住院费用", "amount": "10000.00", "cost_class": "compliant"}]}
    await window.post("settlement", f"{path}/fees", fees)

    # While the patient lies there, the department finds the family poor.
    said = {"category": "REGISTERED_POOR", "poverty_status": "NOT_LIFTED", "valid_from": "2018-01-01"}
    said |= {"evidence": "入户核查"}
    await office.post("identity", f"/v1/persons/{person_id}/memberships", said, key="door-2")
    await wait_until_arrived(platform.admin_url)
    await window.post("settlement", f"{path}/discharge", {"discharged_on": today})
    settled = (await window.post("settlement", f"{path}/settlement", {"payers": BILL}))["bill"]
    assert (settled["category"], settled["patient_pays"]) == ("REGISTERED_POOR", "1000.00")
    assert next(layer["amount"] for layer in settled["layers"] if layer["payer"] == "GOV1") == "3000.00"
