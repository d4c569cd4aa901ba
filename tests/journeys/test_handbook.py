"""A patient of Leye shows a poverty handbook before the list has come: no deposit is asked, and it is looked into."""

from typing import Any

from kernel.security import Role
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify
from workbench.demo.window import Window

PATIENT = {
    "id_number": "451028199003070023",
    "name": "示例",
    "born_on": "1990-03-07",
    "sex": "FEMALE",
    "county": "451028",
}
HOSPITAL = {"hospital_id": "H451028001", "name": "示范县医院", "level": "county", "division": "451028"}
NUMBER = "GX451028000123"


async def test_a_handbook_opens_the_door_before_the_list_does(town: Any) -> None:
    platform, today = town.platform, str(town.today)
    agency, office = Window(platform, Role.AGENCY), Window(platform, Role.DEPARTMENT, "poverty-alleviation")
    window = Window(platform, Role.HOSPITAL, HOSPITAL["hospital_id"])
    await agency.post("settlement", "/v1/institutions", HOSPITAL | {"contract_from": "2018-01-01"}, key="handbook-1")
    person_id = (await agency.post("identity", "/v1/persons", PATIENT, key="handbook-2"))["person_id"]
    shown = {"person_id": person_id, "number": NUMBER}
    unlisted = await window.post("identity", "/v1/handbook-checks", shown)
    assert unlisted["result"] == "UNLISTED"
    await wait_until_arrived(platform.admin_url)

    stay = {"person_id": person_id, "kind": "inpatient", "admitted_on": today}
    hasty = await window.post("settlement", "/v1/encounters", stay)
    assert hasty["deposit_required"]
    undo = {"reason": "登记时未核对手册"}
    await window.post("settlement", f"/v1/encounters/{hasty['encounter_id']}/cancellation", undo)
    admitted = await window.post(
        "settlement", "/v1/encounters", stay | {"handbook_check_id": unlisted["handbook_check_id"]}
    )
    assert not admitted["deposit_required"]
    (to_look_into,) = (await agency.get("settlement", "/v1/admission-checks"))["items"]
    assert to_look_into["encounter_id"] == admitted["encounter_id"]

    handbook = {"detail": {"kind": "handbook", "number": NUMBER}, "valid_from": "2018-01-01", "evidence": "手册发放表"}
    await office.post("identity", f"/v1/persons/{person_id}/facts", handbook, key="handbook-3")
    assert (await window.post("identity", "/v1/handbook-checks", shown))["result"] == "HOLDS"
    closing = {"outcome": "ENTITLED", "note": "名单补录"}
    await agency.post(
        "settlement", f"/v1/admission-checks/{admitted['encounter_id']}/closing", closing, key="handbook-4"
    )
    assert (await agency.get("settlement", "/v1/admission-checks"))["items"] == []
    await wait_until_arrived(platform.admin_url)
    verdict = await verify(platform.admin_url)
    assert verdict.identical, verdict.differences
