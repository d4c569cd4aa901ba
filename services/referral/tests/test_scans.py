"""Scans of a referral's papers (001 附件 注2): told by content, sealed, the office's own, each look written down."""

import asyncio
import io
from typing import Any, Final

import httpx
import pytest
from PIL import Image

from contracts import identity as told
from kernel.running.scans.api import SCAN_BYTES_MAX
from kernel.running.scans.domain import STANDING_MAX
from kernel.security import KeyRing, Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings
from referral.config import Config, config_from

KEYS: Final = KeyRing({"1": b"k" * 32}, current="1", hash_key=b"h" * 32)
JPEG: Final = {"Content-Type": "image/jpeg"}


def image(form: str = "JPEG", shade: int = 200) -> bytes:
    made = io.BytesIO()
    Image.new("L", (60, 40), shade).save(made, form)
    return made.getvalue()


@pytest.fixture
def config() -> Config:
    return Config(scan_keys=KEYS)


async def file(client: httpx.AsyncClient, referral_id: str, content: bytes, **more: Any) -> httpx.Response:
    query = {"kind": more.pop("kind", "id_card_copy")}
    headers = {**JPEG, **more.pop("headers", {})}
    return await client.post(f"/v1/referrals/{referral_id}/scans", params=query, content=content, headers=headers)


async def test_the_agency_sees_what_the_sending_hospital_filed_and_every_look_is_written_down(
    referral: Service, sender: httpx.AsyncClient, agency: httpx.AsyncClient, applied: str
) -> None:
    content, path = image(), f"/v1/referrals/{applied}/scans"
    assert (await agency.get(path)).json()["missing"] == ["household_book_copy or id_card_copy", "social_card_copy"]
    filed = await file(sender, applied, content)
    assert filed.status_code == 201, filed.text
    scan = filed.json()
    assert (scan["media_type"], scan["filed_by"], scan["size_bytes"]) == ("image/jpeg", "H430481", len(content))
    listed = (await agency.get(path)).json()
    assert [each["scan_id"] for each in listed["scans"]] == [scan["scan_id"]]
    assert listed["missing"] == ["social_card_copy"]

    got = await agency.get(f"{path}/{scan['scan_id']}/content")
    assert (got.status_code, got.content, got.headers["content-type"]) == (200, content, "image/jpeg")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-disposition"].startswith('attachment; filename="id_card_copy-')
    assert got.headers["cache-control"] == "no-store"
    looks = (await agency.get(f"{path}/looks")).json()["items"]
    assert [(look["scan_id"], look["seen_by"], look["roles"]) for look in looks] == [
        (scan["scan_id"], "agency-1", ["agency"])
    ]
    sealed = await referral.pool.fetchval("SELECT sealed FROM scan_contents")
    assert content[:20] not in sealed
    assert content[-20:] not in sealed


async def test_the_papers_are_for_the_sending_hospital_and_the_agency_of_the_county(
    referral: Service, sender: httpx.AsyncClient, receiver: httpx.AsyncClient, approved: str
) -> None:
    foreign = await referral.client(Role.AGENCY, divisions=["430482"])
    path = f"/v1/referrals/{approved}/scans"
    agency = await referral.client(Role.AGENCY, divisions=["430400"])
    scan = (await file(agency, approved, image())).json()
    for client, code in ((receiver, "SCANS_FOREIGN"), (foreign, "DIVISION_FOREIGN")):
        for tried in (
            await client.get(path),
            await client.get(f"{path}/{scan['scan_id']}/content"),
            await file(client, approved, image(shade=1)),
        ):
            assert (tried.status_code, tried.json()["code"]) == (403, code)
    for role in (Role.FINANCE, Role.OPERATIONS):
        other = await referral.client(role)
        assert (await other.get(f"{path}/{scan['scan_id']}/content")).json()["code"] == "ROLE_NOT_ALLOWED"
    assert (await sender.get(f"{path}/{scan['scan_id']}/content")).status_code == 200
    late = await file(sender, approved, image(shade=2))
    assert (late.status_code, late.json()["code"]) == (409, "SCANS_CLOSED")
    # The agency filed it, so only the agency removes it.
    assert (await sender.post(f"{path}/{scan['scan_id']}/removal", json={"reason": "错"})).json()["code"] == (
        "SCANS_CLOSED"
    )


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"PK\x03\x04 a workbook", {}, 422, "SCAN_UNREADABLE"),
        (b"<html><script>alert(1)</script>", {}, 422, "SCAN_UNREADABLE"),
        (image()[:-40], {}, 422, "SCAN_UNREADABLE"),
        (b"", {}, 422, "SCAN_UNREADABLE"),
        (b"%PDF-1.7\n/OpenAction /JavaScript\n%%EOF", {"Content-Type": "application/pdf"}, 422, "SCAN_NOT_PLAIN"),
        (image(), {"Content-Type": "text/html"}, 415, "CONTENT_TYPE_UNSUPPORTED"),
        (b"\xff\xd8\xff" + bytes(SCAN_BYTES_MAX), {}, 413, "BODY_TOO_LARGE"),
    ],
)
async def test_what_is_no_scan_is_refused_and_leaves_nothing(
    referral: Service,
    sender: httpx.AsyncClient,
    applied: str,
    content: bytes,
    headers: dict[str, str],
    status: int,
    code: str,
) -> None:
    refused = await file(sender, applied, content, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert await referral.pool.fetchval("SELECT count(*) FROM scan_contents") == 0


async def test_content_decides_and_not_what_it_is_declared_as(sender: httpx.AsyncClient, applied: str) -> None:
    filed = await file(sender, applied, image("PNG"))
    assert (filed.status_code, filed.json()["media_type"]) == (201, "image/png")


async def test_the_same_paper_is_one_scan_and_a_key_is_used_once(
    referral: Service, sender: httpx.AsyncClient, applied: str
) -> None:
    content, key = image(), {"Idempotency-Key": "scan-1"}
    first = await file(sender, applied, content, headers=key)
    again = await file(sender, applied, content, headers=key)
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    other = await file(sender, applied, image(shade=9), headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")
    under_another_key = await file(sender, applied, content)
    assert under_another_key.json()["scan_id"] == first.json()["scan_id"]
    at_once = await asyncio.gather(*[file(sender, applied, image(shade=7)) for _ in range(4)])
    assert len({each.json()["scan_id"] for each in at_once}) == 1
    assert await referral.pool.fetchval("SELECT count(*) FROM scan_contents") == 2


async def test_there_is_a_bound_and_a_wrong_scan_is_removed_for_good(
    referral: Service, sender: httpx.AsyncClient, agency: httpx.AsyncClient, applied: str
) -> None:
    path = f"/v1/referrals/{applied}/scans"
    scans = [(await file(sender, applied, image(shade=shade))).json()["scan_id"] for shade in range(STANDING_MAX)]
    full = await file(sender, applied, image(shade=99))
    assert (full.status_code, full.json()["code"]) == (409, "SCANS_TOO_MANY")
    assert await referral.pool.fetchval("SELECT count(*) FROM scan_contents") == STANDING_MAX
    own = (await file(agency, applied, image(shade=99))).json()
    assert own["code"] == "SCANS_TOO_MANY"
    named = await sender.post(f"{path}/{scans[0]}/removal", json={"reason": "是 430481198001011234 的身份证"})
    assert named.json()["code"] == "PERSONAL_DATA_IN_TEXT"
    gone = await sender.post(f"{path}/{scans[0]}/removal", json={"reason": "别人的身份证"})
    assert gone.status_code == 200, gone.text
    assert (await agency.get(f"{path}/{scans[0]}/content")).json()["code"] == "SCAN_UNKNOWN"
    assert await referral.pool.fetchval("SELECT count(*) FROM scan_contents WHERE scan_id = $1", scans[0]) == 0
    by_agency = (await file(agency, applied, image(shade=98))).json()["scan_id"]
    foreign = await sender.post(f"{path}/{by_agency}/removal", json={"reason": "不要"})
    assert (foreign.status_code, foreign.json()["code"]) == (409, "SCAN_OF_ANOTHER")


async def breaks(referral: Service, when: str) -> None:
    """From now on the database breaks off there, as a host does that dies."""
    await referral.pool.execute(f"""
        CREATE OR REPLACE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken off'; END $$;
        CREATE TRIGGER breaks BEFORE {when} FOR EACH ROW EXECUTE FUNCTION breaks()
    """)


async def test_what_breaks_off_between_bytes_and_event_leaves_both_or_neither(
    referral: Service, sender: httpx.AsyncClient, applied: str
) -> None:
    path = f"/v1/referrals/{applied}/scans"
    scan_id = (await file(sender, applied, image())).json()["scan_id"]
    await breaks(referral, "DELETE ON scan_contents")
    broken = await sender.post(f"{path}/{scan_id}/removal", json={"reason": "别人的身份证"})
    assert broken.status_code == 500
    assert [each["scan_id"] for each in (await sender.get(path)).json()["scans"]] == [scan_id]
    await referral.pool.execute("DROP TRIGGER breaks ON scan_contents")
    assert (await sender.post(f"{path}/{scan_id}/removal", json={"reason": "别人的身份证"})).status_code == 200
    await breaks(referral, "INSERT ON events")
    assert (await file(sender, applied, image(shade=9))).status_code == 500
    assert await referral.pool.fetchval("SELECT count(*) FROM scan_contents") == 0


async def test_an_erased_persons_scans_cannot_be_read_and_none_comes_again(
    around: Surroundings, referral: Service, sender: httpx.AsyncClient, agency: httpx.AsyncClient, applied: str
) -> None:
    scan_id = (await file(sender, applied, image())).json()["scan_id"]
    erased = told.EntitlementChanged(person_id="p1", revision=4, change="ERASED", county="430481")
    await around.tell(told.CONTRACT, "p1", erased)
    await eventually(lambda: referral.pool.fetchval("SELECT count(*) FROM scan_erasures"))
    assert await referral.pool.fetchval("SELECT count(*) FROM scan_keys") == 0
    assert await referral.pool.fetchval("SELECT count(*) FROM scan_contents") == 0
    gone = await agency.get(f"/v1/referrals/{applied}/scans/{scan_id}/content")
    assert (gone.status_code, gone.json()["code"]) == (409, "SCAN_ERASED")
    refused = await file(agency, applied, image(shade=3))
    assert (refused.status_code, refused.json()["code"]) == (409, "PERSON_ERASED")


@pytest.mark.parametrize("config", [config_from({})])
async def test_without_keys_no_scan_is_kept(sender: httpx.AsyncClient, applied: str) -> None:
    refused = await file(sender, applied, image())
    assert (refused.status_code, refused.json()["code"]) == (409, "SCANS_OFF")
