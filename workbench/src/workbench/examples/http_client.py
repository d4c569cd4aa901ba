"""A caller of the running services in every role that an example needs."""

import itertools
import time
from collections.abc import Callable
from typing import Any

import httpx

from kernel.security import Issuer, Role


class HttpClient:
    """Speaks to the services at ``urls``, each message under a key of its own.

    ``until_arrived`` waits until what was said to one service has arrived at all that listen.
    """

    def __init__(self, urls: dict[str, str], issuer: Issuer, until_arrived: Callable[[], None]) -> None:
        self.until_arrived = until_arrived
        self._urls = urls
        self._issuer = issuer
        self._client = httpx.Client(timeout=30)
        self._keys = itertools.count(1)

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def post(self, service: str, path: str, body: dict[str, Any], role: Role, organisation: str | None = None) -> Any:
        """Send a message; raises AssertionError unless it succeeds."""
        response = self.send(service, path, body, role, organisation)
        assert response.is_success, f"POST {path}: {response.status_code} {response.text}"
        return response.json()

    def get(self, service: str, path: str, role: Role) -> Any:
        """Ask; raises AssertionError unless it succeeds."""
        response = self._client.get(self._urls[service] + path, headers=self._bearer(role, None))
        assert response.is_success, f"GET {path}: {response.status_code} {response.text}"
        return response.json()

    def send(
        self, service: str, path: str, body: dict[str, Any], role: Role, organisation: str | None
    ) -> httpx.Response:
        """Send a message that may be refused."""
        headers = {**self._bearer(role, organisation), "Idempotency-Key": f"examples-{next(self._keys)}"}
        return self._client.post(self._urls[service] + path, json=body, headers=headers)

    def _bearer(self, role: Role, organisation: str | None) -> dict[str, str]:
        token = self._issuer.issue(role, f"{role}-examples", organisation, 3600, time.time())
        return {"Authorization": f"Bearer {token}"}
