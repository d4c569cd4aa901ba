"""kill -9 at every named point: after a restart nothing is lost, nothing doubled, and the books balance."""

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
from stdnum.cn import ric
from tests.faults.killable import KillableTown, answered, check_everything, speaking_to, until_dead, whole_visit

from kernel.security import Role
from kernel.writing.failpoints import FAILPOINTS
from onestop.platform import Platform
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify
from workbench.demo.report import read_books
from workbench.demo.town import settle_in
from workbench.machine import machine_of
from workbench.three_people import APPROVER, REVIEWER, entry_of

SETTLEMENTS = 24


def shortly(points: Iterable[str], *short: str) -> list[Any]:
    """The points to kill at; those that the everyday run leaves out are marked `long`: `make faults` has them all."""
    return [point if point in short else pytest.param(point, marks=pytest.mark.long) for point in points]


@pytest.mark.parametrize(
    "point", shortly(FAILPOINTS, "command.after_append", "relay.after_send", "inbox.after_effects")
)
async def test_nothing_is_lost_or_doubled_when_killed(
    point: str, settled_town: Any, copy_town: Any, tmp_path: Path
) -> None:
    town = KillableTown(await copy_town(tmp_path), tmp_path, ())
    await _kill_and_go_on(point, town, list(settled_town.ids.values()))


@pytest.mark.kafka
@pytest.mark.parametrize("point", shortly(["relay.after_send", "inbox.after_effects"], "relay.after_send"))
async def test_nothing_is_lost_or_doubled_when_killed_on_kafka(
    point: str, database: str, tmp_path: Path, kafka_broker: Any
) -> None:
    prefix = f"{urlsplit(database).path.strip('/')}-"
    more = ("--kafka-bootstrap", kafka_broker.bootstrap, "--topic-prefix", prefix)
    town = KillableTown(database, tmp_path, more)
    town.start()
    try:
        async with speaking_to(town) as platform:
            ids = (await settle_in(platform, 12)).ids
    finally:
        town.end()
    await _kill_and_go_on(point, town, list(ids.values()))


async def _kill_and_go_on(point: str, town: KillableTown, people: list[str]) -> None:
    # Armed some passes into the traffic, so that work is under way on all sides. Behind the commands a whole crowd is a
    # pass or two: what keeps coming is numbered, sent and worked off together.
    town.start(f"{point}:{6 if point.startswith('command.') else 2}")
    try:
        async with speaking_to(town) as platform:
            visits = [
                asyncio.create_task(whole_visit(platform, people[n % len(people)], n)) for n in range(SETTLEMENTS)
            ]
            await until_dead(town)
            town.start()
            settlement_ids = await asyncio.gather(*visits)
            await wait_until_arrived(town.database)
            await check_everything(town.database, settlement_ids)
    finally:
        if not town.dead:
            town.end()


@pytest.mark.parametrize(
    "point", shortly(["inbox.before_effects", "inbox.after_effects", "inbox.after_commit"], "inbox.after_effects")
)
async def test_late_facts_open_one_item_each_and_are_made_good_once_when_killed(
    point: str, settled_town: Any, copy_town: Any, tmp_path: Path
) -> None:
    database = await copy_town(tmp_path)
    town = KillableTown(database, tmp_path, ())
    town.start()
    try:
        async with speaking_to(town) as platform:
            poor = [p.number for p in settled_town.people if p.category in ("DIBAO", "REGISTERED_POOR")]
            people = [settled_town.ids[number] for number in poor[:8]]
            settled = [await whole_visit(platform, p, n) for n, p in enumerate(people)]
            await wait_until_arrived(database)
            town.end()
            town.start(f"{point}:2")  # what comes together is worked off together
            told = [asyncio.create_task(_tell_late(platform, person_id)) for person_id in people]
            await until_dead(town)
            town.start()
            await asyncio.gather(*told)
            await wait_until_arrived(database)
            operations, agency = (platform.client("settlement", role) for role in (Role.OPERATIONS, Role.AGENCY))
            items = (await operations.get("/v1/reviews")).json()["items"]
            assert sorted(item["settlement_id"] for item in items) == sorted(settled)
            for item in items:
                path, proposal = f"/v1/reviews/{item['review_id']}", {"decision": "ADJUST", "reason": "名单补报"}
                await answered(operations, f"{path}/proposal", proposal, f"propose-{path}")
                for _ in range(2):
                    await answered(agency, f"{path}/release", {}, f"release-{path}")
            await wait_until_arrived(database)
            await _check_supplements(database, len(settled))
    finally:
        if not town.dead:
            town.end()


async def _tell_late(platform: Platform, person_id: str) -> None:
    office = platform.client("identity", Role.DEPARTMENT, "civil-affairs")
    said = {"category": "TEKUN", "valid_from": "2019-01-01", "evidence": "补报名单"}
    entry = entry_of(f"/v1/persons/{person_id}/memberships", said)
    entered = await answered(office, "/v1/entries", entry.body, f"late-{person_id}")
    for subject, step in ((REVIEWER, "review"), (APPROVER, "approval")):
        other = platform.client("identity", Role.AGENCY, None, subject)
        await answered(other, entry.step(entered, step), {}, f"late-{person_id}-{step}")


async def _check_supplements(database: str, count: int) -> None:
    connection = await asyncpg.connect(database)
    opened = await connection.fetchval("SELECT count(*) FROM settlement.events WHERE type = 'ReviewOpened'")
    booked = await connection.fetchval("SELECT count(*) FROM fund_ledger.journals WHERE kind = 'supplement'")
    parked = await connection.fetchval("SELECT count(*) FROM settlement.inbox_parked")
    await connection.close()
    assert (opened, booked, parked) == (count, count, 0)
    assert (await read_books(database)).problems == []
    assert (await verify(database)).differences == ()


@pytest.mark.parametrize(
    "point", shortly(["command.before_append:4", "command.after_append:4"], "command.after_append:4")
)
async def test_a_file_is_applied_once_however_often_its_worker_is_killed(
    point: str, database: str, tmp_path: Path
) -> None:
    people = 1_500
    town = KillableTown(database, tmp_path, ())
    town.start()
    town.end()
    town.start(point)
    try:
        async with speaking_to(town) as platform:
            how = {"kind": "delta", "as_of": "2019-07-01T00:00:00Z", "category": "REGISTERED_POOR"}
            path, as_csv = "/v1/feeds/poverty-alleviation/batches/1", {"Content-Type": "text/csv"}
            async with machine_of(platform, "poverty-alleviation") as office:
                with suppress(httpx.TransportError):
                    await office.put(path, params=how, content=_people_file(people), headers=as_csv)
            await until_dead(town)
            town.start()
            batch = await _applied(platform, path)
            assert batch["outcomes"] == {"REGISTERED": people}
    finally:
        if not town.dead:
            town.end()
    connection = await asyncpg.connect(database)
    counts = [await connection.fetchval(f"SELECT count(*) FROM identity.{t}") for t in ("persons", "memberships")]
    await connection.close()
    assert counts == [people, people]
    assert (await verify(database)).differences == ()


def _people_file(count: int) -> bytes:
    lines = ["身份证号,姓名,县区代码,开始日期,脱贫状态"]
    for n in range(count):
        body = f"445202{1950 + n // 336}{n // 28 % 12 + 1:02d}{n % 28 + 1:02d}002"
        lines.append(f"{body}{ric.calc_check_digit(body + '0')},示例{n},445202,2018-01-01,NOT_LIFTED")
    return "\n".join([*lines, ""]).encode()


async def _applied(platform: Platform, path: str) -> Any:
    deadline = time.monotonic() + 60
    while True:
        client = platform.client("identity", Role.DEPARTMENT, "poverty-alleviation")
        batch = (await client.get(path)).json()
        if batch.get("status") == "APPLIED":
            return batch
        assert time.monotonic() < deadline, batch
        await asyncio.sleep(0.05)
