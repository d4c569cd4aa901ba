"""What was said wrongly of a stay is put right before it is settled, and no correction gets around the other rules."""

import asyncio
from datetime import date
from typing import Any

import httpx
import pytest

from kernel.security import Role

LINE = {"item": "示范", "amount": "10000.00", "cost_class": "compliant"}
PAYERS = {"BMI": "6000.00", "CII": "0.00"}
WHY = {"reason": "录入有误"}


async def admitted(hospital: httpx.AsyncClient, day: str, **more: Any) -> str:
    body = {"person_id": "P1", "kind": "inpatient", "admitted_on": day, **more}
    response = await hospital.post("/v1/encounters", json=body)
    assert response.status_code == 201, response.text
    encounter: str = response.json()["encounter_id"]
    return encounter


async def stayed(hospital: httpx.AsyncClient, first: str, last: str) -> str:
    encounter = await admitted(hospital, first)
    ended = await hospital.post(f"/v1/encounters/{encounter}/discharge", json={"discharged_on": last})
    assert ended.status_code == 200, ended.text
    return encounter


async def correct(hospital: httpx.AsyncClient, encounter: str, what: str, **right: Any) -> httpx.Response:
    return await hospital.post(f"/v1/encounters/{encounter}/{what}", json=WHY | right)


async def read(hospital: httpx.AsyncClient, encounter: str) -> Any:
    return (await hospital.get(f"/v1/encounters/{encounter}")).json()


async def settle(hospital: httpx.AsyncClient, encounter: str) -> httpx.Response:
    await hospital.post(f"/v1/encounters/{encounter}/fees", json={"lines": [LINE]})
    return await hospital.post(f"/v1/encounters/{encounter}/settlement", json={"payers": PAYERS})


def refused(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json().get("code", "")


async def test_the_day_the_diagnosis_and_the_number_of_an_admission_are_corrected(jieyang: Any) -> None:
    hospital = jieyang.hospital
    await jieyang.tell("P1", "DIBAO")
    stay = await admitted(hospital, "2019-08-03", inpatient_number="ZY-1", diagnoses=["I63.900"])
    right = {"admitted_on": "2019-08-01", "inpatient_number": "ZY-2", "diagnoses": ["I64.x00"]}
    corrected = await correct(hospital, stay, "admission/correction", **right)
    assert (corrected.status_code, corrected.json()["category"]) == (200, "DIBAO")
    found = await read(hospital, stay)
    assert {name: found[name] for name in right} == right
    by_number = (await hospital.get("/v1/encounters?inpatient_number=ZY-2")).json()["items"]
    assert [row["admitted_on"] for row in by_number] == ["2019-08-01"]
    assert (await hospital.get("/v1/encounters?inpatient_number=ZY-1")).json()["items"] == []
    # The same again changes nothing; a new stay may have the number that was wrong.
    events = await jieyang.service.pool.fetchval("SELECT count(*) FROM events")
    assert (await correct(hospital, stay, "admission/correction", **right)).json() == corrected.json()
    assert await jieyang.service.pool.fetchval("SELECT count(*) FROM events") == events


async def test_a_corrected_admission_decides_who_is_entitled_and_since_when(jieyang: Any) -> None:
    hospital = jieyang.hospital
    # Off the list since the second: a stay that begins on the first is aided, one of the third is not (R-JY-15).
    await jieyang.tell("P1", "DIBAO", valid_to=date(2019, 8, 2))
    stay = await stayed(hospital, "2019-08-03", "2019-08-06")
    assert (await read(hospital, stay))["deposit_required"] is True
    corrected = (await correct(hospital, stay, "admission/correction", admitted_on="2019-08-01")).json()
    assert (corrected["category"], corrected["deposit_required"]) == ("DIBAO", False)
    assert (await settle(hospital, stay)).json()["bill"]["category"] == "DIBAO"


@pytest.mark.parametrize(
    ("right", "refusal"),
    [
        ({"admitted_on": "2019-08-11"}, (422, "DATES_OUT_OF_ORDER")),
        ({"kind": "outpatient"}, (409, "CARE_KIND_FIXED")),
        ({"disease": "X-99"}, (422, "DISEASE_NOT_LISTED")),
        # The other stay goes from the 12th to the 14th of July.
        ({"admitted_on": "2019-07-13"}, (409, "STAY_OVERLAPS")),
        ({"admitted_on": "2019-07-01"}, (409, "STAY_OVERLAPS")),
    ],
)
async def test_an_admission_that_cannot_be_right_is_refused(
    jieyang: Any, right: dict[str, str], refusal: tuple[int, str]
) -> None:
    hospital = jieyang.hospital
    await jieyang.tell("P1", "DIBAO")
    await stayed(await jieyang.service.client(Role.HOSPITAL, "H2"), "2019-07-12", "2019-07-14")
    stay = await stayed(hospital, "2019-08-03", "2019-08-10")
    assert refused(await correct(hospital, stay, "admission/correction", **right)) == refusal
    assert (await read(hospital, stay))["admitted_on"] == "2019-08-03"


async def test_a_visit_is_corrected_with_its_day_and_becomes_no_stay(jieyang: Any) -> None:
    hospital = jieyang.hospital
    await jieyang.tell("P1", "DIBAO")
    visit = await admitted(hospital, "2019-08-03", kind="outpatient")
    right = {"kind": "special_outpatient", "admitted_on": "2019-08-02"}
    assert (await correct(hospital, visit, "admission/correction", **right)).status_code == 200
    found = await read(hospital, visit)
    assert (found["kind"], found["admitted_on"], found["discharged_on"]) == (
        "special_outpatient",
        "2019-08-02",
        "2019-08-02",
    )
    assert refused(await correct(hospital, visit, "admission/correction", kind="inpatient"))[1] == "CARE_KIND_FIXED"
    for what in ("discharge/correction", "discharge/revocation"):
        assert refused(await correct(hospital, visit, what))[1] == "VISIT_HAS_NO_DISCHARGE"


async def test_a_wrong_discharge_day_is_corrected_and_settled_by_the_right_one(jieyang: Any) -> None:
    hospital = jieyang.hospital
    await jieyang.tell("P1", "DIBAO")
    stay = await stayed(hospital, "2019-08-01", "2019-08-10")
    corrected = await correct(hospital, stay, "discharge/correction", discharged_on="2019-08-08", valid_invoice=False)
    assert corrected.json() == {"encounter_id": stay, "discharged_on": "2019-08-08"}
    bill = (await settle(hospital, stay)).json()
    aid = next(layer for layer in bill["bill"]["layers"] if layer["payer"] == "MA")
    assert (bill["discharged_on"], aid["amount"], aid["flags"]) == ("2019-08-08", "0.00", ["EXCLUDED"])
    # What is settled is revoked first.
    late = await correct(hospital, stay, "discharge/correction", discharged_on="2019-08-09")
    assert refused(late) == (409, "ALREADY_SETTLED")
    revoked = await hospital.post(f"/v1/settlements/{bill['settlement_id']}/revocation", json=WHY)
    assert revoked.status_code == 201
    assert (await correct(hospital, stay, "discharge/correction", valid_invoice=True)).status_code == 200
    again = (await hospital.post(f"/v1/encounters/{stay}/settlement", json={"payers": PAYERS})).json()
    assert again["bill"]["patient_pays"] == "800.00"


async def test_a_discharge_is_not_corrected_into_another_stay_the_future_or_after_death(jieyang: Any) -> None:
    here, there = jieyang.hospital, await jieyang.service.client(Role.HOSPITAL, "H2")
    await jieyang.tell("P1", "DIBAO")
    stay = await stayed(here, "2019-08-01", "2019-08-05")
    await stayed(there, "2019-08-05", "2019-08-09")
    wrong = {"2019-08-07": "STAY_OVERLAPS", "2019-08-21": "DATE_IN_FUTURE", "2019-07-31": "DATES_OUT_OF_ORDER"}
    for day, code in wrong.items():
        assert refused(await correct(here, stay, "discharge/correction", discharged_on=day))[1] == code
    await jieyang.tell("P1", "DIBAO", died_on=date(2019, 8, 9))
    open_stay = await admitted(here, "2019-08-09")
    assert refused(await correct(here, open_stay, "discharge/correction"))[1] == "ENCOUNTER_NOT_DISCHARGED"
    assert refused(await correct(there, stay, "discharge/correction"))[1] == "ENCOUNTER_UNKNOWN"


async def test_an_undone_discharge_opens_the_stay_again_for_all_to_see(jieyang: Any) -> None:
    here, there = jieyang.hospital, await jieyang.service.client(Role.HOSPITAL, "H2")
    await jieyang.tell("P1", "DIBAO")
    stay = await stayed(here, "2019-08-01", "2019-08-05")
    assert (await correct(here, stay, "discharge/revocation")).status_code == 200
    found = await read(here, stay)
    assert (found["state"], found["discharged_on"]) == ("ADMITTED", None)
    body = {"person_id": "P1", "kind": "inpatient", "admitted_on": "2019-08-06"}
    assert refused(await there.post("/v1/encounters", json=body)) == (409, "STAY_OVERLAPS")
    assert refused(await settle(here, stay))[1] == "ENCOUNTER_NOT_DISCHARGED"
    await here.post(f"/v1/encounters/{stay}/discharge", json={"discharged_on": "2019-08-06"})
    assert (await there.post("/v1/encounters", json=body)).status_code == 201


async def test_a_correction_and_an_admission_at_one_moment_do_not_both_win(jieyang: Any) -> None:
    here, there = jieyang.hospital, await jieyang.service.client(Role.HOSPITAL, "H2")
    for number in range(4):
        person = f"Q{number}"
        await jieyang.tell(person, "DIBAO")
        stay = await admitted(here, "2019-08-01", person_id=person)
        await here.post(f"/v1/encounters/{stay}/discharge", json={"discharged_on": "2019-08-05"})
        body = {"person_id": person, "kind": "inpatient", "admitted_on": "2019-08-06"}
        longer, second = await asyncio.gather(
            correct(here, stay, "discharge/correction", discharged_on="2019-08-10"),
            there.post("/v1/encounters", json=body),
        )
        assert sorted([longer.is_success, second.is_success]) == [False, True]
        assert "STAY_OVERLAPS" in (longer.text + second.text)


async def test_a_stay_that_goes_on_is_pre_settled_as_if_it_ended_today(jieyang: Any) -> None:
    hospital = jieyang.hospital
    await jieyang.tell("P1", "DIBAO")
    stay = await admitted(hospital, "2019-08-01")
    await hospital.post(f"/v1/encounters/{stay}/fees", json={"lines": [LINE]})
    path = f"/v1/encounters/{stay}/pre-settlement"
    shown = (await hospital.post(path, json={"payers": PAYERS})).json()
    assert (shown["patient_pays"], shown["provisional_until"]) == ("800.00", "2019-08-20")
    await hospital.post(f"/v1/encounters/{stay}/discharge", json={"discharged_on": "2019-08-19"})
    ended = (await hospital.post(path, json={"payers": PAYERS})).json()
    assert (ended["patient_pays"], ended["provisional_until"]) == ("800.00", None)
