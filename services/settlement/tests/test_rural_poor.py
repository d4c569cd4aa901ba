"""Hunan's rural poor (001 二(一)): any one of the four is enough; what a late seal does to their stay elsewhere."""

from datetime import date
from pathlib import Path
from shutil import copytree
from typing import Any, Final

import pytest
from services.settlement.tests.conftest import POLICIES, Desk, open_desk

from contracts import referral as referral_told
from kernel.security import Role
from kernel.testing.surroundings import Surroundings
from law.packs import load_library

HUNAN: Final = "430000-hunan/2018-xiangrenshefa-46"
#: The target share is a sample: the documents that set it are not at hand (AMB-H4).
SETTINGS: Final = 'configured:\n  target_share_percent: [{from: 2018-01-01, value: "10", clause: 示例}]\n'
PAYERS: Final = {"BMI": "5000.00", "CII": "0.00", "THB": "0.00", "MA": "0.00", "HRED": "0.00"}


@pytest.fixture
async def hunan(around: Surroundings, tmp_path: Path) -> Desk:
    policies = Path(copytree(POLICIES, tmp_path / "policies"))
    (policies / f"{HUNAN}.settings.yaml").write_text(SETTINGS, encoding="utf-8")
    return await open_desk(around, "430481", library=load_library(policies))


async def backstop(desk: Desk, categories: tuple[str, ...], **more: Any) -> str:
    await desk.tell("P1", *categories, **more)
    settled = await desk.bill("P1", date(2019, 8, 5), {"compliant": "10000.00"}, PAYERS)
    return str(next(layer["amount"] for layer in settled["bill"]["layers"] if layer["payer"] == "FISCAL"))


@pytest.mark.parametrize(
    ("categories", "more", "pays"),
    [
        (("REGISTERED_POOR",), {"poverty_status": "NOT_LIFTED"}, "4000.00"),
        (("DIBAO",), {"group": "RURAL"}, "4000.00"),
        (("TEKUN",), {}, "4000.00"),
        (("POOR_DISABLED",), {}, "4000.00"),
        (("TEKUN", "POOR_DISABLED"), {}, "4000.00"),
        (("DIBAO",), {"group": "URBAN"}, "0.00"),
        (("LOW_INCOME",), {"group": "ELDERLY"}, "0.00"),
        ((), {}, "0.00"),
    ],
)
async def test_any_one_of_the_four_is_enough_at_the_window_and_nothing_else_is(
    hunan: Desk, categories: tuple[str, ...], more: dict[str, Any], pays: str
) -> None:
    assert await backstop(hunan, categories, **more) == pays


@pytest.mark.parametrize(("entered", "flagged"), [(date(2019, 7, 30), False), (date(2019, 8, 2), True)])
async def test_a_seal_that_was_entered_after_its_day_is_flagged_on_the_settlement(
    hunan: Desk, entered: date, flagged: bool
) -> None:
    agency = await hunan.service.client(Role.AGENCY, "A1")
    city = {"hospital_id": "H9", "name": "示范市医院", "level": "city", "division": "430102"}
    assert (await agency.post("/v1/institutions", json=city | {"contract_from": "2018-01-01"})).status_code == 201
    await hunan.tell("P1", "TEKUN")
    approval = referral_told.ReferralChanged(
        referral_id="R1",
        revision=3,
        person_id="P1",
        state="AGENCY_APPROVED",
        sending_hospital="H1",
        receiving_hospital="H9",
        approved_on=date(2019, 7, 30),
        approval_entered_on=entered,
    )
    await hunan.tell_of(referral_told.CONTRACT, "P1", approval)
    there = await hunan.service.client(Role.HOSPITAL, "H9")
    stay = {"person_id": "P1", "kind": "inpatient", "admitted_on": "2019-08-01", "referral_id": "R1"}
    path = f"/v1/encounters/{(await there.post('/v1/encounters', json=stay)).json()['encounter_id']}"
    fees = {"lines": [{"item": "示范", "amount": "10000.00", "cost_class": "compliant"}]}
    await there.post(f"{path}/fees", json=fees)
    await there.post(f"{path}/discharge", json={"discharged_on": "2019-08-05"})
    settled = await there.post(f"{path}/settlement", json={"payers": PAYERS})
    assert settled.status_code == 201, settled.text
    bill = settled.json()["bill"]
    assert ("referral_backdated" in bill["flags"], bill["flags"]["hpa_benefits"]) == (flagged, True)
    # It is for the agency to look at: the patient's money does not hang on when a clerk typed a day.
    assert next(layer["amount"] for layer in bill["layers"] if layer["payer"] == "FISCAL") == "4000.00"
