"""Cost outside the catalogue above 10 %: both departments may approve it, before or after settlement (R-GX-11)."""

from datetime import date
from typing import Any

from kernel.security import Role

DAY = date(2019, 8, 5)
#: 2,500 of 10,000 are outside the catalogue: 1,500 above the allowed tenth.
LINES = {"compliant": "7500.00", "out_of_catalogue": "2500.00"}
PAYERS = {"BMI": "5000.00", "CII": "0.00", "BMI2": "0.00", "MA": "0.00"}
APPROVAL = {"approved_on": "2019-08-10", "evidence": "特殊情况审批单"}


def amounts(bill: dict[str, Any]) -> dict[str, str]:
    return {layer["payer"]: layer["amount"] for layer in bill["layers"] if layer["amount"] != "0.00"}


async def approve(desk: Any, encounter: str, organisation: str = "health") -> dict[str, Any]:
    department = await desk.service.client(Role.DEPARTMENT, organisation)
    response = await department.post(f"/v1/encounters/{encounter}/catalogue-exception", json=APPROVAL)
    assert response.status_code == 201, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def test_an_exception_approved_by_both_before_settlement_goes_to_the_backstop(liuzhou: Any) -> None:
    await liuzhou.tell("P1", "REGISTERED_POOR")
    encounter = await liuzhou.discharged("P1", DAY, LINES)
    await approve(liuzhou, encounter)
    assert (await approve(liuzhou, encounter, "medical-security"))["approved_by"] == ["health", "medical_security"]
    settled = await liuzhou.hospital.post(f"/v1/encounters/{encounter}/settlement", json={"payers": PAYERS})
    assert amounts(settled.json()["bill"]) == {"BMI": "5000.00", "BACKSTOP": "4000.00"}


async def test_the_second_approval_after_settlement_opens_a_review_and_the_first_alone_none(liuzhou: Any) -> None:
    await liuzhou.tell("P1", "REGISTERED_POOR")
    settled = await liuzhou.bill("P1", DAY, LINES, PAYERS)
    assert amounts(settled["bill"]) == {"HOSP": "1500.00", "BMI": "5000.00", "BACKSTOP": "2500.00"}
    await approve(liuzhou, settled["encounter_id"])
    assert await liuzhou.reviews() == []
    agency = await liuzhou.service.client(Role.AGENCY, "A1")
    path = f"/v1/encounters/{settled['encounter_id']}/catalogue-exception"
    assert (await agency.post(path, json=APPROVAL)).status_code == 201
    (row,) = await liuzhou.reviews()
    (bill,) = (await liuzhou.review(row["review_id"]))["bills"]
    assert bill["exception_approved_by"] == ["health", "medical_security"]
    changes = {layer["payer"]: layer["change"] for layer in bill["layers"] if layer["change"] != "0.00"}
    assert changes == {"HOSP": "-1500.00", "BACKSTOP": "1500.00"}
    assert bill["patient_change"] == "0.00"

    operator = await liuzhou.service.client(Role.OPERATIONS)
    review = f"/v1/reviews/{row['review_id']}"
    await operator.post(f"{review}/proposal", json={"decision": "ADJUST", "reason": "两部门已审批"})
    assert (await agency.post(f"{review}/release")).status_code == 201
    now = (await liuzhou.hospital.get(f"/v1/settlements/{settled['settlement_id']}")).json()
    assert amounts(now["supplements"][0]["bill"]) == {"BMI": "5000.00", "BACKSTOP": "4000.00"}
    assert await liuzhou.reviews() == []


async def test_the_same_department_twice_is_one_approval(liuzhou: Any) -> None:
    await liuzhou.tell("P1", "REGISTERED_POOR")
    encounter = await liuzhou.discharged("P1", DAY, LINES)
    await approve(liuzhou, encounter)
    assert (await approve(liuzhou, encounter))["approved_by"] == ["health"]
    count = "SELECT count(*) FROM events WHERE type = 'CatalogueExceptionApproved'"
    assert await liuzhou.service.pool.fetchval(count) == 1


async def test_only_departments_that_a_document_names_approve(liuzhou: Any) -> None:
    await liuzhou.tell("P1", "REGISTERED_POOR")
    encounter = await liuzhou.discharged("P1", DAY, LINES)
    department = await liuzhou.service.client(Role.DEPARTMENT, "civil-affairs")
    path = f"/v1/encounters/{encounter}/catalogue-exception"
    refused = await department.post(path, json=APPROVAL)
    assert (refused.status_code, refused.json()["code"]) == (403, "EXCEPTION_NOT_YOURS")
    assert (await liuzhou.hospital.post(path, json=APPROVAL)).status_code == 403
    health = await liuzhou.service.client(Role.DEPARTMENT, "health")
    ahead = await health.post(path, json=APPROVAL | {"approved_on": "2019-09-01"})
    assert ahead.json()["code"] == "DATE_IN_FUTURE"


async def test_where_no_document_knows_exceptions_nobody_approves_them(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    encounter = await jieyang.discharged("P1", DAY, {"compliant": "100.00"})
    health = await jieyang.service.client(Role.DEPARTMENT, "health")
    refused = await health.post(f"/v1/encounters/{encounter}/catalogue-exception", json=APPROVAL)
    assert refused.json()["code"] == "EXCEPTION_NOT_YOURS"
