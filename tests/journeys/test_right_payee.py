"""The right payee: what was prepaid goes back to the patient, fund by fund the books say who owes whom."""

from datetime import timedelta
from typing import Any

from kernel.security import Role
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify
from workbench.demo import stories
from workbench.demo.city import CITY_HOSPITAL, HOSPITALS
from workbench.demo.report import read_books
from workbench.demo.window import Window

BILL = stories.Bill(compliant_fen=1_000_000, other_fen=0, basic_fen=600_000)


async def test_a_prepaid_stay_is_refunded_by_the_hospital(town: Any) -> None:
    window = Window(town.platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
    person_id = town.someone("DIBAO")
    settled = await stories.prepaid_stay(window, person_id, town.today, BILL, prepaid="40000.00")
    assert (settled["bill"]["patient_pays"], settled["bill"]["refund_to_patient"]) == ("800.00", "39200.00")
    assert {layer["payee"] for layer in settled["bill"]["layers"]} == {"HOSPITAL"}
    await wait_until_arrived(town.platform.admin_url)
    (held,) = (await window.get("fund-ledger", "/v1/refunds"))["items"]
    assert (held["settlement_id"], held["left"]) == (settled["settlement_id"], "39200.00")
    await stories.give_back(window, held, town.today)
    assert (await window.get("fund-ledger", "/v1/refunds"))["items"] == []
    # Settled again after a revocation: the refund was given for good, and counts.
    path = f"/v1/settlements/{settled['settlement_id']}/revocation"
    await window.post("settlement", path, {"reason": "漏传一笔费用"})
    await wait_until_arrived(town.platform.admin_url)
    finance = Window(town.platform, Role.FINANCE)
    (due,) = (await finance.get("fund-ledger", "/v1/receivables"))["items"]
    assert (due["person_id"], due["due"]) == (person_id, "39200.00")
    verdict = await verify(town.platform.admin_url)
    assert verdict.differences == ()
    assert (await read_books(town.platform.admin_url)).problems == []


async def test_a_corrected_discharge_is_settled_by_the_right_day(town: Any) -> None:
    window = Window(town.platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
    settled = await stories.corrected_stay(window, town.someone("TEKUN"), town.today, BILL)
    assert settled["discharged_on"] == str(town.today - timedelta(days=1))


async def test_an_earlier_bill_taken_back_by_the_agency_runs_through_the_year_and_the_books(town: Any) -> None:
    window = Window(town.platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
    agency = Window(town.platform, Role.AGENCY, subject="agency-revoking")
    person_id = town.someone("DIBAO")
    large = stories.Bill(compliant_fen=10_000_000, other_fen=0, basic_fen=2_000_000)
    bills = [await stories.stay(window, person_id, town.today, 0, bill) for bill in (large, BILL)]
    path = f"/v1/settlements/{bills[0]['settlement_id']}/revocation"
    done = await agency.post("settlement", path, {"reason": "冒名住院"})
    assert done["decided_again"] == [bills[1]["settlement_id"]]
    accident = {"cause": "traffic_accident_third_party", "evidence": "事故认定书 示范", "found_on": str(town.today)}
    await agency.post("settlement", f"/v1/encounters/{bills[1]['encounter_id']}/found-cause", accident)
    await wait_until_arrived(town.platform.admin_url)
    operations = Window(town.platform, Role.OPERATIONS, subject="operations-reviewing")
    (item,) = (await operations.get("settlement", "/v1/reviews?state=OPEN"))["items"]
    proposal = {"decision": "ADJUST", "reason": "第三方责任"}
    await operations.post("settlement", f"/v1/reviews/{item['review_id']}/proposal", proposal)
    await agency.post("settlement", f"/v1/reviews/{item['review_id']}/release", {})
    await wait_until_arrived(town.platform.admin_url)
    verdict = await verify(town.platform.admin_url)
    assert verdict.differences == ()
    assert (await read_books(town.platform.admin_url)).problems == []


async def test_an_out_of_county_case_is_paid_to_the_patient(town: Any) -> None:
    person = next(p for p in town.people if p.category == "DIBAO")
    person_id = town.ids[person.number]
    agency = Window(town.platform, Role.AGENCY, subject="agency-cases")
    settled = await stories.handed_in(agency, person_id, CITY_HOSPITAL.hospital_id, town.today, BILL)
    assert (settled["patient_pays"], settled["to_patient"]) == ("800.00", "9200.00")
    await wait_until_arrived(town.platform.admin_url)
    assert (await read_books(town.platform.admin_url)).problems == []
    finance = Window(town.platform, Role.FINANCE, subject="finance-looking")
    accounts = (await finance.get("fund-ledger", f"/v1/accounts?prefix=payable/person/{person_id}/"))["items"]
    assert {row["account"].rpartition("/")[2]: row["balance"] for row in accounts} == {
        "BMI": "-6000.00",
        "MA": "-3200.00",
    }
    await stories.pay_back(town.platform, settled, person_id, person.county, town.today)
    case = await agency.get("settlement", f"/v1/cases/{settled['case_id']}")
    assert (case["state"], case["paid_on"]) == ("PAID", str(town.today))
    accounts = (await finance.get("fund-ledger", f"/v1/accounts?prefix=payable/person/{person_id}/"))["items"]
    assert {row["balance"] for row in accounts} == {"0.00"}
    # Operations was told of each step: one way, and parts that no document of Jieyang has anybody audit.
    await wait_until_arrived(town.platform.admin_url)
    operations = Window(town.platform, Role.OPERATIONS)
    asked = f"county={person.county}&period={town.today:%Y-%m}"
    (watched,) = (await operations.get("operations", f"/v1/paper-cases?{asked}"))["items"]
    assert (watched["case_id"], watched["state"], len(watched["visits"])) == (settled["case_id"], "PAID", 1)
    (audited,) = (await operations.get("operations", f"/v1/paper-cases/approvals?{asked}&unapproved=true"))["items"]
    assert (audited["paid_on"], audited["unapproved"]) == (str(town.today), "9200.00")
    assert {part["owner"] for part in audited["parts"]} == {None}
    verdict = await verify(town.platform.admin_url)
    assert verdict.differences == ()


async def test_a_township_s_window_finds_the_person_takes_the_case_in_and_sees_it_paid(town: Any) -> None:
    person = next(p for p in town.people if p.category == "DIBAO")
    own = Window(town.platform, Role.TOWNSHIP, f"{person.county}100")
    neighbour = Window(town.platform, Role.TOWNSHIP, f"{person.county}001")
    agency = Window(town.platform, Role.AGENCY, subject="agency-townships")
    person_id = town.ids[person.number]
    await agency.post("identity", f"/v1/persons/{person_id}/township", {"township": f"{person.county}100"})
    asked = {"id_number": person.id_number, "reason": "REIMBURSEMENT"}
    assert (await own.post("identity", "/v1/persons/lookup", asked))["person_id"] == person_id
    refused = await neighbour.send("identity", "/v1/persons/lookup", asked)
    assert (refused.status_code, refused.json()["code"]) == (403, "DIVISION_FOREIGN")
    papers = [
        {"kind": kind, "reference": f"scan/{kind}"} for kind in ("INVOICE", "FEE_LIST", "ID_COPY", "DISCHARGE_RECORD")
    ]
    days = {"admitted_on": str(town.today - timedelta(days=9)), "discharged_on": str(town.today - timedelta(days=5))}
    case = {"person_id": person_id, "hospital_id": CITY_HOSPITAL.hospital_id, "kind": "inpatient", **days}
    case |= {"invoice_number": "XZ-1", "submitter": "FAMILY", "office": f"{person.county}100", "papers": papers}
    case_id = (await own.post("settlement", "/v1/cases", case))["case_id"]
    lines = [{"item": "示范项目", "amount": "10000.00", "cost_class": "compliant"}]
    body = {"lines": lines, "payers": BILL.payers, "patient_paid": "10000.00"}
    settled = await agency.post("settlement", f"/v1/cases/{case_id}/settlement", body)
    await wait_until_arrived(town.platform.admin_url)
    await stories.pay_back(town.platform, settled, person_id, person.county, town.today)
    seen = await own.get("settlement", f"/v1/cases/{case_id}")
    assert (seen["state"], seen["paid_on"], seen["office"]) == ("PAID", str(town.today), f"{person.county}100")
    assert [row["case_id"] for row in (await own.get("settlement", "/v1/cases"))["items"]] == [case_id]
    assert (await neighbour.get("settlement", "/v1/cases"))["items"] == []
    verdict = await verify(town.platform.admin_url)
    assert verdict.differences == ()
    assert (await read_books(town.platform.admin_url)).problems == []
