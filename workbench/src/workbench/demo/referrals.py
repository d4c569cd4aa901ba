"""Referrals in the demonstration: filed and endorsed by the sending hospital, approved by the agency."""

from datetime import date

from kernel.security import Role
from onestop.platform import Platform
from workbench.demo.window import Window


async def refer(
    platform: Platform, sending: Window, person_id: str, receiving_hospital: str, day: date, category: str
) -> str:
    """File, endorse and approve; gives the referral's id."""
    form = {
        "person_id": person_id,
        "receiving_hospital": receiving_hospital,
        "attributes": [category],
        "diagnosis": "示范诊断",
        "signed_on": day.isoformat(),
        "attachments": [
            {"kind": "id_card_copy", "reference": f"scan/{person_id}/1"},
            {"kind": "social_card_copy", "reference": f"scan/{person_id}/2"},
        ],
        "filled_in": ["phone", "address", "card_number"],
    }
    filed = await sending.post("referral", "/v1/referrals", form)
    path = f"/v1/referrals/{filed['referral_id']}"
    opinion = {"opinion": "同意转诊", "sealed_on": day.isoformat()}
    await sending.post("referral", f"{path}/endorsement", {**opinion, "agreed": True})
    # Each approval has a key of its own, because one agency approves for all hospitals at the same time.
    agency = Window(platform, Role.AGENCY)
    approved = await agency.post("referral", f"{path}/approval", opinion, key=f"approval-{filed['referral_id']}")
    assert approved["state"] == "AGENCY_APPROVED", approved
    return str(filed["referral_id"])
