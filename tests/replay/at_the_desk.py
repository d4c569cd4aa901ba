"""Operations' desk alone, on a database that others have written, and clerks who come to it."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx

from kernel.http import Address, serving
from kernel.http.plain import TRUSTS_NOBODY
from kernel.running.clock import Clock
from kernel.security import Issuer, Role
from kernel.testing.deadline import eventually
from onestop.desk.app import build
from onestop.desk.desk import Desk, as_role
from onestop.reconcile.topics import Where

_ROOT: Final = Path(__file__).parents[2]
#: A desk in a process of its own, which says where it is.
_APART: Final = """
import asyncio, sys
from pathlib import Path
from tests.replay.at_the_desk import open_desk

async def run():
    async with open_desk(sys.argv[1], Path(sys.argv[2])) as desk:
        print(desk.url, flush=True)
        await asyncio.Event().wait()

asyncio.run(run())
"""
#: When the desk of a test is open: the day after the last one of which anything is stored.
MORNING: Final = datetime(2026, 12, 1, 1, tzinfo=UTC)


class OpenDesk:
    """A desk that serves, and its issuer of tokens."""

    def __init__(self, url: str, issuer: Issuer, stack: AsyncExitStack) -> None:
        self.url, self._issuer, self._stack = url, issuer, stack

    def elsewhere(self, url: str) -> "OpenDesk":
        """Another desk that believes the same issuer."""
        return OpenDesk(url, self._issuer, self._stack)

    def clerk(
        self,
        subject: str,
        divisions: Sequence[str] | None = None,
        role: Role = Role.OPERATIONS,
        organisation: str | None = None,
    ) -> "Clerk":
        """Somebody who comes with a token."""
        token = self._issuer.issue(role, subject, organisation, 3600, time.time(), divisions=divisions)
        headers = {"Authorization": f"Bearer {token}"}
        client = httpx.AsyncClient(verify=TRUSTS_NOBODY, base_url=self.url, headers=headers, timeout=60)
        self._stack.push_async_callback(client.aclose)
        return Clerk(client)


class Clerk:
    """One caller."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self.client.get(path, params=params)

    async def post(self, path: str, body: Any = None, key: str | None = None) -> httpx.Response:
        headers = {"Idempotency-Key": key or str(uuid4())}
        return await self.client.post(path, json=body, headers=headers)


@asynccontextmanager
async def open_desk(
    database: str,
    folder: Path,
    *,
    mends: bool = True,
    alertmanager: str | None = None,
    clock: Clock = lambda: MORNING,
    broker: Where | None = None,
    processes: int = 1,
) -> AsyncIterator[OpenDesk]:
    """The desk on a database."""
    issuer = Issuer.in_folder(folder / "keys")
    desk = Desk(
        database=as_role(database, "desk"),
        authenticator=issuer.authenticator(),
        clock=clock,
        mending=database if mends else None,
        alertmanager=alertmanager,
        broker=broker,
        processes=processes,
    )
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(serving([(build(desk), Address())]))
        yield OpenDesk(running.addresses[0], issuer, stack)


async def desk_apart(database: str, folder: Path) -> tuple[asyncio.subprocess.Process, str]:
    """A desk in a process of its own, to be killed, and where it is."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _APART,
        database,
        str(folder),
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    return process, (await process.stdout.readline()).decode().strip()


async def ended(clerk: Clerk, address: str) -> dict[str, Any]:
    """What runs long at the desk, when it is over."""

    async def over() -> dict[str, Any] | None:
        run: dict[str, Any] = (await clerk.get(address)).json()
        return None if run["state"] == "RUNNING" else run

    run = await eventually(over, within_seconds=90)
    assert run is not None
    return run


def refused(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return response.status_code, response.json()["code"]
