"""Two records of one person become one while a patient lies in hospital under the wrong one."""

from typing import Any

from kernel.security import Role
from onestop.demo import stories
from onestop.demo.city import HOSPITALS
from onestop.demo.window import Window
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify, verify_chain

BILL = stories.Bill(compliant_fen=2_000_000, other_fen=0, basic_fen=1_000_000)
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
