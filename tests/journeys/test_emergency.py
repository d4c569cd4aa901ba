"""An emergency beyond the county: the referral is filed afterwards, and the stay has its benefits (AMB-H5)."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from kernel.security import Role
from kernel.writing.database import administering
from onestop.platform import Platform, running_platform
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify
from workbench.demo.report import read_books
from workbench.demo.window import Window

POLICIES: Final = Path(__file__).parent.parent.parent / "policies"
HUNAN: Final = "430000-hunan/2018-xiangrenshefa-46"
SETTINGS: Final = """
configured:
  target_share_percent: [{from: 2018-01-01, value: "10", clause: 示例}]
readings: {H5: emergency_filed_afterwards}
"""
PERSON: Final = {"id_number": "430102196001010020", "name": "示例", "born_on": "1960-01-01", "sex": "FEMALE"}
SENDING, RECEIVING = "H-CS-COUNTY", "H-CS-CITY"
PAYERS: Final = {"BMI": "30000.00", "CII": "9000.00", "THB": "6000.00", "MA": "4000.00", "HRED": "0.00"}


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
async def hunan(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> AsyncIterator[Platform]:
    bootstrap = request.getfixturevalue("kafka_broker").bootstrap if request.param == "kafka" else None
    prefix = f"{urlsplit(database).path.strip('/')}-"
    policies = tmp_path / "policies"
    shutil.copytree(POLICIES, policies)
    (policies / f"{HUNAN}.settings.yaml").write_text(SETTINGS, encoding="utf-8")
    emergencies = {"ONESTOP_REFERRAL_EMERGENCY_DAYS": "5"}
    async with running_platform(
        database, tmp_path, policies, kafka_bootstrap=bootstrap, topic_prefix=prefix, settings=emergencies
    ) as platform:
        yield platform


async def poor_person(platform: Platform) -> str:
    agency = Window(platform, Role.AGENCY)
    person_id: str = (await agency.post("identity", "/v1/persons", {**PERSON, "county": "430102"}))["person_id"]
    office = Window(platform, Role.DEPARTMENT, "civil-affairs")
    said = {"category": "DIBAO", "valid_from": "2018-01-01", "evidence": "样表"}
    await office.post("identity", f"/v1/persons/{person_id}/memberships", said)
    hospital = {"hospital_id": RECEIVING, "name": "示例医院", "level": "city", "division": "430103"}
    await agency.post("settlement", "/v1/institutions", {**hospital, "contract_from": "2018-01-01"})
    near = {"hospital_id": SENDING, "name": "示例县医院", "level": "county", "division": "430102"}
    await agency.post("settlement", "/v1/institutions", {**near, "contract_from": "2018-01-01"})
    await wait_until_arrived(platform.admin_url)
    return person_id


async def referral_for(platform: Platform, person_id: str, **more: str) -> str:
    referral_id = await applied_for(platform, person_id, **more)
    seal = {"opinion": "同意", "sealed_on": "2018-09-13"}
    agency = Window(platform, Role.AGENCY)
    await agency.post("referral", f"/v1/referrals/{referral_id}/approval", seal, key=f"approve-{referral_id}")
    return referral_id


async def applied_for(platform: Platform, person_id: str, **more: str) -> str:
    """A referral that waits for the agency."""
    sending = Window(platform, Role.HOSPITAL, SENDING)
    copies = [{"kind": "id_card_copy", "reference": "scan/1"}, {"kind": "social_card_copy", "reference": "scan/2"}]
    form = {"person_id": person_id, "receiving_hospital": RECEIVING, "attributes": ["DIBAO"], "diagnosis": "脑出血"}
    filled_in = {"filled_in": ["phone", "address", "card_number"]}
    filed = await sending.post(
        "referral", "/v1/referrals", {**form, "signed_on": "2018-09-12", "attachments": copies, **filled_in, **more}
    )
    seal = {"opinion": "同意", "sealed_on": "2018-09-13"}
    await sending.post("referral", f"/v1/referrals/{filed['referral_id']}/endorsement", {**seal, "agreed": True})
    referral_id: str = filed["referral_id"]
    return referral_id


async def admitted(window: Window, person_id: str, **more: str) -> str:
    body = {"person_id": person_id, "kind": "inpatient", "admitted_on": "2018-09-10", **more}
    encounter = (await window.post("settlement", "/v1/encounters", body))["encounter_id"]
    path = f"/v1/encounters/{encounter}"
    line = {"item": "合规", "amount": "60000.00", "cost_class": "compliant"}
    await window.post("settlement", f"{path}/fees", {"lines": [line]})
    await window.post("settlement", f"{path}/discharge", {"discharged_on": "2018-09-30"})
    return path


async def test_a_referral_filed_after_an_emergency_opens_the_benefits(hunan: Platform) -> None:
    person_id = await poor_person(hunan)
    window = Window(hunan, Role.HOSPITAL, RECEIVING)
    path = await admitted(window, person_id)
    before = await window.post("settlement", f"{path}/pre-settlement", {"payers": PAYERS})
    assert (before["patient_pays"], before["flags"]["hpa_benefits"]) == ("21000.00", False)

    referral = await referral_for(hunan, person_id, emergency_admitted_on="2018-09-10")
    await wait_until_arrived(hunan.admin_url)
    await window.post("settlement", f"{path}/referral", {"referral_id": referral})
    settled = await window.post("settlement", f"{path}/settlement", {"payers": PAYERS})
    # 60 000 - 49 000 = 11 000, of which the county's target leaves 10 % of 60 000 to the patient.
    assert (settled["bill"]["patient_pays"], settled["bill"]["flags"]["hpa_benefits"]) == ("6000.00", True)

    await wait_until_arrived(hunan.admin_url)
    agency = Window(hunan, Role.AGENCY)
    seen = await agency.get("referral", f"/v1/referrals/{referral}")
    assert (seen["state"], seen["emergency_admitted_on"], seen["county"]) == ("USED", "2018-09-10", "430102")
    printed = await hunan.client("referral", Role.AGENCY).get(f"/v1/referrals/{referral}/form")
    assert f"示例医院（{RECEIVING}）" in printed.text
    stays = await agency.get("referral", f"/v1/referrals/{referral}/settlements")
    assert [(s["settlement_id"], s["with_benefits"], s["revoked_at"]) for s in stays] == [
        (settled["settlement_id"], True, None)
    ]
    again = await window.send("settlement", f"{path}/referral", {"referral_id": referral})
    assert again.status_code == 200
    other = await window.send("settlement", f"{path}/referral", {"referral_id": "another"})
    assert (other.status_code, other.json()["code"]) == (422, "REFERRAL_UNKNOWN")

    await window.post("settlement", f"/v1/settlements/{settled['settlement_id']}/revocation", {"reason": "录入错误"})
    await wait_until_arrived(hunan.admin_url)
    stays = await agency.get("referral", f"/v1/referrals/{referral}/settlements")
    assert stays[0]["revoked_at"] is not None
    verdict = await verify(hunan.admin_url)
    assert verdict.identical, verdict.differences


async def test_an_ordinary_referral_that_came_after_the_admission_opens_nothing(hunan: Platform) -> None:
    person_id = await poor_person(hunan)
    window = Window(hunan, Role.HOSPITAL, RECEIVING)
    path = await admitted(window, person_id)
    referral = await referral_for(hunan, person_id)
    await wait_until_arrived(hunan.admin_url)
    await window.post("settlement", f"{path}/referral", {"referral_id": referral})
    settled = await window.post("settlement", f"{path}/settlement", {"payers": PAYERS})
    assert (settled["bill"]["patient_pays"], settled["bill"]["flags"]["hpa_benefits"]) == ("21000.00", False)
    await wait_until_arrived(hunan.admin_url)
    misuses: list[Any] = await Window(hunan, Role.AGENCY).get("referral", f"/v1/referrals/{referral}/misuses")
    assert [misuse["why"] for misuse in misuses] == ["APPROVED_AFTER_ADMISSION"]


async def test_a_referral_filed_after_the_bill_was_settled_opens_a_review_that_pays_the_benefits(
    hunan: Platform,
) -> None:
    person_id = await poor_person(hunan)
    window, agency, operator = (
        Window(hunan, Role.HOSPITAL, RECEIVING),
        Window(hunan, Role.AGENCY),
        Window(hunan, Role.OPERATIONS),
    )
    path = await admitted(window, person_id)
    settled = await window.post("settlement", f"{path}/settlement", {"payers": PAYERS})
    assert settled["bill"]["patient_pays"] == "21000.00"
    referral = await referral_for(hunan, person_id, emergency_admitted_on="2018-09-10")
    await wait_until_arrived(hunan.admin_url)
    assert (await operator.get("settlement", "/v1/reviews"))["items"] == []

    await window.post("settlement", f"{path}/referral", {"referral_id": referral})
    await wait_until_arrived(hunan.admin_url)
    (item,) = (await operator.get("settlement", "/v1/reviews"))["items"]
    assert (item["settlement_id"], item["patient_change"]) == (settled["settlement_id"], "-15000.00")
    (bill,) = (await operator.get("settlement", f"/v1/reviews/{item['review_id']}"))["bills"]
    assert (bill["because"], bill["referral_approved_on"]) == ("FACTS", "2018-09-13")

    proposal = {"decision": "ADJUST", "reason": "急诊转诊补备案"}
    await operator.post("settlement", f"/v1/reviews/{item['review_id']}/proposal", proposal)
    await agency.post("settlement", f"/v1/reviews/{item['review_id']}/release", {}, key="late-referral")
    await wait_until_arrived(hunan.admin_url)
    assert (await operator.get("settlement", "/v1/reviews"))["items"] == []
    assert (await agency.get("referral", f"/v1/referrals/{referral}"))["state"] == "USED"
    assert (await read_books(hunan.admin_url)).problems == []
    verdict = await verify(hunan.admin_url)
    assert verdict.identical, verdict.differences


async def test_a_referral_named_at_the_door_and_approved_after_the_bill_is_reviewed(hunan: Platform) -> None:
    person_id = await poor_person(hunan)
    window, agency, operator = (
        Window(hunan, Role.HOSPITAL, RECEIVING),
        Window(hunan, Role.AGENCY),
        Window(hunan, Role.OPERATIONS),
    )
    referral = await applied_for(hunan, person_id, emergency_admitted_on="2018-09-10")
    await wait_until_arrived(hunan.admin_url)
    path = await admitted(window, person_id, referral_id=referral)
    settled = await window.post("settlement", f"{path}/settlement", {"payers": PAYERS})
    assert settled["bill"]["patient_pays"] == "21000.00"
    seal = {"opinion": "同意", "sealed_on": "2018-09-13"}
    await agency.post("referral", f"/v1/referrals/{referral}/approval", seal, key="late-approval")
    await wait_until_arrived(hunan.admin_url)
    (item,) = (await operator.get("settlement", "/v1/reviews"))["items"]
    assert (item["settlement_id"], item["patient_change"]) == (settled["settlement_id"], "-15000.00")


@pytest.mark.parametrize("hunan", ["embedded"], indirect=True)
async def test_a_referral_approved_between_a_settlements_reading_and_its_commit_is_reviewed(hunan: Platform) -> None:
    person_id = await poor_person(hunan)
    window, operator = Window(hunan, Role.HOSPITAL, RECEIVING), Window(hunan, Role.OPERATIONS)
    referral = await applied_for(hunan, person_id, emergency_admitted_on="2018-09-10")
    await wait_until_arrived(hunan.admin_url)
    path = await admitted(window, person_id, referral_id=referral)
    async with administering(hunan.admin_url, search_path="settlement") as database:
        async with database.transaction():
            # Settlement's own messages wait; referral's was done with the approval before this bill existed.
            await database.execute("SELECT FROM inbox_cursor WHERE consumer = 'settlement-review' FOR UPDATE")
            settled = await window.post("settlement", f"{path}/settlement", {"payers": PAYERS})
            async with administering(hunan.admin_url, search_path="settlement") as referrals:
                await referrals.execute(
                    "UPDATE referrals SET revision = revision + 1, state = 'AGENCY_APPROVED', "
                    "approved_on = '2018-09-13'"
                )
        missed = await database.fetchval(
            "SELECT r.revision - s.referral_revision FROM settlements s JOIN encounters e USING (encounter_id) "
            "JOIN referrals r USING (referral_id)"
        )
        assert missed == 1, "the settlement records what it knew"
    await wait_until_arrived(hunan.admin_url)
    (item,) = (await operator.get("settlement", "/v1/reviews"))["items"]
    assert (item["settlement_id"], item["patient_change"]) == (settled["settlement_id"], "-15000.00")
