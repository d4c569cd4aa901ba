"""The people at the ledger's doors, for the tests of what they do there one after the other."""

from datetime import datetime
from typing import Any

import asyncpg
import httpx

from fund_ledger.config import Config
from fund_ledger.main import build
from kernel.security import Role
from kernel.testing.surroundings import Service, Surroundings


class Office:
    """A ledger with the agency and finance, at a time that the test sets."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.ledger: Service
        self.agency: httpx.AsyncClient
        self.finance: httpx.AsyncClient

    async def open(self, around: Surroundings, config: Config) -> None:
        """Serve the ledger, and let the agency and finance in."""
        self.ledger = await around.serve("fund_ledger", lambda host: build(host, config), clock=lambda: self.now)
        self.agency = await self.ledger.client(Role.AGENCY, "A1")
        self.finance = await self.ledger.client(Role.FINANCE)

    async def do(self, who: httpx.AsyncClient, path: str, **body: Any) -> Any:
        """What an accepted request answers."""
        done = await who.post(path, json=body or None)
        assert done.status_code in (200, 201), done.text
        return done.json()

    async def code(self, who: httpx.AsyncClient, path: str, **body: Any) -> tuple[int, str]:
        """With which status and code a request is refused."""
        refused = await who.post(path, json=body or None)
        return refused.status_code, refused.json()["code"]

    async def books(self) -> dict[str, str]:
        """The accounts that do not stand at zero."""
        rows = (await self.agency.get("/v1/accounts")).json()["items"]
        return {row["account"]: row["balance"] for row in rows if row["balance"] != "0.00"}


async def written_as_before(database: str, kind: str, change: str) -> None:
    """Change the stored events of one kind to what a release before wrote; ``change`` is what an UPDATE sets."""
    connection = await asyncpg.connect(database)
    try:
        await connection.execute(
            "SET session_replication_role = replica"
        )  # the guards of the log let nobody else do so
        await connection.execute(f"UPDATE fund_ledger.events SET {change} WHERE type = $1", kind)
    finally:
        await connection.close()
