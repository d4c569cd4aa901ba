"""Referral over real HTTP on real PostgreSQL: who may do and see what, and what comes of it."""

from datetime import UTC, date, datetime
from typing import Any

import httpx
import msgspec
import pytest

from contracts import settlement as told
from contracts.referral import CONTRACT, ReferralChanged
from kernel.messaging.envelope import decode
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

FORM: dict[str, Any] = {
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
SEALED = {"opinion": "同意", "sealed_on": "2018-09-02"}


def admitted(referral_id: str, **changes: Any) -> told.EncounterAdmitted:
    stay = told.EncounterAdmitted(
        encounter_id="e1",
        person_id="p1",
        hospital_id="H430100",
        admitted_on=date(2018, 9, 3),
        deposit_required=False,
        referral_id=referral_id,
    )
    return msgspec.structs.replace(stay, **changes)


async def test_a_referral_goes_from_application_to_approval(agency: httpx.AsyncClient, approved: str) -> None:
    seen = (await agency.get(f"/v1/referrals/{approved}")).json()
    assert (seen["state"], seen["revision"]) == ("AGENCY_APPROVED", 3)
    days = [seen[name] for name in ("signed_on", "endorsed_on", "approved_on", "expires_on")]
    assert days == ["2018-09-01", "2018-09-02", "2018-09-02", "2018-10-01"]
    assert (seen["attributes"], seen["signed_by"], seen["review"]) == (["DIBAO"], "FAMILY", "同意")
    assert seen["attachments"][0] == {"kind": "household_book_copy", "reference": "scan/17/1"}


async def test_every_step_is_published_under_the_person(around: Surroundings, approved: str) -> None:
    published = await eventually(lambda: _published(around, 3))
    assert [key for key, _ in published] == ["p1", "p1", "p1"]
    steps = [(event.state, event.revision, event.approved_on) for _, event in published]
    assert steps == [
        ("APPLIED", 1, None),
        ("HOSPITAL_AGREED", 2, None),
        ("AGENCY_APPROVED", 3, date(2018, 9, 2)),
    ]
    assert published[-1][1].expires_on == date(2018, 10, 1)


async def _published(around: Surroundings, count: int) -> list[tuple[str, ReferralChanged]]:
    rows = await around.bus.fetch(
        'SELECT key, headers, body FROM messages WHERE topic = $1 ORDER BY "offset"', "referral"
    )
    if len(rows) < count:
        return []
    return [(row["key"], decode(CONTRACT, msgspec.json.decode(row["headers"])["ce_type"], row["body"])) for row in rows]


async def test_an_admission_uses_the_referral_up_and_a_revocation_leaves_it(
    around: Surroundings, agency: httpx.AsyncClient, sender: httpx.AsyncClient, approved: str, referral: Service
) -> None:
    await around.tell(told.CONTRACT, "p1", admitted(approved))
    path = f"/v1/referrals/{approved}"

    async def used() -> bool:
        return bool((await agency.get(path)).json()["state"] == "USED")

    await eventually(used)
    refused = await sender.post(f"{path}/cancellation", json={"reason": "改期"})
    assert (refused.status_code, refused.json()["code"]) == (409, "REFERRAL_NOT_IN_STATE")
    revoked = told.SettlementRevoked(
        settlement_id="s1",
        encounter_id="e1",
        person_id="p1",
        hospital_id="H430100",
        revoked_at=datetime(2018, 9, 30, tzinfo=UTC),
        reason="录入错误",
        refund_to_patient_fen=0,
    )
    await around.tell(told.CONTRACT, "p1", revoked)
    await around.tell(told.CONTRACT, "p1", admitted(approved, encounter_id="e2"))
    [misuse] = await eventually(lambda: _misuses(agency, path))
    assert (misuse["encounter_id"], misuse["why"]) == ("e2", "USED_BEFORE")
    assert (await agency.get(path)).json()["encounter_id"] == "e1"
    assert await referral.pool.fetchval("SELECT count(*) FROM inbox_parked") == 0
    actors = await referral.pool.fetch("SELECT meta->>'actor' AS actor FROM events WHERE meta->>'causation_id' <> ''")
    assert [row["actor"] for row in actors] == ["referral", "referral"], "who reacts acts, and not who told"


async def _misuses(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get(f"{path}/misuses")).json()
    return found


async def test_an_admission_on_an_unknown_referral_holds_nothing_up(
    around: Surroundings, agency: httpx.AsyncClient, approved: str
) -> None:
    await around.tell(told.CONTRACT, "p1", admitted("no-such-referral"))
    await around.tell(told.CONTRACT, "p1", admitted(approved))

    async def used() -> bool:
        return bool((await agency.get(f"/v1/referrals/{approved}")).json()["encounter_id"] == "e1")

    await eventually(used)


async def test_a_hospital_sees_only_its_own(
    referral: Service, sender: httpx.AsyncClient, receiver: httpx.AsyncClient, applied: str
) -> None:
    path = f"/v1/referrals/{applied}"
    stranger = await referral.client(Role.HOSPITAL, "H999999")
    assert (await sender.get(path)).status_code == 200
    for client in (stranger, receiver):
        refused = await client.get(path)
        assert (refused.status_code, refused.json()["code"]) == (404, "REFERRAL_UNKNOWN")
    assert (await stranger.get("/v1/referrals")).json()["items"] == []
    assert [row["referral_id"] for row in (await sender.get("/v1/referrals")).json()["items"]] == [applied]
    for step, body in (("endorsement", {**SEALED, "agreed": True}), ("cancellation", {"reason": "x"})):
        refused = await stranger.post(f"{path}/{step}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (404, "REFERRAL_UNKNOWN")


async def test_the_receiving_hospital_sees_it_once_approved(receiver: httpx.AsyncClient, approved: str) -> None:
    assert (await receiver.get(f"/v1/referrals/{approved}")).status_code == 200
    assert (await receiver.get("/v1/referrals")).json()["items"] == []
    listed = (await receiver.get("/v1/referrals", params={"side": "received"})).json()["items"]
    assert [row["referral_id"] for row in listed] == [approved]


async def test_the_agency_lists_by_state_and_person_page_by_page(
    sender: httpx.AsyncClient, agency: httpx.AsyncClient, approved: str
) -> None:
    for _ in range(3):
        assert (await sender.post("/v1/referrals", json=FORM)).status_code == 201
    query: dict[str, str] = {"state": "APPLIED", "limit": "2"}
    page = (await agency.get("/v1/referrals", params=query)).json()
    rest = (await agency.get("/v1/referrals", params={**query, "after": page["next"]})).json()
    assert (len(page["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    assert {row["state"] for row in (*page["items"], *rest["items"])} == {"APPLIED"}
    assert len((await agency.get("/v1/referrals")).json()["items"]) == 4
    assert len((await agency.get("/v1/referrals", params={"person_id": "p1"})).json()["items"]) == 4
    assert (await agency.get("/v1/referrals", params={"person_id": "p2"})).json()["items"] == []


async def test_filing_twice_under_one_key_files_once(sender: httpx.AsyncClient, referral: Service) -> None:
    key = {"Idempotency-Key": "form-17"}
    first = await sender.post("/v1/referrals", json=FORM, headers=key)
    again = await sender.post("/v1/referrals", json=FORM, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert await referral.pool.fetchval("SELECT count(*) FROM referrals") == 1
    other = await sender.post("/v1/referrals", json={**FORM, "diagnosis": "骨折"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"person_id": "nobody"}, 404, "PERSON_UNKNOWN"),
        ({"attributes": []}, 422, "ATTRIBUTE_MISSING"),
        ({"attributes": ["RICH"]}, 422, "INVALID_FIELD"),
        ({"attributes": ["POOR_DISABLED"]}, 409, "ATTRIBUTE_NOT_HELD"),
        ({"attachments": FORM["attachments"][:1]}, 422, "ATTACHMENT_MISSING"),
        ({"receiving_hospital": "H430481"}, 422, "REFERRAL_TO_ITSELF"),
        ({"signed_on": "2018-09-06"}, 422, "DATE_IN_FUTURE"),
        ({"signed_on": "2018-02-30"}, 422, "INVALID_FIELD"),
        ({"diagnosis": "445201199003070034 脑梗死"}, 422, "PERSONAL_DATA_IN_TEXT"),
        ({"name": "王小明"}, 422, "UNKNOWN_FIELD"),
    ],
)
async def test_a_wrong_form_is_refused_and_writes_nothing(
    sender: httpx.AsyncClient, referral: Service, change: dict[str, Any], status: int, code: str
) -> None:
    refused = await sender.post("/v1/referrals", json={**FORM, **change})
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert await referral.pool.fetchval("SELECT count(*) FROM events") == 0


async def test_only_the_right_office_takes_a_step(
    sender: httpx.AsyncClient, agency: httpx.AsyncClient, applied: str
) -> None:
    path = f"/v1/referrals/{applied}"
    for client, step, body in (
        (sender, "approval", SEALED),
        (sender, "rejection", SEALED),
        (agency, "endorsement", {**SEALED, "agreed": True}),
    ):
        refused = await client.post(f"{path}/{step}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (403, "ROLE_NOT_ALLOWED")
    early = await agency.post(f"{path}/approval", json=SEALED)
    assert (early.status_code, early.json()["code"]) == (409, "REFERRAL_NOT_IN_STATE")
    foreign = await agency.get("/v1/referrals", params={"side": "sent"})
    assert (foreign.status_code, foreign.json()["code"]) == (422, "SIDE_MISPLACED")
