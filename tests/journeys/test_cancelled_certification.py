"""From the doctors' certification to the ledger: a cancelled one costs the hospital, never the patient (003
三(九)), and only who certified has an incident."""

from typing import Any

from kernel.security import Role
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify
from onestop.trace import trace
from workbench.demo.window import Window

HOSPITAL, COUNTY = "H-CHENGZHONG", "450202"
PERSON = {"id_number": "45020219600101002X", "name": "示例", "born_on": "1960-01-01", "sex": "FEMALE"}
PERSON |= {"county": COUNTY}
POOR = {"category": "REGISTERED_POOR", "valid_from": "2018-01-01", "evidence": "样表", "poverty_status": "NOT_LIFTED"}
DOCTORS = [
    {"doctor_id": "D1", "title": "ATTENDING", "specialty": "心内科"},
    {"doctor_id": "D2", "title": "DEPUTY_CHIEF", "specialty": "心内科"},
]
PAYERS = {"BMI": "300.00", "CII": "0.00", "BMI2": "0.00", "MA": "0.00"}


async def visit(window: Window, person_id: str, day: str) -> dict[str, Any]:
    body = {"person_id": person_id, "kind": "chronic_outpatient", "admitted_on": day, "disease": "GX01"}
    path = f"/v1/encounters/{(await window.post('settlement', '/v1/encounters', body))['encounter_id']}"
    line = {"item": "合规", "amount": "600.00", "cost_class": "compliant"}
    await window.post("settlement", f"{path}/fees", {"lines": [line]})
    settled: dict[str, Any] = await window.post("settlement", f"{path}/settlement", {"payers": PAYERS})
    return settled


async def register(platform: Any, agency: Window) -> str:
    entry = {"hospital_id": HOSPITAL, "name": "示例医院", "level": "county", "division": COUNTY}
    await agency.post("settlement", "/v1/institutions", {**entry, "contract_from": "2018-01-01"}, key="cert-1")
    certifier = {"hospital_id": HOSPITAL, "name": "示例医院", "grade": 2, "since": "2018-01-01"}
    await agency.post("identity", "/v1/certifiers", certifier, key="cert-2")
    person_id = (await agency.post("identity", "/v1/persons", PERSON, key="cert-3"))["person_id"]
    office = Window(platform, Role.DEPARTMENT, "poverty-alleviation")
    await office.post("identity", f"/v1/persons/{person_id}/memberships", POOR, key="cert-4")
    await wait_until_arrived(platform.admin_url)
    return str(person_id)


async def test_a_cancelled_certification_costs_the_hospital_and_not_the_patient(town: Any) -> None:
    platform, today = town.platform, town.today.isoformat()
    agency, finance = Window(platform, Role.AGENCY), Window(platform, Role.FINANCE)
    window = Window(platform, Role.HOSPITAL, HOSPITAL)
    person_id = await register(platform, agency)

    before = await visit(window, person_id, today)
    assert before["bill"]["patient_pays"] == "300.00", "without a certification there is no backstop"

    path = f"/v1/persons/{person_id}/certifications"
    certified = (await window.post("identity", path, {"disease": "GX01", "doctors": DOCTORS}))["certification_id"]
    await wait_until_arrived(platform.admin_url)
    settled = await visit(window, person_id, today)
    assert settled["bill"]["patient_pays"] == "120.00"
    await wait_until_arrived(platform.admin_url)
    assert await owed(finance) == {"BACKSTOP": "-180.00", "BMI": "-600.00"}

    cancel = {"cancelled_from": today, "reason": "事后监管：不符合认定条件"}
    await agency.post("identity", f"{path}/{certified}/cancellation", cancel, key="cert-5")
    await wait_until_arrived(platform.admin_url)
    (refused,) = (await window.get("settlement", "/v1/payment-refusals"))["items"]
    assert (refused["settlement_id"], refused["amount"]) == (settled["settlement_id"], "480.00")
    journals = await finance.get("fund-ledger", f"/v1/settlements/{settled['settlement_id']}/journals")
    assert [journal["kind"] for journal in journals] == ["settlement", "refusal"]
    assert await owed(finance) == {"BACKSTOP": "0.00", "BMI": "-300.00"}, "only the visit without one is still owed"
    kept = await window.get("settlement", f"/v1/settlements/{settled['settlement_id']}")
    assert (kept["revoked"], kept["bill"]["patient_pays"]) == (False, "120.00")

    await check_story(platform, settled["settlement_id"])
    said = {"person_id": person_id, "certification_id": certified, "how": "STANDARD_LOWERED", "why": "复核"}
    other = await agency.send("operations", "/v1/doctor-incidents", {**said, "doctor_id": "D3"})
    assert (other.status_code, other.json()["code"]) == (409, "DOCTOR_NOT_CERTIFIER")
    await agency.post("operations", "/v1/doctor-incidents", {**said, "doctor_id": "D2"}, key="cert-6")
    verdict = await verify(platform.admin_url)
    assert verdict.identical, verdict.differences


async def check_story(platform: Any, settlement_id: str) -> None:
    story = await trace(platform.admin_url, settlement_id)
    told = [(step.service, step.type) for step in story.steps]
    assert told.index(("identity", "ChronicCertified")) < told.index(("settlement", "SettlementConfirmed"))
    assert told.index(("identity", "CertificationCancelled")) < told.index(("settlement", "PaymentRefused"))
    assert told[-2:] == [("fund-ledger", "JournalBooked"), ("fund-ledger", "FundRestored")]


async def owed(finance: Window) -> dict[str, str]:
    rows = (await finance.get("fund-ledger", f"/v1/accounts?prefix=payable/hospital/{HOSPITAL}"))["items"]
    return {row["account"].rsplit("/", 1)[1]: row["balance"] for row in rows}
