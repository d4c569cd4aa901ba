"""Seals are entered near the day that they bear, contracted hospitals file, a cancelled stay gives back (AMB-H5)."""

from datetime import UTC, date, datetime
from typing import Any, Final

import httpx
import pytest
from services.referral.tests.contracted import contracted

from contracts import settlement as told
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings
from referral.config import Config, config_from

NOW: Final = datetime(2018, 9, 5, 1, 0, tzinfo=UTC)
FORM: Final[dict[str, Any]] = {
    "person_id": "p1",
    "receiving_hospital": "H430100",
    "attributes": ["DIBAO"],
    "diagnosis": "脑梗死",
    "signed_on": "2018-09-01",
    "attachments": [
        {"kind": "id_card_copy", "reference": "scan/17/1"},
        {"kind": "social_card_copy", "reference": "scan/17/2"},
    ],
    "filled_in": ["phone", "address", "card_number"],
}


def test_the_grace_is_a_setting() -> None:
    assert config_from({}).grace_days is None
    assert config_from({"ONESTOP_REFERRAL_SEAL_GRACE_DAYS": "3"}).grace_days == 3


@pytest.mark.parametrize("config", [Config(grace_days=2)])
async def test_a_seal_is_not_entered_longer_after_its_day_than_the_grace(referral: Service) -> None:
    sender, agency = await referral.client(Role.HOSPITAL, "H430481"), await referral.client(Role.AGENCY)
    referral_id = (await sender.post("/v1/referrals", json=FORM)).json()["referral_id"]
    for client, step in ((sender, "endorsement"), (agency, "approval")):
        more = {"agreed": True} if step == "endorsement" else {}
        body = {"opinion": "同意", **more}
        path = f"/v1/referrals/{referral_id}/{step}"
        late = await client.post(path, json={**body, "sealed_on": "2018-09-02"})
        assert (late.status_code, late.json()["code"]) == (422, "SEAL_BACKDATED")
        assert "at most 2 days" in late.json()["detail"]
        assert (await client.post(path, json={**body, "sealed_on": "2018-09-03"})).status_code == 200
    assert await referral.pool.fetchval("SELECT approval_entered_on FROM referrals") == date(2018, 9, 5)


@pytest.mark.parametrize(
    ("contract", "status"),
    [
        ({}, 201),
        ({"contract_to": date(2018, 9, 1)}, 201),
        ({"contract_to": date(2018, 8, 31)}, 409),
        ({"contract_from": date(2018, 9, 2)}, 409),
    ],
)
async def test_a_hospital_whose_contract_does_not_hold_files_none(
    referral: Service, around: Surroundings, sender: httpx.AsyncClient, contract: dict[str, Any], status: int
) -> None:
    await contracted(around, referral, "H430481", **contract)
    filed = await sender.post("/v1/referrals", json=FORM)
    assert filed.status_code == status
    if status == 409:
        assert filed.json()["code"] == "HOSPITAL_NOT_CONTRACTED"


async def test_a_hospital_of_which_the_registry_has_not_told_yet_files_none(
    referral: Service, around: Surroundings
) -> None:
    unknown = await referral.client(Role.HOSPITAL, "H430482")
    refused = await unknown.post("/v1/referrals", json=FORM)
    assert (refused.status_code, refused.json()["code"]) == (409, "HOSPITAL_NOT_CONTRACTED")
    assert "no contract of H430482 is known" in refused.json()["detail"]
    await contracted(around, referral, "H430482", division="430481")
    assert (await unknown.post("/v1/referrals", json=FORM)).status_code == 201


@pytest.mark.parametrize("division", ["430482", "430400", "430000"])
async def test_a_contracted_hospital_of_another_place_files_none(
    referral: Service, around: Surroundings, division: str
) -> None:
    foreign = await referral.client(Role.HOSPITAL, "H-FOREIGN")
    await contracted(around, referral, "H-FOREIGN", division=division)
    refused = await foreign.post("/v1/referrals", json=FORM)
    assert (refused.status_code, refused.json()["code"]) == (409, "HOSPITAL_NOT_LOCAL")
    assert f"lies in {division}" in refused.json()["detail"]
    # The registry had it wrong: once it is put right, the same form is taken.
    await contracted(around, referral, "H-FOREIGN", division="430481")
    assert (await foreign.post("/v1/referrals", json=FORM)).status_code == 201


async def test_a_cancelled_stay_gives_its_referral_back_to_another_one(
    referral: Service, around: Surroundings, agency: httpx.AsyncClient, approved: str
) -> None:
    async def state() -> str:
        found: str = (await agency.get(f"/v1/referrals/{approved}")).json()["state"]
        return found

    async def tell(event: Any) -> None:
        await around.tell(told.CONTRACT, "p1", event)

    stay: dict[str, Any] = {"person_id": "p1", "hospital_id": "H430100", "referral_id": approved}
    begun: dict[str, Any] = {"admitted_on": date(2018, 9, 3), "deposit_required": False}
    for encounter, other in (("e1", "e0"), ("e2", "e1")):
        await tell(told.EncounterAdmitted(encounter_id=encounter, **stay, **begun))
        await eventually(lambda: _is(state, "USED"))
        # Another stay's cancellation gives nothing back.
        await tell(told.EncounterCancelled(encounter_id=other, **stay, cancelled_at=NOW))
        await tell(told.EncounterCancelled(encounter_id=encounter, **stay, cancelled_at=NOW))
        await eventually(lambda: _is(state, "AGENCY_APPROVED"))
    misuses = (await agency.get(f"/v1/referrals/{approved}/misuses")).json()
    assert misuses in ([], {"items": []})


async def _is(state: Any, wanted: str) -> bool:
    return bool(await state() == wanted)
