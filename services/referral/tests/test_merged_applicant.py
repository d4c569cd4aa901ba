"""A form for a record that identity merged into another one is refused, and the right record named."""

from datetime import date

import httpx

from contracts import identity, settlement
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

FORM = {
    "person_id": "p1",
    "receiving_hospital": "H430100",
    "attributes": ["DIBAO"],
    "diagnosis": "脑梗死",
    "signed_on": "2018-09-01",
    "signed_by": "FAMILY",
    "attachments": [
        {"kind": "household_book_copy", "reference": "scan/17/1"},
        {"kind": "social_card_copy", "reference": "scan/17/2"},
    ],
    "filled_in": ["phone", "address", "card_number"],
}
HELD = (
    identity.Membership(membership_id="m1", category="DIBAO", department="civil-affairs", valid_from=date(2018, 1, 1)),
)
_MERGED_SQL = "SELECT count(*) FROM applicants WHERE merged_into = 'p2'"


async def test_a_form_for_a_merged_record_is_refused_and_the_right_one_named(
    around: Surroundings, referral: Service, sender: httpx.AsyncClient
) -> None:
    merged = identity.EntitlementChanged(
        person_id="p1", revision=4, change="MERGED", county="430481", memberships=HELD, merged_into="p2"
    )
    await around.tell(identity.CONTRACT, "p1", merged)
    await around.tell(
        identity.CONTRACT,
        "p2",
        identity.EntitlementChanged(person_id="p2", revision=4, change="TOOK_OVER", county="430481", memberships=HELD),
    )
    await eventually(lambda: referral.pool.fetchval(_MERGED_SQL))
    await eventually(lambda: referral.pool.fetchval("SELECT count(*) = 2 FROM applicants"))
    refused = await sender.post("/v1/referrals", json=FORM)
    assert (refused.status_code, refused.json()["code"]) == (409, "PERSON_MERGED")
    assert refused.json()["about"] == {"person": "p1", "surviving": "p2"}
    assert (await sender.post("/v1/referrals", json={**FORM, "person_id": "p2"})).status_code == 201


async def test_a_stay_under_the_surviving_record_uses_up_the_merged_one_s_referral(
    around: Surroundings, referral: Service, agency: httpx.AsyncClient, approved: str
) -> None:
    merged = identity.EntitlementChanged(
        person_id="p1", revision=4, change="MERGED", county="430481", memberships=HELD, merged_into="p2"
    )
    await around.tell(identity.CONTRACT, "p1", merged)
    await eventually(lambda: referral.pool.fetchval(_MERGED_SQL))
    stay = settlement.EncounterAdmitted(
        encounter_id="e1",
        person_id="p2",
        hospital_id="H430100",
        admitted_on=date(2018, 9, 3),
        deposit_required=False,
        referral_id=approved,
    )
    await around.tell(settlement.CONTRACT, "p2", stay)

    async def used() -> bool:
        return bool((await agency.get(f"/v1/referrals/{approved}")).json()["encounter_id"] == "e1")

    await eventually(used)
    assert (await agency.get(f"/v1/referrals/{approved}/misuses")).json() == []
