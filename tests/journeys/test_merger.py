"""Two records of one person become one while a patient lies in hospital under the wrong one."""

from typing import Any

from kernel.security import Role
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify, verify_chain
from workbench.demo import stories
from workbench.demo.city import AREA, HOSPITALS
from workbench.demo.report import read_books
from workbench.demo.window import Window

BILL = stories.Bill(compliant_fen=2_000_000, other_fen=0, basic_fen=1_000_000)
LARGE = stories.Bill(compliant_fen=9_000_000, other_fen=0, basic_fen=2_000_000)
HOSPITAL = HOSPITALS[0].hospital_id
TWIN = {
    "id_number": "445201199003070034",
    "name": "示例",
    "born_on": "1990-03-07",
    "sex": "MALE",
    "county": "445201",
}


async def test_a_stay_under_a_merged_record_is_settled_and_a_new_one_sent_to_the_surviving(town: Any) -> None:
    platform = town.platform
    agency, window = Window(platform, Role.AGENCY), Window(platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
    person_id = town.someone("DIBAO")
    twin = (await agency.post("identity", "/v1/persons", TWIN, key="merger-1"))["person_id"]
    await wait_until_arrived(platform.admin_url)
    admitted = await stories.admit(window, twin, "inpatient", town.today)
    assert "category" not in admitted or admitted["category"] is None

    merger = {"other_id": twin, "evidence": "household book"}
    await agency.post("identity", f"/v1/persons/{person_id}/merger", merger, key="merger-2")
    await wait_until_arrived(platform.admin_url)
    refused = await window.send(
        "settlement", "/v1/encounters", {"person_id": twin, "kind": "inpatient", "admitted_on": str(town.today)}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "PERSON_MERGED")
    assert refused.json()["about"]["surviving"] == person_id
    assert (await stories.admit(window, person_id, "outpatient", town.today))["category"] == "DIBAO"

    await stories.upload(window, admitted["encounter_id"], BILL)
    path = f"/v1/encounters/{admitted['encounter_id']}"
    await window.post("settlement", f"{path}/discharge", {"discharged_on": str(town.today)})
    settled = await stories.settle(window, admitted["encounter_id"], BILL, key="merger-3")
    aid = {layer["payer"]: layer["amount"] for layer in settled["bill"]["layers"]}["MA"]
    assert (settled["bill"]["category"], aid) == ("DIBAO", "8000.00")
    await wait_until_arrived(platform.admin_url)
    verdict = await verify(platform.admin_url)
    assert verdict.identical, verdict.differences
    assert (await verify_chain(platform.admin_url)).broken == ()


async def test_aid_that_two_records_had_twice_is_clawed_back_once_they_are_one_person(embedded_town: Any) -> None:
    platform = embedded_town.platform
    agency, operator = Window(platform, Role.AGENCY), Window(platform, Role.OPERATIONS)
    office, window = Window(platform, Role.DEPARTMENT, "civil-affairs"), Window(platform, Role.HOSPITAL, HOSPITAL)
    person_id = embedded_town.someone("DIBAO")
    twin = (await agency.post("identity", "/v1/persons", TWIN, key="twin-1"))["person_id"]
    said = {"category": "DIBAO", "valid_from": "2019-01-01", "evidence": "样表"}
    await office.post("identity", f"/v1/persons/{twin}/memberships", said, key="twin-2")
    year = embedded_town.today.year
    enrolled = {"registered_on": f"{year}-01-01", "marked_on": f"{year}-01-01"}
    body = {"scheme": "RESIDENT", "area": AREA, "year": year, **enrolled}
    await agency.post("identity", f"/v1/persons/{twin}/enrolments", body, key="twin-5")
    await wait_until_arrived(platform.admin_url)
    for n, record in enumerate((twin, person_id)):
        admitted = await stories.admit(window, record, "inpatient", embedded_town.today)
        await stories.upload(window, admitted["encounter_id"], LARGE)
        path = f"/v1/encounters/{admitted['encounter_id']}/discharge"
        await window.post("settlement", path, {"discharged_on": str(embedded_town.today)})
        settled = await stories.settle(window, admitted["encounter_id"], LARGE, key=f"twin-bill-{n}")
        assert {layer["payer"]: layer["amount"] for layer in settled["bill"]["layers"]}["MA"] == "56000.00"

    await agency.post(
        "identity", f"/v1/persons/{person_id}/merger", {"other_id": twin, "evidence": "户口本"}, key="twin-3"
    )
    await wait_until_arrived(platform.admin_url)
    (item,) = (await operator.get("settlement", "/v1/reviews"))["items"]
    assert (item["person_id"], item["patient_change"]) == (person_id, "42000.00")
    proposal = {"decision": "ADJUST", "reason": "两条记录为同一人，超过年度限额"}
    await operator.post("settlement", f"/v1/reviews/{item['review_id']}/proposal", proposal)
    await agency.post("settlement", f"/v1/reviews/{item['review_id']}/release", {}, key="twin-4")
    await wait_until_arrived(platform.admin_url)
    counted = await operator.get("settlement", f"/v1/benefit-years/{AREA}/{person_id}/{year}")
    assert counted["balances"]["aid_in"] == "60000.00"
    assert (await read_books(platform.admin_url)).problems == []
    verdict = await verify(platform.admin_url)
    assert verdict.identical, verdict.differences
