"""Removed from the list while in hospital: aid is given at discharge, to nobody who came later (R-JY-15, AMB-E9)."""

from datetime import date
from typing import Any, Final

import pytest

PAYERS: Final = {"BMI": "6000.00", "CII": "0.00"}
LINE: Final = {"item": "示范", "amount": "10000.00", "cost_class": "compliant"}


async def stay(desk: Any, first: str, last: str) -> dict[str, Any]:
    body = {"person_id": "P1", "kind": "inpatient", "admitted_on": first}
    admitted = await desk.hospital.post("/v1/encounters", json=body)
    path = f"/v1/encounters/{admitted.json()['encounter_id']}"
    await desk.hospital.post(f"{path}/fees", json={"lines": [LINE]})
    ended = await desk.hospital.post(f"{path}/discharge", json={"discharged_on": last})
    assert ended.status_code == 200, ended.text
    settled = await desk.hospital.post(f"{path}/settlement", json={"payers": PAYERS})
    assert settled.status_code == 201, settled.text
    bill: dict[str, Any] = settled.json()["bill"]
    return bill


@pytest.mark.parametrize(
    ("last_day_on_the_list", "category", "patient_pays"),
    [
        (date(2019, 8, 1), "DIBAO", "800.00"),  # removed on the day of admission
        (date(2019, 8, 3), "DIBAO", "800.00"),  # in between
        (date(2019, 8, 5), "DIBAO", "800.00"),  # on the day of discharge
        (date(2019, 7, 31), None, "4000.00"),  # the day before admission
    ],
)
async def test_who_was_on_the_list_on_a_day_of_the_stay_is_aided(
    jieyang: Any, last_day_on_the_list: date, category: str | None, patient_pays: str
) -> None:
    await jieyang.tell("P1", "DIBAO", valid_to=last_day_on_the_list)
    bill = await stay(jieyang, "2019-08-01", "2019-08-05")
    assert (bill["category"], bill["patient_pays"]) == (category, patient_pays)


async def test_a_removal_that_is_told_during_the_stay_or_after_it_changes_nothing(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    body = {"person_id": "P1", "kind": "inpatient", "admitted_on": "2019-08-01"}
    path = f"/v1/encounters/{(await jieyang.hospital.post('/v1/encounters', json=body)).json()['encounter_id']}"
    await jieyang.tell("P1", "DIBAO", valid_to=date(2019, 8, 2))
    await jieyang.hospital.post(f"{path}/fees", json={"lines": [LINE]})
    await jieyang.hospital.post(f"{path}/discharge", json={"discharged_on": "2019-08-05"})
    settled = (await jieyang.hospital.post(f"{path}/settlement", json={"payers": PAYERS})).json()
    assert settled["bill"]["category"] == "DIBAO"
    await jieyang.tell("P1", "DIBAO", valid_to=date(2019, 8, 1))
    assert await jieyang.reviews() == []
    # As of a day before the stay it does: somebody was aided who should not have been.
    await jieyang.tell("P1", "DIBAO", valid_to=date(2019, 7, 31))
    (item,) = await jieyang.reviews()
    assert item["patient_change"] == "3200.00"


async def test_who_dies_in_hospital_is_aided_to_the_last_day(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO", died_on=date(2019, 8, 5), valid_to=date(2019, 8, 5))
    bill = await stay(jieyang, "2019-08-01", "2019-08-05")
    assert (bill["category"], bill["patient_pays"]) == ("DIBAO", "800.00")
