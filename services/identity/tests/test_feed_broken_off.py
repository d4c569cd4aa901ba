"""A batch that is stopped or whose service is, in the midst of being applied: what it did stays, and is told truly."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import asyncpg
from services.identity.tests.office import Office, csv_of, number_of, person

from identity.config import Config, FeedSettings
from identity.main import build
from kernel.security import Issuer, KeyRing, Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Surroundings, surroundings

NOW: Final = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)
DIBAO: Final = {"category": "DIBAO"}
PEOPLE: Final = 12
#: Who is known before, so that a test can hold the row, and stands in the third of six groups.
HELD: Final = 6


async def office_of(around: Surroundings, folder: Path) -> Office:
    config = Config(keys=KeyRing.in_folder(folder), feeds=FeedSettings(group_lines=2))
    ticks = count()
    service = await around.serve(
        "identity", lambda host: build(host, config), clock=lambda: NOW + timedelta(milliseconds=next(ticks))
    )
    return Office(await service.client(Role.DEPARTMENT, "civil-affairs"), "civil-affairs")


@asynccontextmanager
async def one_person_held(database: str) -> AsyncIterator[None]:
    """Nobody can write of the one person who is known yet."""
    connection = await asyncpg.connect(database)
    try:
        async with connection.transaction():
            # The database ends whoever holds rows and says nothing for a while.
            await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            await connection.execute("SELECT FROM identity.persons FOR UPDATE")
            yield
    finally:
        await connection.close()


async def stands_still(office: Office) -> dict[str, Any]:
    """The batch, once two groups are applied and the third is held up."""

    async def begun() -> dict[str, Any] | None:
        found: dict[str, Any] = (await office.client.get(office.path("2"))).json()
        return found if found["lines_applied"] >= HELD - 2 else None

    found = await eventually(begun, within_seconds=60)
    assert found is not None
    return found


async def begin(office: Office) -> None:
    """Hand in a list of which one person is known already."""
    rows = [[number_of(place), f"示例{place}", "榕城区", "2020.1.1"] for place in range(1, PEOPLE + 1)]
    await office.send("2", csv_of(*rows), **DIBAO)


async def test_a_batch_is_stopped_while_it_is_applied(around: Surroundings, database: str, tmp_path: Path) -> None:
    office = await office_of(around, tmp_path)
    await office.hand_in("1", csv_of(person(HELD)), **DIBAO)
    async with one_person_held(database):
        await begin(office)
        assert (await stands_still(office))["status"] == "APPLYING"
        stopped = await office.client.post(f"{office.path('2')}/discard", json={"reason": "报错文件了"})
        assert stopped.is_success, stopped.text
    assert (await office.ended("2"))["status"] == "CANCELLED"
    # The queue goes on: by the time of the next file no group of this one is under way.
    assert (await office.hand_in("3", csv_of(person(50)), **DIBAO))["outcomes"] == {"REGISTERED": 1}
    left = [line for line in await office.lines("2") if line["outcome"] == "CANCELLED"]
    # Groups that were under way are finished; of the rest nothing is written.
    assert left
    assert await office.standing() == PEOPLE - len(left) + 1


async def test_progress_is_true_after_a_restart(database: str, tmp_path: Path) -> None:
    issuer = Issuer.in_folder(tmp_path)
    async with AsyncExitStack() as held:
        async with surroundings(database, issuer) as around:
            office = await office_of(around, tmp_path)
            await office.hand_in("1", csv_of(person(HELD)), **DIBAO)
            await held.enter_async_context(one_person_held(database))
            await begin(office)
            before = await stands_still(office)
        async with surroundings(database, issuer) as around:
            office = await office_of(around, tmp_path)
            again = (await office.client.get(office.path("2"))).json()
            assert (again["status"], again["rows_read"]) == ("APPLYING", before["rows_read"])
            assert again["lines_applied"] >= before["lines_applied"]
            await held.aclose()
            done = await office.ended("2")
    assert (done["status"], done["rows_read"], done["lines_applied"]) == ("APPLIED", before["rows_read"], PEOPLE)
    assert done["outcomes"] == {"ADDED": 1, "REGISTERED": PEOPLE - 1}
