"""A department's own system, which signs the files that it uploads: what it sends was approved in it before."""

import hashlib
import time
from collections.abc import AsyncGenerator, Generator
from typing import Final

import httpx
from typing_extensions import override

from kernel.security import Role
from kernel.security.signed_requests import NO_BODY, signed_headers
from kernel.security.signing_keys import SigningKey
from onestop.platform import Platform

_NAME: Final = "demo.example/machine"


class SignedBy(httpx.Auth):
    """Signs each request with a key, in the place of a token."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key

    @override
    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        yield self._signed(request, request.read())

    @override
    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        yield self._signed(request, await request.aread())

    def _signed(self, request: httpx.Request, body: bytes) -> httpx.Request:
        digest = hashlib.sha256(body).hexdigest() if body else NO_BODY
        target = request.url.raw_path.decode()
        request.headers.update(signed_headers(self._key, request.method, target, int(time.time()), digest))
        return request


async def machine_of(platform: Platform, department: str) -> httpx.AsyncClient:
    """A department's system with a key of its own, which the agency registers; close it afterwards."""
    key = SigningKey.generate(_NAME)
    agency = platform.client("identity", Role.AGENCY)
    body, name = {"public_key": key.public.text}, {"Idempotency-Key": f"key-{key.public.id.hex()}"}
    registered = await agency.post(f"/v1/feeds/{department}/keys", json=body, headers=name)
    registered.raise_for_status()
    return httpx.AsyncClient(base_url=platform.urls["identity"], auth=SignedBy(key), timeout=30)
