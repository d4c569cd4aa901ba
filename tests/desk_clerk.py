"""A clerk at operations' desk, and a settled visit to ask it about."""

import time
from datetime import datetime
from typing import Any, Final

import httpx
import msgspec

from kernel.security import Role
from kernel.values.china_time import china_date
from onestop.platform import Platform

BECAUSE: Final = "患者询问"
SCRIPT: Final = "<script>alert('示例')</script>"


class Settled(msgspec.Struct, frozen=True):
    """A settled visit that was taken back: its platform, the names that somebody may have of it, and its county."""

    platform: Platform
    names: dict[str, str]
    county: str
    before: datetime

    @property
    def settlement(self) -> str:
        return self.names["settlement"]

    @property
    def person(self) -> str:
        return self.names["person"]

    @property
    def day(self) -> str:
        """The day in China on which it was settled."""
        return china_date(self.before).isoformat()

    def doors(self) -> list[tuple[str, dict[str, str]]]:
        """Every door of the desk that shows something of it."""
        on = {"on": self.day}
        return [
            ("/v1/traces", {"name": self.person}),
            (f"/v1/traces/{self.settlement}", {}),
            (f"/v1/traces/{self.settlement}/page", {}),
            (f"/v1/as-of/persons/{self.person}", on),
            (f"/v1/as-of/years/{self.person}", on),
            (f"/v1/as-of/settlements/{self.settlement}", on),
            ("/v1/as-of/accounts", {"account": f"fund/{self.county}", **on}),
        ]


class Clerk:
    """Somebody at the desk with a token."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def ask(self, path: str, **said: str) -> httpx.Response:
        return await self._client.get(path, params={"because": BECAUSE, **said})

    async def ask_again(self, path: str, tag: str, said: dict[str, str]) -> httpx.Response:
        """The same as somebody who has an answer already."""
        headers = {"If-None-Match": tag}
        return await self._client.get(path, params={"because": BECAUSE, **said}, headers=headers)

    async def looks(self, **said: str) -> list[dict[str, Any]]:
        """The looks that are shown, the newest first."""
        items: list[dict[str, Any]] = (await self._client.get("/v1/looks", params=said)).json()["items"]
        return items

    async def refused(self, path: str, **said: str) -> tuple[int, str]:
        answer = await self.ask(path, **said)
        return answer.status_code, answer.json()["code"]


def clerk_with(platform: Platform, token: str) -> httpx.AsyncClient:
    """A client of the desk with a token."""
    return httpx.AsyncClient(base_url=platform.desk, headers={"Authorization": f"Bearer {token}"}, timeout=30)


def token_of(platform: Platform, divisions: list[str] | None, *, subject: str = "li", seconds: int = 600) -> str:
    """A token of operations; one of negative seconds has ended."""
    now = time.time() if seconds > 0 else time.time() + 2 * seconds
    return platform.issuer.issue(Role.OPERATIONS, subject, None, abs(seconds), now, divisions=divisions)
