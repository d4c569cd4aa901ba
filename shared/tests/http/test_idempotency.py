"""Idempotency keys: whose they are, how they must look, and what they vouch for."""

import time

import httpx
import pytest

from kernel.security import Issuer, Role

FEES = b'{"day":"2026-01-31","lines":[]}'
JSON = {"Content-Type": "application/json"}


async def request_hash(client: httpx.AsyncClient, key: str, content: bytes = FEES, path: str = "H001-1") -> str:
    reply = await client.post(f"/encounters/{path}/fees", content=content, headers=JSON | {"Idempotency-Key": key})
    assert reply.status_code == 201
    return str(reply.json()["request_hash"])


async def test_a_write_without_a_key_is_refused(client: httpx.AsyncClient) -> None:
    del client.headers["Idempotency-Key"]
    reply = await client.post("/encounters/H001-1/fees", content=FEES, headers=JSON)
    assert (reply.status_code, reply.json()["code"]) == (400, "IDEMPOTENCY_KEY_MISSING")


@pytest.mark.parametrize("key", ["", "two words", "x" * 129, "tab\t", b"\xe4\xb8\xad"])
async def test_a_key_must_be_short_and_printable(client: httpx.AsyncClient, key: str | bytes) -> None:
    headers = [("Content-Type", "application/json"), ("Idempotency-Key", key)]
    reply = await client.post("/encounters/H001-1/fees", content=FEES, headers=headers)  # type: ignore[arg-type]  # httpx takes bytes, too
    assert (reply.status_code, reply.json()["code"]) == (400, "IDEMPOTENCY_KEY_INVALID")


async def test_the_same_request_has_the_same_hash_and_any_other_has_another(client: httpx.AsyncClient) -> None:
    first = await request_hash(client, "k1")
    assert await request_hash(client, "k2") == first
    assert await request_hash(client, "k3", content=FEES.replace(b"[]", b'[{"code":"X","amount":"1"}]')) != first
    assert await request_hash(client, "k4", path="H001-2") != first


async def test_a_key_belongs_to_the_callers_organisation(client: httpx.AsyncClient, issuer: Issuer) -> None:
    own = await client.post("/encounters/H001-1/fees", content=FEES, headers=JSON)
    token = issuer.issue(Role.HOSPITAL, "his-1", "H002", 60, time.time())
    other = await client.post(
        "/encounters/H002-1/fees", content=FEES, headers=JSON | {"Authorization": f"Bearer {token}"}
    )
    assert (own.json()["scope"], other.json()["scope"]) == ("organisation:H001", "organisation:H002")


async def test_a_replayed_answer_says_so(client: httpx.AsyncClient) -> None:
    first = await client.post("/encounters/H001-1/fees", content=FEES, headers=JSON)
    second = await client.post("/encounters/H001-1/fees", content=FEES, headers=JSON)
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert second.json() == {"replayed": "yes"}


@pytest.mark.parametrize("amount", ["1.0", "1.00"])
async def test_the_same_amount_written_otherwise_is_the_same_request(client: httpx.AsyncClient, amount: str) -> None:
    plain = b'{"day":"2026-01-31","lines":[{"code":"X","amount":"1"}]}'
    other = f'{{ "lines": [{{"amount": "{amount}", "code": "X"}}], "day": "2026-01-31", "note": null }}'.encode()
    assert await request_hash(client, "k1", content=plain) == await request_hash(client, "k2", content=other)
