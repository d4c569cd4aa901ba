"""A cause that is found later is entered by the agency; a settled bill is reviewed with its difference (R-JY-25)."""

from datetime import date
from typing import Any, Final

import pytest

from kernel.security import Role

DAY: Final = date(2019, 8, 5)
PAYERS: Final = {"BMI": "6000.00", "CII": "0.00"}
BILL: Final = {"compliant": "10000.00"}
ACCIDENT: Final = {
    "cause": "traffic_accident_third_party",
    "evidence": "交警事故认定书 示范第1号",
    "found_on": "2019-08-18",
}


@pytest.fixture
async def agency(jieyang: Any) -> Any:
    await jieyang.tell("P1", "DIBAO")
    return await jieyang.service.client(Role.AGENCY, "A1", divisions=["445202"])


async def find(agency: Any, encounter_id: str, **changed: Any) -> Any:
    return await agency.post(f"/v1/encounters/{encounter_id}/found-cause", json=ACCIDENT | changed)


async def test_a_settled_bill_is_reviewed_and_its_aid_clawed_back(jieyang: Any, agency: Any) -> None:
    settled = await jieyang.bill("P1", DAY, BILL, PAYERS)
    told = await find(agency, settled["encounter_id"])
    assert told.json() == {
        "encounter_id": settled["encounter_id"],
        "cause": "traffic_accident_third_party",
        "reviewed": True,
    }
    (item,) = await jieyang.reviews()
    assert item["patient_change"] == "3200.00"
    (compared,) = (await jieyang.review(item["review_id"]))["bills"]
    assert compared["found_cause"] == "traffic_accident_third_party"
    await jieyang.release(item["review_id"])
    now = (await jieyang.hospital.get(f"/v1/settlements/{settled['settlement_id']}")).json()
    (supplement,) = now["supplements"]
    aid = next(layer for layer in supplement["bill"]["layers"] if layer["payer"] == "MA")
    assert (aid["amount"], aid["flags"], supplement["patient_change"]) == ("0.00", ["EXCLUDED"], "3200.00")
    assert (await jieyang.year("P1"))["balances"]["aid_in"] == "0.00"
    assert await jieyang.reviews() == []


async def test_a_court_s_ruling_about_a_part_leaves_the_rest_aided(jieyang: Any, agency: Any) -> None:
    settled = await jieyang.bill("P1", DAY, BILL, PAYERS)
    await find(agency, settled["encounter_id"])
    (item,) = await jieyang.reviews()
    await jieyang.release(item["review_id"])
    ruling = {"evidence": "判决书 示范第2号", "excluded": "1000.00", "excluded_compliant": "1000.00"}
    assert (await find(agency, settled["encounter_id"], **ruling)).status_code == 201
    (item,) = await jieyang.reviews()
    # Aid is 80 % of the 3000.00 that are left of the person's own 4000.00.
    assert item["patient_change"] == "-2400.00"
    await jieyang.release(item["review_id"])
    cleared = {"cause": "illness", "evidence": "二审判决书 示范第3号"}
    await find(agency, settled["encounter_id"], **cleared)
    (item,) = await jieyang.reviews()
    assert item["patient_change"] == "-800.00"
    await jieyang.release(item["review_id"])
    assert (await jieyang.year("P1"))["balances"]["aid_in"] == "3200.00"


async def test_what_was_left_as_it_is_does_not_come_back_but_another_cause_does(jieyang: Any, agency: Any) -> None:
    settled = await jieyang.bill("P1", DAY, BILL, PAYERS)
    await find(agency, settled["encounter_id"])
    (item,) = await jieyang.reviews()
    operator = await jieyang.service.client(Role.OPERATIONS)
    body = {"decision": "LEAVE", "reason": "金额由对方另行支付"}
    await operator.post(f"/v1/reviews/{item['review_id']}/proposal", json=body)
    assert (await agency.post(f"/v1/reviews/{item['review_id']}/release", json={})).is_success
    await find(agency, settled["encounter_id"])
    assert await jieyang.reviews() == []
    await find(agency, settled["encounter_id"], cause="own_illegal_act")
    assert len(await jieyang.reviews()) == 1


async def test_a_cause_that_is_known_before_settlement_overrides_what_the_hospital_said(
    jieyang: Any, agency: Any
) -> None:
    encounter = await jieyang.discharged("P1", DAY, BILL)
    assert (await find(agency, encounter)).json()["reviewed"] is False
    settled = (await jieyang.hospital.post(f"/v1/encounters/{encounter}/settlement", json={"payers": PAYERS})).json()
    assert settled["bill"]["patient_pays"] == "4000.00"
    assert await jieyang.reviews() == []


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"found_on": "2019-08-21"}, (422, "DATE_IN_FUTURE")),
        ({"excluded": "10000.01", "excluded_compliant": "10000.00"}, (422, "EXCLUDED_EXCEEDS_TOTAL")),
        ({"excluded": "1.00", "excluded_compliant": "0.00"}, (422, "EXCLUDED_EXCEEDS_TOTAL")),
        ({"cause": "fate"}, (422, "INVALID_FIELD")),
    ],
)
async def test_a_cause_that_cannot_be_is_refused(
    jieyang: Any, agency: Any, changed: dict[str, str], refusal: tuple[int, str]
) -> None:
    encounter = await jieyang.discharged("P1", DAY, BILL)
    refused = await find(agency, encounter, **changed)
    assert (refused.status_code, refused.json()["code"]) == refusal


async def test_a_cause_is_the_agency_s_of_the_county_alone(jieyang: Any, agency: Any) -> None:
    settled = await jieyang.bill("P1", DAY, BILL, PAYERS)
    foreign = await jieyang.service.client(Role.AGENCY, "A2", divisions=["445222"])
    assert (await find(foreign, settled["encounter_id"])).json()["code"] == "DIVISION_FOREIGN"
    assert (await find(jieyang.hospital, settled["encounter_id"])).status_code == 403
