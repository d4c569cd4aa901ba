"""A department's word counts at once: what settlement was shown before does not hold where the truth has changed."""

from datetime import timedelta
from typing import Any

from kernel.security import Role
from onestop.quiescence import wait_until_arrived
from workbench.demo import stories
from workbench.demo.city import HOSPITALS
from workbench.demo.window import Window


async def test_a_category_told_between_pre_settlement_and_settlement_counts(town: Any) -> None:
    window = Window(town.platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
    person_id = town.someone("REGISTERED_POOR")
    begun = town.today - timedelta(days=3)
    bill = stories.Bill(compliant_fen=2_000_000, other_fen=0, basic_fen=1_000_000)
    encounter = (await stories.admit(window, person_id, "inpatient", begun))["encounter_id"]
    await stories.upload(window, encounter, bill)
    path = f"/v1/encounters/{encounter}"
    await window.post("settlement", f"{path}/discharge", {"discharged_on": town.today.isoformat()})
    shown = await window.post("settlement", f"{path}/pre-settlement", {"payers": bill.payers})
    assert (shown["category"], shown["patient_pays"]) == ("REGISTERED_POOR", "2000.00")

    office = Window(town.platform, Role.DEPARTMENT, "civil-affairs")
    said = {"category": "TEKUN", "valid_from": begun.isoformat(), "evidence": "特困 2019-08"}
    await office.post("identity", f"/v1/persons/{person_id}/memberships", said, key="just-now")
    await wait_until_arrived(town.platform.admin_url)

    settled = await stories.settle(window, encounter, bill)
    assert (settled["bill"]["category"], settled["bill"]["patient_pays"]) == ("TEKUN", "0.00")
