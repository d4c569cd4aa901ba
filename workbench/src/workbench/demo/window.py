"""A window: one caller who sends each message under a key of its own, until it is answered, and notices refusals."""

import itertools
from collections.abc import Iterator
from typing import Any

import httpx

from kernel.security import Role
from onestop.insisting import insist
from onestop.platform import Platform
from workbench.three_people import APPROVER, REVIEWER, entry_of, must_be_entered


class UnexpectedAnswerError(AssertionError):
    """A service answered otherwise than the story expects."""


class Window:
    """Speaks for one organisation. Keys count up, so that a second run of the same story sends the same keys.

    ``keys`` is what they begin with: two windows of one organisation need two.
    """

    def __init__(
        self,
        platform: Platform,
        role: Role,
        organisation: str | None = None,
        *,
        subject: str | None = None,
        keys: str = "demo",
    ) -> None:
        self._platform = platform
        self._role = role
        self._organisation = organisation
        self._subject = subject
        self._prefix = keys
        self._keys: Iterator[int] = itertools.count(1)

    def key(self) -> str:
        """The next idempotency key."""
        return f"{self._prefix}-{next(self._keys)}"

    async def post(self, service: str, path: str, body: dict[str, Any], *, key: str | None = None) -> dict[str, Any]:
        """Send a message until it is answered, and give its JSON answer; raises UnexpectedAnswerError."""
        known = key or self.key()
        said = await insist(lambda: self.send(service, path, body, key=known))
        if must_be_entered(said):
            return await self._by_three(service, path, body, known)
        answer: dict[str, Any] = _good(said)
        return answer

    async def _by_three(self, service: str, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        """Enter a change, and have two others review and approve it."""
        entry = entry_of(path, body)
        entered: dict[str, Any] = await self.post(service, "/v1/entries", entry.body, key=f"{key}-entered")
        answer: dict[str, Any] = {}
        for subject, step in ((REVIEWER, "review"), (APPROVER, "approval")):
            other = Window(self._platform, Role.AGENCY, subject=subject)
            answer = await other.post(service, entry.step(entered, step), {}, key=f"{entered['entry_id']}-{step}")
        return answer

    async def send(self, service: str, path: str, body: dict[str, Any], *, key: str | None = None) -> httpx.Response:
        """Send a message once and give the answer, whatever it is."""
        client = self._platform.client(service, self._role, self._organisation, self._subject)
        return await client.post(path, json=body, headers={"Idempotency-Key": key or self.key()})

    async def get(self, service: str, path: str) -> Any:
        """Ask until there is an answer; raises UnexpectedAnswerError unless it succeeds."""
        client = self._platform.client(service, self._role, self._organisation, self._subject)
        return _good(await insist(lambda: client.get(path)))


def _good(response: httpx.Response) -> Any:
    if not response.is_success:
        request = response.request
        raise UnexpectedAnswerError(f"{request.method} {request.url.path}: {response.status_code} {response.text}")
    return response.json()
