"""kill -9 at every named point: after a restart nothing is lost, nothing doubled, and the books balance."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
from stdnum.cn import ric

from kernel.security import Issuer, Role
from kernel.values.china_time import china_date
from kernel.writing.failpoints import FAILPOINTS
from onestop.free_ports import first_of_free_ports
from onestop.insisting import insist
from onestop.platform import Platform
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify, verify_chain
from onestop.services import SERVICES
from workbench.demo.city import HOSPITALS
from workbench.demo.report import read_books
from workbench.demo.town import settle_in

POLICIES = Path(__file__).parent.parent.parent / "policies"

SETTLEMENTS = 24


class KillableTown:
    """The platform in a process of its own, which can be armed, killed and started again at the same address."""

    def __init__(self, database: str, folder: Path, more: tuple[str, ...]) -> None:
        self.database = database
        self.folder = folder
        self._more = more
        self._port = first_of_free_ports(len(SERVICES))
        self._process: subprocess.Popen[str] | None = None

    @property
    def urls(self) -> dict[str, str]:
        return {name: f"http://127.0.0.1:{self._port + i}" for i, name in enumerate(SERVICES)}

    def start(self, failpoint: str = "") -> None:
        command = [sys.executable, "-m", "onestop", "platform", "--database", self.database]
        command += ["--folder", str(self.folder), "--policies", str(POLICIES), "--first-port", str(self._port)]
        environ = {**os.environ, "ONESTOP_FAILPOINT": failpoint}
        with (self.folder / "platform.log").open("a") as log:
            self._process = subprocess.Popen(
                [*command, *self._more], env=environ, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        self._process.stdout.close()
        assert said == "ready\n", (self.folder / "platform.log").read_text()[-3000:]

    @property
    def dead(self) -> bool:
        assert self._process is not None
        return self._process.poll() is not None

    def end(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(30)


@asynccontextmanager
async def speaking_to(town: KillableTown) -> AsyncIterator[Platform]:
    async with AsyncExitStack() as stack:
        yield Platform(town.database, town.urls, Issuer.in_folder(town.folder / "keys"), stack)


async def persistently(platform: Platform, path: str, body: dict[str, Any], key: str, hospital: str) -> Any:
    """A hospital sends one message until it is answered."""
    return await answered(platform.client("settlement", Role.HOSPITAL, hospital), path, body, key)


async def answered(client: httpx.AsyncClient, path: str, body: dict[str, Any], key: str) -> Any:
    """Send one message until it is answered, always under the same key, as a careful system does."""
    response = await insist(lambda: client.post(path, json=body, headers={"Idempotency-Key": key}))
    assert response.is_success, f"{path}: {response.status_code} {response.text}"
    return response.json()


async def whole_visit(platform: Platform, person_id: str, number: int) -> str:
    """One visit from door to settlement, every message under a fixed key."""
    day = china_date(datetime.now(UTC)).isoformat()
    hospital = HOSPITALS[number % len(HOSPITALS)].hospital_id
    admission = {"person_id": person_id, "kind": "special_outpatient", "admitted_on": day}
    admitted = await persistently(platform, "/v1/encounters", admission, f"{number}-admit", hospital)
    path = f"/v1/encounters/{admitted['encounter_id']}"
    lines = [{"item": "示范", "amount": "1000.00", "cost_class": "compliant"}]
    await persistently(platform, f"{path}/fees", {"lines": lines}, f"{number}-fees", hospital)
    payers = {"BMI": "600.00", "CII": "0.00"}
    settled = await persistently(platform, f"{path}/settlement", {"payers": payers}, f"{number}-settle", hospital)
    settlement_id: str = settled["settlement_id"]
    return settlement_id


@pytest.mark.parametrize("point", FAILPOINTS)
async def test_nothing_is_lost_or_doubled_when_killed(
    point: str, settled_town: Any, copy_town: Any, tmp_path: Path
) -> None:
    town = KillableTown(await copy_town(tmp_path), tmp_path, ())
    await _kill_and_go_on(point, town, list(settled_town.ids.values()))


@pytest.mark.kafka
@pytest.mark.parametrize("point", ["relay.after_send", "inbox.after_effects"])
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
    # Armed some passes into the traffic, so that work is under way on all sides. A cursor is stored now and then only.
    town.start(f"{point}:{2 if point == 'relay.after_cursor' else 6}")
    try:
        async with speaking_to(town) as platform:
            visits = [
                asyncio.create_task(whole_visit(platform, people[n % len(people)], n)) for n in range(SETTLEMENTS)
            ]
            await _until_dead(town)
            town.start()
            settlement_ids = await asyncio.gather(*visits)
            await wait_until_arrived(town.database)
            await _check_everything(town.database, settlement_ids)
    finally:
        if not town.dead:
            town.end()


@pytest.mark.parametrize("point", ["inbox.before_effects", "inbox.after_effects", "inbox.after_commit"])
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
            await _until_dead(town)
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
    await answered(office, f"/v1/persons/{person_id}/memberships", said, f"late-{person_id}")


async def _check_supplements(database: str, count: int) -> None:
    connection = await asyncpg.connect(database)
    opened = await connection.fetchval("SELECT count(*) FROM settlement.events WHERE type = 'ReviewOpened'")
    booked = await connection.fetchval("SELECT count(*) FROM fund_ledger.journals WHERE kind = 'supplement'")
    parked = await connection.fetchval("SELECT count(*) FROM settlement.inbox_parked")
    await connection.close()
    assert (opened, booked, parked) == (count, count, 0)
    assert (await read_books(database)).problems == []
    assert (await verify(database)).differences == ()


async def _until_dead(town: KillableTown) -> None:
    deadline = time.monotonic() + 60
    while not town.dead:
        assert time.monotonic() < deadline, "the armed point was not passed often enough within a minute"
        await asyncio.sleep(0.02)


async def _check_everything(database: str, settlement_ids: list[str]) -> None:
    assert len(set(settlement_ids)) == SETTLEMENTS
    books = await read_books(database)
    assert books.problems == []
    assert books.settled == SETTLEMENTS
    connection = await asyncpg.connect(database)
    journals = await connection.fetchval("SELECT count(*) FROM fund_ledger.journals WHERE kind = 'settlement'")
    parked = [await connection.fetchval(f"SELECT count(*) FROM {s.schema}.inbox_parked") for s in SERVICES.values()]
    await connection.close()
    assert journals == SETTLEMENTS
    assert parked == [0, 0, 0, 0]
    assert (await verify(database)).differences == ()
    assert (await verify_chain(database)).broken == ()


@pytest.mark.parametrize("point", ["command.before_append:4", "command.after_append:4"])
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
            office = platform.client("identity", Role.DEPARTMENT, "poverty-alleviation")
            how = {"kind": "delta", "as_of": "2019-07-01T00:00:00Z", "category": "REGISTERED_POOR"}
            path = "/v1/feeds/poverty-alleviation/batches/1"
            with suppress(httpx.TransportError):
                await office.put(path, params=how, content=_people_file(people), headers={"Content-Type": "text/csv"})
            await _until_dead(town)
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
