"""The desk is bounded: few at once, none for ever, no session left behind; and a database that is away is said."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import httpx

from kernel.http import Address, serving
from kernel.security import Issuer, Role
from kernel.testing.deadline import eventually
from kernel.writing.database import SingleConnection, administering
from onestop.desk.app import IN_FLIGHT_MAX, TIMEOUT_SECONDS, build
from onestop.desk.desk import Desk, as_role
from onestop.desk.role import give_role
from onestop.services import SCHEMAS

_SESSIONS_SQL: Final = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'desk' AND datname = current_database()"
STORY: Final = "/v1/traces/none"


@asynccontextmanager
async def desk_at(
    database: str, folder: Path, timeout_seconds: float = TIMEOUT_SECONDS
) -> AsyncIterator[httpx.AsyncClient]:
    """A desk on a database, and a clerk's client of it."""
    issuer = Issuer.in_folder(folder)
    token = issuer.issue(Role.OPERATIONS, "li", None, 600, time.time())
    app = build(Desk(database=database, authenticator=issuer.authenticator()), timeout_seconds=timeout_seconds)
    async with (
        serving([(app, Address())]) as running,
        httpx.AsyncClient(
            base_url=running.addresses[0], headers={"Authorization": f"Bearer {token}"}, params={"because": "查询"}
        ) as client,
    ):
        yield client


async def sessions(owner: SingleConnection) -> int:
    count: int = await owner.fetchval(_SESSIONS_SQL)
    return count


async def test_a_database_that_is_away_is_said_and_the_desk_is_not_ready(tmp_path: Path) -> None:
    async with desk_at(f"postgresql://desk@/none?host={tmp_path}", tmp_path) as client:
        for path in (STORY, "/v1/traces?name=x", "/v1/as-of/persons/p?on=2026-11-29"):
            answer = await client.get(path, params={"because": "查询"} | dict(httpx.URL(path).params))
            assert (answer.status_code, answer.json()["code"]) == (503, "DEPENDENCY_UNAVAILABLE"), path
            assert answer.headers["retry-after"] == "1"
        assert (await client.get("/health/ready", params=())).status_code == 503
        assert (await client.get("/health/live", params=())).status_code == 200


async def test_a_database_that_was_not_migrated_is_not_ready(database: str, tmp_path: Path) -> None:
    async with desk_at(database, tmp_path) as client:
        answer = await client.get("/health/ready")
    assert (answer.status_code, "onestop migrate" in answer.text) == (503, True)


async def test_who_waits_too_long_is_told_so_and_leaves_no_session_behind(database: str, tmp_path: Path) -> None:
    await give_role(database, SCHEMAS)
    async with administering(database) as owner, desk_at(as_role(database, "desk"), tmp_path, 0.3) as client:
        async with owner.transaction():
            await owner.execute("LOCK TABLE settlement.settlements")
            answer = await client.get(STORY)
            assert (answer.status_code, answer.json()["code"]) == (503, "TIMED_OUT")

        async def nobody_is_left() -> bool:
            return await sessions(owner) == 0

        await eventually(nobody_is_left, within_seconds=10)
        assert (await client.get(STORY)).json()["code"] == "SETTLEMENT_UNKNOWN"


async def test_more_than_a_few_at_once_are_sent_away(database: str, tmp_path: Path) -> None:
    await give_role(database, SCHEMAS)
    async with administering(database) as owner, desk_at(as_role(database, "desk"), tmp_path) as client:
        async with owner.transaction():
            await owner.execute("LOCK TABLE settlement.settlements")
            asked = [asyncio.create_task(client.get(STORY)) for _ in range(3 * IN_FLIGHT_MAX)]

            async def full() -> bool:
                return sum(one.done() for one in asked) == 2 * IN_FLIGHT_MAX

            await eventually(full, within_seconds=20)
            assert await sessions(owner) <= IN_FLIGHT_MAX
        codes = [(await one).json()["code"] for one in asked]
    assert codes.count("OVERLOADED") == 2 * IN_FLIGHT_MAX
    assert codes.count("SETTLEMENT_UNKNOWN") == IN_FLIGHT_MAX
