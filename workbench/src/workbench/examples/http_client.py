"""A caller of the running services in every role that an example needs."""

import itertools
import time
from collections.abc import Callable
from typing import Any

import httpx

from kernel.security import Issuer, Role
from workbench.three_people import APPROVER, REVIEWER, entry_of, must_be_entered


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
        if must_be_entered(response):
            return self._by_three(service, path, body, role, organisation)
        return _good(response, f"POST {path}")

    def get(self, service: str, path: str, role: Role) -> Any:
        """Ask; raises AssertionError unless it succeeds."""
        response = self._client.get(self._urls[service] + path, headers=self._bearer(role, None))
        return _good(response, f"GET {path}")

    def send(
        self,
        service: str,
        path: str,
        body: dict[str, Any],
        role: Role,
        organisation: str | None,
        user: str | None = None,
    ) -> httpx.Response:
        """Send a message that may be refused."""
        headers = {**self._bearer(role, organisation, user), "Idempotency-Key": f"examples-{next(self._keys)}"}
        return self._client.post(self._urls[service] + path, json=body, headers=headers)

    def _by_three(self, service: str, path: str, body: dict[str, Any], role: Role, organisation: str | None) -> Any:
        """Enter a change, and have two others review and approve it."""
        entry = entry_of(path, body)
        entered = self.post(service, "/v1/entries", entry.body, role, organisation)
        answer = None
        for user, step in ((REVIEWER, "review"), (APPROVER, "approval")):
            taken = self.send(service, entry.step(entered, step), {}, Role.AGENCY, None, user)
            answer = _good(taken, f"{step} of {path}")
        return answer

    def _bearer(self, role: Role, organisation: str | None, user: str | None = None) -> dict[str, str]:
        token = self._issuer.issue(role, user or f"{role}-examples", organisation, 3600, time.time())
        return {"Authorization": f"Bearer {token}"}


def _good(response: httpx.Response, asked: str) -> Any:
    assert response.is_success, f"{asked}: {response.status_code} {response.text}"
    return response.json()
