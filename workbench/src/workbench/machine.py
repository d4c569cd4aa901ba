"""A department's own system, which signs the files that it uploads: what it sends was approved in it before."""

import hashlib
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import httpx
from typing_extensions import override

from kernel.http.plain import TRUSTS_NOBODY
from kernel.security import Role
from kernel.security.signed_requests import NO_BODY, signed_headers
from kernel.security.signing_keys import SigningKey
from onestop.platform import Platform

_NAME: Final = "demo.example/machine"


class SignedFiles(httpx.Auth):
    """Signs each file that is handed in.

    What became of it is asked with a token: two equal questions of one second would be signed alike, and the second
    one refused.
    """

    def __init__(self, key: SigningKey) -> None:
        self._key = key

    @override
    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        if request.method == "PUT":
            body = await request.aread()
            digest = hashlib.sha256(body).hexdigest() if body else NO_BODY
            target = request.url.raw_path.decode()
            request.headers.update(signed_headers(self._key, request.method, target, int(time.time()), digest))
        yield request


@asynccontextmanager
async def machine_of(
    platform: Platform, department: str, *, timeout_seconds: float = 30
) -> AsyncIterator[httpx.AsyncClient]:
    """A department's system with a key that the agency registers and the office confirms."""
    key = SigningKey.generate(_NAME)
    agency = platform.client("identity", Role.AGENCY)
    body, name = {"public_key": key.public.text}, {"Idempotency-Key": f"key-{key.public.id.hex()}"}
    registered = await agency.post(f"/v1/feeds/{department}/keys", json=body, headers=name)
    registered.raise_for_status()
    office = platform.client("identity", Role.DEPARTMENT, department)
    confirmed = await office.post(
        f"/v1/feeds/{department}/keys/confirmation",
        json={"key_id": registered.json()["key_id"]},
        headers={"Idempotency-Key": f"confirmed-{key.public.id.hex()}"},
    )
    confirmed.raise_for_status()
    token = platform.token(Role.DEPARTMENT, department)
    async with httpx.AsyncClient(
        verify=TRUSTS_NOBODY,
        base_url=platform.urls["identity"],
        auth=SignedFiles(key),
        headers={"Authorization": f"Bearer {token}"},
        timeout=timeout_seconds,
    ) as machine:
        yield machine
