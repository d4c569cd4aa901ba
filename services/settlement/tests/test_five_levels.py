"""Institutions of all five levels settle in Huining, with critical-illness insurance in the same bill (002 三(二))."""

from datetime import date
from typing import Final

import pytest
from services.settlement.tests.conftest import Desk, open_desk

from kernel.security import Role
from kernel.testing.surroundings import Surroundings

#: 省、市、县、乡、村五级; the places are the county's own, the city's and the province's.
LEVELS: Final = [
    ("province", "620102", "inpatient"),
    ("city", "620402", "inpatient"),
    ("county", "620422", "inpatient"),
    ("township", "620422", "inpatient"),
    ("village", "620422", "village_visit"),
]


@pytest.fixture
async def huining(around: Surroundings) -> Desk:
    desk = await open_desk(around, "620422")
    await desk.tell("P1", "REGISTERED_POOR", poverty_status="NOT_LIFTED", insured=())
    return desk


@pytest.mark.parametrize(("level", "division", "kind"), LEVELS)
async def test_a_bill_of_each_level_is_settled_with_both_insurances(
    huining: Desk, level: str, division: str, kind: str
) -> None:
    agency = await huining.service.client(Role.AGENCY, "A1")
    entry = {"hospital_id": "H1", "name": "示范机构", "level": level, "division": division}
    if level == "village":
        entry["kind"] = "village_clinic"
    made = await agency.post("/v1/institutions", json={**entry, "contract_from": "2018-01-01"})
    assert made.status_code == 201, made.text
    day = date(2019, 8, 5)
    visit = {"person_id": "P1", "kind": kind, "admitted_on": day.isoformat()}
    encounter = (await huining.hospital.post("/v1/encounters", json=visit)).json()["encounter_id"]
    path = f"/v1/encounters/{encounter}"
    line = {"item": "示范", "amount": "100.00", "cost_class": "compliant"}
    assert (await huining.hospital.post(f"{path}/fees", json={"lines": [line]})).status_code == 201
    if kind == "inpatient":
        ended = {"discharged_on": day.isoformat()}
        assert (await huining.hospital.post(f"{path}/discharge", json=ended)).status_code == 200
    payers = {"BMI": "60.00", "CII": "5.00"}
    done = await huining.hospital.post(f"{path}/settlement", json={"payers": payers})
    assert done.status_code == 201, done.text
    bill = done.json()["bill"]
    paid = {layer["payer"]: layer["amount"] for layer in bill["layers"]}
    assert (paid["BMI"], paid["CII"], bill["patient_pays"]) == ("60.00", "5.00", "35.00")


async def test_a_bill_whose_insurer_has_not_answered_is_discharged_and_settled_once_the_answer_came(
    huining: Desk,
) -> None:
    """The insurer's answer at discharge (002 三(二)) may be late: nothing is guessed, nothing counted meanwhile."""
    encounter = await huining.discharged("P1", date(2019, 8, 5), {"compliant": "10000.00"})
    path = f"/v1/encounters/{encounter}/settlement"

    async def state() -> str:
        return str((await huining.hospital.get(f"/v1/encounters/{encounter}")).json()["state"])

    early = await huining.hospital.post(path, json={"payers": {"BMI": "5000.00"}})
    assert (early.status_code, early.json()["code"]) == (422, "PAYER_AMOUNT_MISSING")
    assert early.json()["about"]["payers"] == "CII"
    assert await state() == "DISCHARGED"
    answered = {"payers": {"BMI": "5000.00", "CII": "1500.00"}}
    done = await huining.hospital.post(path, json=answered)
    assert done.status_code == 201, done.text
    # 3500 of own cost, of which 500 lie above the line of the year.
    assert done.json()["bill"]["patient_pays"] == "3000.00"
    assert await state() == "SETTLED"
