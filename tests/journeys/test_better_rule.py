"""In Leye the county's document of 2018 stands beside the region's of 2019: each bill gets the better one (AMB-D6)."""

from typing import Any

from kernel.security import Role
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify
from workbench.demo.window import Window

HOSPITAL = "H-LEYE-CITY"
PERSON = {
    "id_number": "451028196001010023",
    "name": "示例",
    "born_on": "1960-01-01",
    "sex": "FEMALE",
    "county": "451028",
}
POOR = {"category": "REGISTERED_POOR", "valid_from": "2018-01-01", "evidence": "样表", "poverty_status": "NOT_LIFTED"}
INSTITUTION = {"hospital_id": HOSPITAL, "name": "示例医院", "level": "city", "division": "451002"}
INSTITUTION |= {"contract_from": "2018-01-01"}
PAYERS = {"BMI": "19500.00", "CII": "0.00", "MA": "0.00", "BMI2": "0.00", "HPI": "0.00"}


async def settle(window: Window, person_id: str, day: str) -> dict[str, Any]:
    admitted = await window.post(
        "settlement", "/v1/encounters", {"person_id": person_id, "kind": "inpatient", "admitted_on": day}
    )
    path = f"/v1/encounters/{admitted['encounter_id']}"
    line = {"item": "合规", "amount": "30000.00", "cost_class": "compliant"}
    await window.post("settlement", f"{path}/fees", {"lines": [line]})
    await window.post("settlement", f"{path}/discharge", {"discharged_on": day})
    settled = await window.post("settlement", f"{path}/settlement", {"payers": PAYERS})
    bill: dict[str, Any] = settled["bill"]
    return bill


async def test_each_bill_gets_the_better_document_and_replay_agrees(embedded_town: Any) -> None:
    platform = embedded_town.platform
    agency, window = Window(platform, Role.AGENCY), Window(platform, Role.HOSPITAL, HOSPITAL)
    person_id = (await agency.post("identity", "/v1/persons", PERSON, key="better-1"))["person_id"]
    office = Window(platform, Role.DEPARTMENT, "poverty-alleviation")
    await office.post("identity", f"/v1/persons/{person_id}/memberships", POOR, key="better-2")
    await agency.post("settlement", "/v1/institutions", INSTITUTION, key="better-3")
    await wait_until_arrived(platform.admin_url)

    first = await settle(window, person_id, "2019-08-10")
    # Region: 10 % of 30 000. County: 20 %, at most 5 000 a year.
    assert (first["policy"].split("/")[0], first["patient_pays"]) == ("450000-guangxi", "3000.00")
    second = await settle(window, person_id, "2019-09-10")
    assert (second["policy"].split("/")[0], second["patient_pays"]) == ("451028-leye", "2000.00")
    third = await settle(window, person_id, "2019-10-10")
    assert third["patient_pays"] == "0.00"

    await wait_until_arrived(platform.admin_url)
    verdict = await verify(platform.admin_url)
    assert verdict.identical, verdict.differences
    assert verdict.settlements == 3
