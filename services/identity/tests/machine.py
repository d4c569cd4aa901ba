"""A department's machine that signs what it sends."""

import hashlib
from datetime import datetime

import httpx

from kernel.security.signed_requests import NO_BODY, signed_headers
from kernel.security.signing_keys import SigningKey


class Machine:
    """A machine with a key that signs, and may be made to sign wrongly."""

    def __init__(self, client: httpx.AsyncClient, now: datetime) -> None:
        self.key = SigningKey.generate("mz.example/445200")
        self.url = client.base_url
        self.moment = int(now.timestamp())

    async def send(self, method: str, path: str, content: bytes = b"", **params: str) -> httpx.Response:
        return await self.again(self.signed(method, path, content, **params))

    def signed(self, method: str, path: str, content: bytes = b"", **params: str) -> httpx.Request:
        self.moment += 1
        request = httpx.Request(method, self.url.join(path), params=params, content=content)
        digest = hashlib.sha256(content).hexdigest() if content else NO_BODY
        target = request.url.raw_path.decode()
        request.headers.update(signed_headers(self.key, method, target, self.moment, digest))
        request.headers["Content-Type"] = "text/csv"
        return request

    async def again(self, request: httpx.Request) -> httpx.Response:
        async with httpx.AsyncClient() as client:
            return await client.send(request)
