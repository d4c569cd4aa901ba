"""A chronic visit's bill: the tenth is of what is for the disease; what is not, the patient bears (000 一(二)1)."""

from typing import Any, Final

#: 800 yuan for the chronic disease, 200 for something else.
LINES: Final[list[dict[str, Any]]] = [
    {"item": "慢病药品", "amount": "500.00", "cost_class": "compliant"},
    {"item": "打针治疗", "amount": "300.00", "cost_class": "compliant"},
    {"item": "其他检查", "amount": "200.00", "cost_class": "compliant", "excluded": True},
]
PAYERS: Final = {"BMI": "300.00", "CII": "0.00", "BMI2": "0.00", "MA": "0.00", "HPI": "0.00"}


async def settled(desk: Any, lines: list[dict[str, Any]], day: str = "2019-08-01") -> dict[str, Any]:
    visit = {"person_id": "P1", "kind": "chronic_outpatient", "admitted_on": day}
    encounter = (await desk.hospital.post("/v1/encounters", json=visit)).json()["encounter_id"]
    assert (await desk.hospital.post(f"/v1/encounters/{encounter}/fees", json={"lines": lines})).status_code == 201
    done = await desk.hospital.post(f"/v1/encounters/{encounter}/settlement", json={"payers": PAYERS})
    assert done.status_code == 201, done.text
    return {**done.json()["bill"], "encounter_id": encounter}


async def test_what_is_not_for_the_disease_is_told_apart_on_a_chronic_bill(leye: Any) -> None:
    await leye.tell("P1", "REGISTERED_POOR", poverty_status="NOT_LIFTED")
    bill = await settled(leye, LINES)
    paid = {layer["payer"]: layer["amount"] for layer in bill["layers"]}
    # 10 % of 800.00, and the 200.00 whole.
    assert (bill["patient_pays"], paid["GOV1"], paid["BMI"]) == ("280.00", "420.00", "300.00")
    assert (await leye.year("P1"))["balances"]["own_paid"] == "80.00", "the line of the year counts the tenth alone"
    told = (await leye.hospital.get(f"/v1/encounters/{bill['encounter_id']}")).json()
    assert told["excluded"] == "200.00"
    # All for the disease: the tenth of the whole.
    whole = await settled(leye, [line | {"excluded": False} for line in LINES], "2019-08-02")
    assert whole["patient_pays"] == "100.00"


async def test_the_line_of_the_year_does_not_bear_what_is_not_for_the_disease(leye: Any) -> None:
    await leye.tell("P1", "REGISTERED_POOR", poverty_status="NOT_LIFTED")
    large = [LINES[0] | {"amount": "40000.00"}, LINES[2]]
    bill = await settled(leye, large)
    paid = {layer["payer"]: layer["amount"] for layer in bill["layers"]}
    # 4 000.00 is above the county's 3 000.00 of the year; the 200.00 are beside it.
    assert (bill["patient_pays"], paid["GOV2"]) == ("3200.00", "1000.00")
    again = await settled(leye, LINES, "2019-08-02")
    assert again["patient_pays"] == "200.00"
