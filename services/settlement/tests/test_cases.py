"""Bills handed in on paper: receipt, returned papers, the clock, the patient as payee, and no bill paid twice."""

import asyncio
from typing import Any, Final

import pytest

from kernel.security import Role

PAPERS: Final = [
    {"kind": kind, "reference": f"scan/{kind}"} for kind in ("INVOICE", "FEE_LIST", "ID_COPY", "DISCHARGE_RECORD")
]
#: In Nanning, out of Leye county.
OUTSIDE: Final = {
    "hospital_id": "H9",
    "name": "示范区医院",
    "level": "city",
    "division": "450102",
    "contract_from": "2018-01-01",
}
HANDED_IN: Final[dict[str, Any]] = {
    "person_id": "P1",
    "hospital_id": "H9",
    "kind": "inpatient",
    "admitted_on": "2019-08-01",
    "discharged_on": "2019-08-05",
    "invoice_number": "NN-001",
    "submitter": "CADRE",
    "office": "451028",
    "handed_in_on": "2019-08-16",
    "papers": PAPERS,
}
BILL: Final[dict[str, Any]] = {
    "lines": [{"item": "住院费用", "amount": "10000.00", "cost_class": "compliant"}],
    "payers": {"BMI": "5000.00", "CII": "0.00", "BMI2": "0.00", "MA": "1000.00", "HPI": "0.00"},
    "patient_paid": "10000.00",
}


@pytest.fixture
async def agency(leye: Any) -> Any:
    await leye.tell("P1", "REGISTERED_POOR", poverty_status="NOT_LIFTED")
    client = await leye.service.client(Role.AGENCY, "A1", divisions=["451028"])
    everywhere = await leye.service.client(Role.AGENCY, "A0")
    assert (await everywhere.post("/v1/institutions", json=OUTSIDE)).status_code == 201
    return client


async def hand_in(agency: Any, **changed: Any) -> Any:
    return await agency.post("/v1/cases", json=HANDED_IN | changed)


async def handed_in(agency: Any, **changed: Any) -> Any:
    receipt = await hand_in(agency, **changed)
    assert receipt.status_code == 201, receipt.text
    return receipt.json()


async def settle(agency: Any, case: dict[str, Any], **changed: Any) -> Any:
    return await agency.post(f"/v1/cases/{case['case_id']}/settlement", json=BILL | changed)


async def sign(desk: Any, path: str, *owners: str) -> list[Any]:
    """Each department's person signs at the joint office."""
    answers = []
    for number, owner in enumerate(owners):
        person = await desk.service.client(Role.AGENCY, "A1", subject=f"seconded-{number}", divisions=["451028"])
        answers.append(await person.post(f"{path}/sign-offs", json={"owner": owner}))
    return answers


def refused(response: Any) -> tuple[int, str]:
    return response.status_code, response.json().get("code", "")


async def test_an_out_of_county_stay_is_settled_and_the_patient_is_the_payee(leye: Any, agency: Any) -> None:
    receipt = await handed_in(agency)
    # Handed in on a Friday: the fifth working day after it is the Friday after (R-LY-07).
    assert (receipt["state"], receipt["missing"], receipt["due_on"]) == ("COMPLETE", [], "2019-08-23")
    assert (receipt["complete_on"], receipt["due_is_provisional"]) == ("2019-08-16", False)
    settled = await settle(agency, receipt)
    assert settled.status_code == 201, settled.text
    answer = settled.json()
    paid = {layer["payer"]: layer["amount"] for layer in answer["layers"]}
    assert (paid["BMI"], paid["MA"], paid["BACKSTOP"]) == ("5000.00", "1000.00", "3000.00")
    assert answer["patient_pays"] == "1000.00", "10 % of a stay by the region's rule, which is better here (AMB-D6)"
    assert {layer["payee"] for layer in answer["layers"]} == {"PERSON"}
    assert answer["to_patient"] == "9000.00"
    told = (await agency.get(f"/v1/settlements/{answer['settlement_id']}")).json()
    assert (told["route"], told["bill"]["refund_to_patient"]) == ("AGENCY", "9000.00")
    printed = (await agency.get(f"/v1/settlements/{answer['settlement_id']}/statement.html")).text
    assert "患者本人" in printed
    assert "应报销给患者" in printed
    # Treated there, and none of that hospital's to change.
    hospital = await leye.service.client(Role.HOSPITAL, "H9")
    for path in (
        f"settlements/{answer['settlement_id']}/revocation",
        f"encounters/{answer['encounter_id']}/cancellation",
    ):
        assert (await hospital.post(f"/v1/{path}", json={"reason": "录入有误"})).status_code == 404


async def test_papers_that_are_missing_are_named_and_the_clock_starts_when_all_are_there(agency: Any) -> None:
    receipt = await handed_in(agency, papers=PAPERS[:1])
    assert (receipt["state"], receipt["due_on"]) == ("INCOMPLETE", None)
    assert receipt["missing"] == ["DISCHARGE_RECORD", "FEE_LIST", "ID_COPY"]
    assert refused(await settle(agency, receipt)) == (409, "CASE_NOT_IN_STATE")
    path = f"/v1/cases/{receipt['case_id']}"
    returned = (await agency.post(f"{path}/return", json={"reason": "票据缺印章"})).json()
    assert (returned["state"], returned["returned_because"]) == ("RETURNED", "票据缺印章")
    some = (await agency.post(f"{path}/papers", json={"papers": PAPERS[1:2]})).json()
    assert (some["state"], some["missing"]) == ("INCOMPLETE", ["DISCHARGE_RECORD", "ID_COPY"])
    whole = (await agency.post(f"{path}/papers", json={"papers": PAPERS[1:]})).json()
    assert (whole["state"], whole["complete_on"], whole["due_on"]) == ("COMPLETE", "2019-08-20", "2019-08-27")
    assert len(whole["papers"]) == 4
    # Returned, what was complete stops its clock.
    stopped = (await agency.post(f"{path}/return", json={"reason": "姓名不符"})).json()
    assert (stopped["due_on"], (await settle(agency, receipt)).status_code) == (None, 409)


async def test_payment_is_in_time_or_late_and_may_come_back(leye: Any, agency: Any) -> None:
    receipt = await handed_in(agency, handed_in_on="2019-08-09")
    path = f"/v1/cases/{receipt['case_id']}"
    assert receipt["due_on"] == "2019-08-16"
    late = (await agency.get("/v1/cases", params={"late": "true"})).json()["items"]
    assert [(row["case_id"], row["late"]) for row in late] == [(receipt["case_id"], True)]
    assert refused(await agency.post(f"{path}/payment", json={"on": "2019-08-16"}))[1] == "CASE_NOT_IN_STATE"
    await settle(agency, receipt)
    await sign(leye, path, "社保", "民政", "卫计")
    paid = (await agency.post(f"{path}/payment", json={"on": "2019-08-16"})).json()
    assert (paid["state"], paid["paid_late"]) == ("PAID", False)
    assert (await agency.get("/v1/cases", params={"late": "true"})).json()["items"] == []
    back = (await agency.post(f"{path}/payment-return", json={"on": "2019-08-19", "reason": "账号有误"})).json()
    assert (back["state"], back["paid_on"], back["due_on"]) == ("SETTLED", None, "2019-08-16")
    again = (await agency.post(f"{path}/payment", json={"on": "2019-08-20"})).json()
    assert (again["state"], again["paid_late"]) == ("PAID", True)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"handed_in_on": "2019-08-21"}, (422, "DATE_IN_FUTURE")),
        ({"handed_in_on": "2019-08-04"}, (422, "DATES_OUT_OF_ORDER")),
        ({"discharged_on": "2019-07-31"}, (422, "DATES_OUT_OF_ORDER")),
        ({"kind": "outpatient"}, (422, "DATES_OUT_OF_ORDER")),
        ({"hospital_id": "H77"}, (404, "HOSPITAL_UNKNOWN")),
        ({"person_id": "P77"}, (404, "PERSON_UNKNOWN")),
        ({"office": "450102"}, (403, "DIVISION_FOREIGN")),
        ({"papers": []}, (422, "INVALID_FIELD")),
        ({"referral_id": "R77"}, (422, "REFERRAL_UNKNOWN")),
    ],
)
async def test_what_cannot_be_handed_in_is_refused(
    agency: Any, changed: dict[str, Any], refusal: tuple[int, str]
) -> None:
    assert refused(await hand_in(agency, **changed)) == refusal


async def test_one_invoice_is_found_in_any_route(leye: Any, agency: Any) -> None:
    first = await handed_in(agency)
    assert refused(await hand_in(agency, admitted_on="2019-07-01", discharged_on="2019-07-02")) == (
        409,
        "INVOICE_KNOWN",
    )
    # Two offices at one moment.
    both = await asyncio.gather(
        *(
            hand_in(agency, invoice_number="NN-002", admitted_on=d, discharged_on=d)
            for d in ("2019-07-08", "2019-07-09")
        )
    )
    assert sorted(answer.status_code for answer in both) == [201, 409]
    # Settled at the window of the hospital meanwhile, with the same invoice: the case comes too late.
    hospital = await leye.service.client(Role.HOSPITAL, "H9")
    visit = {"person_id": "P1", "kind": "chronic_outpatient", "admitted_on": "2019-08-06"}
    encounter = (await hospital.post("/v1/encounters", json=visit)).json()["encounter_id"]
    await hospital.post(f"/v1/encounters/{encounter}/fees", json={"lines": BILL["lines"]})
    body = {"payers": BILL["payers"], "invoice_number": "NN-001"}
    assert (await hospital.post(f"/v1/encounters/{encounter}/settlement", json=body)).status_code == 201
    assert refused(await settle(agency, first)) == (409, "HOSPITAL_NUMBER_TAKEN")
    known = await hand_in(agency, kind="outpatient", admitted_on="2019-08-06", discharged_on="2019-08-06")
    assert refused(known) == (409, "INVOICE_KNOWN")
    # A case that was an error gives its invoice back.
    other = next(answer.json() for answer in both if answer.status_code == 201)
    withdrawn = await agency.post(f"/v1/cases/{other['case_id']}/withdrawal", json={"reason": "受理有误"})
    assert withdrawn.json()["state"] == "WITHDRAWN"
    assert (await hand_in(agency, invoice_number="NN-002")).status_code == 201


async def test_a_stay_or_visit_of_the_window_is_not_paid_again_without_its_invoice(leye: Any, agency: Any) -> None:
    hospital = await leye.service.client(Role.HOSPITAL, "H9")
    stay = {"person_id": "P1", "kind": "inpatient", "admitted_on": "2019-08-02"}
    await hospital.post("/v1/encounters", json=stay)
    assert refused(await hand_in(agency)) == (409, "STAY_OVERLAPS")
    visit = {"person_id": "P1", "kind": "outpatient", "admitted_on": "2019-07-06"}
    encounter = (await hospital.post("/v1/encounters", json=visit)).json()["encounter_id"]
    await hospital.post(f"/v1/encounters/{encounter}/fees", json={"lines": BILL["lines"]})
    done = await hospital.post(f"/v1/encounters/{encounter}/settlement", json={"payers": BILL["payers"]})
    assert done.status_code == 201, done.text
    case = await handed_in(agency, kind="outpatient", admitted_on="2019-07-06", discharged_on="2019-07-06")
    assert refused(await settle(agency, case)) == (409, "BILL_SETTLED_BEFORE")


async def test_only_who_has_paid_is_paid_back(agency: Any) -> None:
    case = await handed_in(agency)
    unpaid = await settle(agency, case, patient_paid="9000.00")
    assert refused(unpaid) == (422, "BILL_NOT_PAID")
    assert unpaid.json()["about"] == {"due": "10000.00"}
    # Basic insurance was deducted at the hospital (异地联网): it owes the hospital, the others the patient.
    deducted = {"deducted": ["BMI"], "patient_paid": "5000.00"}
    assert refused(await settle(agency, case, deducted=["XXX"]))[1] == "PAYER_UNKNOWN"
    answer = (await settle(agency, case, **deducted)).json()
    payees = {layer["payer"]: layer["payee"] for layer in answer["layers"]}
    assert (payees["BMI"], payees["BACKSTOP"], answer["to_patient"]) == ("HOSPITAL", "PERSON", "4000.00")
    assert refused(await settle(agency, case, **deducted)) == (409, "CASE_NOT_IN_STATE")


async def test_a_case_that_the_agency_took_back_is_settled_anew(leye: Any, agency: Any) -> None:
    case = await handed_in(agency)
    first = (await settle(agency, case)).json()
    revoked = await agency.post(f"/v1/settlements/{first['settlement_id']}/revocation", json={"reason": "漏报费用"})
    assert revoked.status_code == 201, revoked.text
    more = {"lines": [BILL["lines"][0] | {"amount": "12000.00"}], "patient_paid": "12000.00"}
    again = (await settle(agency, case, **more)).json()
    assert (again["total"], again["patient_pays"]) == ("12000.00", "1200.00")
    assert again["encounter_id"] != first["encounter_id"]
    gone = (await agency.get(f"/v1/encounters/{first['encounter_id']}")).json()
    assert gone["state"] == "CANCELLED"


async def test_each_department_signs_what_it_audits_before_payment_and_nobody_for_two(leye: Any, agency: Any) -> None:
    case = await handed_in(agency)
    path = f"/v1/cases/{case['case_id']}"
    assert refused((await sign(leye, path, "社保"))[0])[1] == "CASE_NOT_IN_STATE"
    await settle(agency, case)
    # Critical-illness and poverty insurance pay nothing here; the region's backstop is the government's, too.
    assert (await agency.get(path)).json()["to_sign"] == ["社保", "民政", "卫计"]
    unsigned = await agency.post(f"{path}/payment", json={"on": "2019-08-19"})
    assert refused(unsigned) == (409, "SIGN_OFF_MISSING")
    assert unsigned.json()["about"]["missing"] == "社保、民政、卫计"
    one = await leye.service.client(Role.AGENCY, "A1", subject="one", divisions=["451028"])
    assert (await one.post(f"{path}/sign-offs", json={"owner": "社保"})).status_code == 200
    assert refused(await one.post(f"{path}/sign-offs", json={"owner": "民政"})) == (403, "SIGN_OFF_SAME_PERSON")
    assert refused(await one.post(f"{path}/sign-offs", json={"owner": "平安保险"})) == (422, "SIGN_OFF_NOT_ASKED")
    again = (await sign(leye, path, "社保", "民政", "卫计"))[-1].json()
    assert [each["owner"] for each in again["signed"]] == ["社保", "民政", "卫计"]
    assert again["signed"][0]["by"] == "one"
    assert (await agency.post(f"{path}/payment", json={"on": "2019-08-19"})).json()["state"] == "PAID"


async def test_nothing_is_paid_for_a_bill_that_was_taken_back(leye: Any, agency: Any) -> None:
    case = await handed_in(agency)
    first = (await settle(agency, case)).json()
    gone = {"reason": "票据系伪造"}
    assert (await agency.post(f"/v1/settlements/{first['settlement_id']}/revocation", json=gone)).status_code == 201
    path = f"/v1/cases/{case['case_id']}"
    await sign(leye, path, "社保", "民政", "卫计")
    assert refused(await agency.post(f"{path}/payment", json={"on": "2019-08-20"})) == (422, "SETTLEMENT_NOT_IN_FORCE")
    assert (await agency.get(path)).json()["state"] == "SETTLED"
    assert (await settle(agency, case)).status_code == 201
    await sign(leye, path, "社保", "民政", "卫计")
    paid = (await agency.post(f"{path}/payment", json={"on": "2019-08-20"})).json()
    assert paid["state"] == "PAID"


@pytest.mark.parametrize("paid", [False, True])
async def test_a_case_whose_bill_was_revoked_for_good_ends_and_gives_its_invoice_back(
    leye: Any, agency: Any, *, paid: bool
) -> None:
    case = await handed_in(agency)
    path, error = f"/v1/cases/{case['case_id']}", {"reason": "受理有误"}
    first = (await settle(agency, case)).json()
    if paid:
        await sign(leye, path, "社保", "民政", "卫计")
        assert (await agency.post(f"{path}/payment", json={"on": "2019-08-20"})).json()["state"] == "PAID"
    assert refused(await agency.post(f"{path}/withdrawal", json=error)) == (409, "CASE_NOT_IN_STATE")
    revocation = f"/v1/settlements/{first['settlement_id']}/revocation"
    assert (await agency.post(revocation, json=error)).status_code == 201
    assert (await agency.post(f"{path}/withdrawal", json=error)).json()["state"] == "WITHDRAWN"
    assert refused(await settle(agency, case)) == (409, "CASE_NOT_IN_STATE")
    again = await handed_in(agency)
    assert (await settle(agency, again)).status_code == 201


async def test_another_county_s_office_neither_sees_nor_touches_a_case(leye: Any, agency: Any) -> None:
    case = await handed_in(agency)
    foreign = await leye.service.client(Role.AGENCY, "A2", divisions=["450202"])
    assert (await foreign.get("/v1/cases")).json()["items"] == []
    assert refused(await foreign.get(f"/v1/cases/{case['case_id']}"))[1] == "DIVISION_FOREIGN"
    assert refused(await settle(foreign, case))[1] == "DIVISION_FOREIGN"
    assert refused(await hand_in(foreign))[1] == "DIVISION_FOREIGN"
    assert refused(await leye.hospital.post("/v1/cases", json=HANDED_IN))[0] == 403
    assert refused(await agency.get("/v1/cases/nothing")) == (404, "CASE_UNKNOWN")
