"""Aid given elsewhere is told by its owner, before or after the bill is settled; no hospital overrides it."""

from datetime import date
from typing import Any, Final

import pytest
from services.settlement.tests.conftest import open_desk

from kernel.security import Role

DAY: Final = date(2019, 8, 5)
PAYERS: Final = {"BMI": "4000.00", "CII": "0.00"}
BILL: Final = {"compliant": "10000.00"}
AID: Final = {"payer": "AID", "amount": "1000.00", "given_on": "2019-08-06", "evidence": "普通救助审批表 示范第1号"}


@pytest.fixture
async def huining(around: Any) -> Any:
    desk = await open_desk(around, "620422")
    await desk.tell("P1", "REGISTERED_POOR")
    return desk


@pytest.fixture
async def civil(huining: Any) -> Any:
    return await huining.service.client(Role.DEPARTMENT, "civil-affairs", divisions=["620422"])


async def tell(owner: Any, encounter_id: str, **changed: Any) -> Any:
    return await owner.post(f"/v1/encounters/{encounter_id}/outer-amounts", json=AID | changed)


async def settle(desk: Any, encounter_id: str, **payers: str) -> Any:
    return await desk.hospital.post(f"/v1/encounters/{encounter_id}/settlement", json={"payers": PAYERS | payers})


def amounts(bill: dict[str, Any]) -> dict[str, str]:
    return {layer["payer"]: layer["amount"] for layer in bill["layers"]}


async def test_the_owner_finds_the_stay_and_tells_its_aid_and_the_bill_counts_with_it(huining: Any, civil: Any) -> None:
    encounter = await huining.discharged("P1", DAY, BILL)
    (stay,) = (await civil.get("/v1/outer-amounts/stays", params={"person_id": "P1"})).json()["items"]
    assert (stay["encounter_id"], stay["discharged_on"]) == (encounter, "2019-08-05")
    assert "category" not in stay
    told = await tell(civil, encounter)
    assert told.json() == {"encounter_id": encounter, "payer": "AID", "reviewed": False}
    settled = (await settle(huining, encounter)).json()
    # The own 6000.00 are 1000.00 less with the aid; what is above 3000.00 of the year is the backstop's.
    assert amounts(settled["bill"]) == {"BMI": "4000.00", "CII": "0.00", "AID": "1000.00", "MA": "2000.00"}
    assert await huining.reviews() == []
    (seen,) = (await huining.hospital.get(f"/v1/encounters/{encounter}/outer-amounts")).json()["amounts"]
    assert (seen["payer"], seen["amount"], seen["department"]) == ("AID", "1000.00", "civil-affairs")


async def test_the_hospital_neither_says_nor_overrides_what_an_owner_tells(huining: Any, civil: Any) -> None:
    encounter = await huining.discharged("P1", DAY, BILL)
    alone = await settle(huining, encounter, AID="500.00")
    assert (alone.status_code, alone.json()["code"]) == (422, "AMOUNT_TOLD_ELSEWHERE")
    assert alone.json()["about"]["departments"] == "civil-affairs"
    await tell(civil, encounter)
    other = await settle(huining, encounter, AID="500.00")
    assert (other.status_code, other.json()["code"]) == (409, "AMOUNT_TOLD_OTHERWISE")
    assert other.json()["about"]["told"] == "1000.00"
    # The same sum is no other one, and nothing said of it is no word about it.
    assert amounts((await settle(huining, encounter, AID="0.00")).json()["bill"])["AID"] == "1000.00"


async def test_what_is_told_after_settlement_or_anew_is_a_review_with_its_difference(huining: Any, civil: Any) -> None:
    settled = await huining.bill("P1", DAY, BILL, PAYERS)
    assert amounts(settled["bill"])["MA"] == "3000.00"
    assert (await tell(civil, settled["encounter_id"])).json()["reviewed"] is True
    (item,) = await huining.reviews()
    (bill,) = (await huining.review(item["review_id"]))["bills"]
    assert bill["told"] == {"AID": "1000.00"}
    changes = {layer["payer"]: layer["change"] for layer in bill["layers"] if layer["change"] != "0.00"}
    assert changes == {"AID": "1000.00", "MA": "-1000.00"}
    await huining.release(item["review_id"])
    assert await huining.reviews() == []
    await tell(civil, settled["encounter_id"])
    assert await huining.reviews() == []
    await tell(civil, settled["encounter_id"], amount="400.00")
    (item,) = await huining.reviews()
    assert (await huining.review(item["review_id"]))["bills"][0]["told"] == {"AID": "400.00"}


async def test_what_was_left_as_it_is_comes_back_with_another_amount_only(huining: Any, civil: Any) -> None:
    settled = await huining.bill("P1", DAY, BILL, PAYERS)
    await tell(civil, settled["encounter_id"])
    (item,) = await huining.reviews()
    operator, agency = await huining.service.client(Role.OPERATIONS), await huining.service.client(Role.AGENCY, "A1")
    body = {"decision": "LEAVE", "reason": "另行结算"}
    await operator.post(f"/v1/reviews/{item['review_id']}/proposal", json=body)
    assert (await agency.post(f"/v1/reviews/{item['review_id']}/release", json={})).is_success
    await tell(civil, settled["encounter_id"])
    assert await huining.reviews() == []
    await tell(civil, settled["encounter_id"], amount="1200.00")
    assert len(await huining.reviews()) == 1


async def test_only_the_owner_that_the_document_names_tells_and_in_its_county(huining: Any, civil: Any) -> None:
    encounter = await huining.discharged("P1", DAY, BILL)
    health = await huining.service.client(Role.DEPARTMENT, "health")
    foreign = await huining.service.client(Role.DEPARTMENT, "civil-affairs", divisions=["445202"])
    assert (await tell(health, encounter)).json()["code"] == "OUTER_AMOUNT_NOT_YOURS"
    assert (await tell(civil, encounter, payer="BMI")).json()["code"] == "OUTER_AMOUNT_NOT_YOURS"
    assert (await tell(foreign, encounter)).json()["code"] == "DIVISION_FOREIGN"
    assert (await tell(huining.hospital, encounter)).status_code == 403
    assert (await tell(civil, encounter, given_on="2019-09-01")).json()["code"] == "DATE_IN_FUTURE"
    assert (await tell(civil, "E-unknown")).json()["code"] in {"ENCOUNTER_UNKNOWN", "DIVISION_FOREIGN"}
    assert (await foreign.get("/v1/outer-amounts/stays", params={"person_id": "P1"})).json()["items"] == []
    other = await huining.service.client(Role.HOSPITAL, "H2")
    assert (await other.get(f"/v1/encounters/{encounter}/outer-amounts")).json()["code"] == "ENCOUNTER_UNKNOWN"
    assert (await civil.get(f"/v1/encounters/{encounter}/outer-amounts")).json()["amounts"] == []


async def test_one_refusal_names_all_payers_that_are_still_to_be_told(leye: Any) -> None:
    await leye.tell("P1", "REGISTERED_POOR")
    encounter = await leye.discharged("P1", DAY, BILL)
    path = f"/v1/encounters/{encounter}/settlement"
    refused = await leye.hospital.post(path, json={"payers": {}})
    assert (refused.status_code, refused.json()["about"]["payers"]) == (422, "BMI,CII,MA,HPI,BMI2")
    civil = await leye.service.client(Role.DEPARTMENT, "civil-affairs")
    await tell(civil, encounter, payer="MA", amount="600.00")
    refused = await leye.hospital.post(path, json={"payers": {"BMI": "5000.00"}})
    assert refused.json()["about"]["payers"] == "CII,HPI,BMI2"
    paid = {"BMI": "5000.00", "CII": "0.00", "HPI": "0.00", "BMI2": "0.00"}
    settled = (await leye.hospital.post(path, json={"payers": paid})).json()
    assert amounts(settled["bill"])["MA"] == "600.00"


async def test_an_insurer_tells_its_own_layers_and_no_other_and_others_tell_theirs(around: Any) -> None:
    hunan = await open_desk(around, "430481")
    await hunan.tell("P1", "REGISTERED_POOR", poverty_status="NOT_LIFTED")
    encounter = await hunan.discharged("P1", DAY, BILL)
    insurer = await hunan.service.client(Role.DEPARTMENT, "insurer", divisions=["430481"])
    poverty = await hunan.service.client(Role.DEPARTMENT, "poverty-alleviation", divisions=["430481"])
    civil = await hunan.service.client(Role.DEPARTMENT, "civil-affairs", divisions=["430481"])
    assert (await tell(insurer, encounter, payer="MA")).json()["code"] == "OUTER_AMOUNT_NOT_YOURS"
    assert (await tell(poverty, encounter, payer="CII")).json()["code"] == "OUTER_AMOUNT_NOT_YOURS"
    for owner, payer in ((insurer, "CII"), (poverty, "THB"), (civil, "MA")):
        assert (await tell(owner, encounter, payer=payer, amount="100.00")).status_code == 201
    refused = await hunan.hospital.post(f"/v1/encounters/{encounter}/settlement", json={"payers": {}})
    assert refused.json()["about"]["payers"] == "BMI,HRED"
    # An insurer sees what it told itself, and nothing of what others give.
    (seen,) = (await insurer.get(f"/v1/encounters/{encounter}/outer-amounts")).json()["amounts"]
    assert (seen["payer"], seen["amount"]) == ("CII", "100.00")
