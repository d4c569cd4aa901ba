"""A platform that a test may kill or freeze, and callers who insist until they are answered."""

import asyncio
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from kernel.security import Issuer, Role
from kernel.values.china_time import china_date
from onestop.free_ports import first_of_free_ports
from onestop.insisting import insist
from onestop.one_process import DOORS
from onestop.platform import Platform
from onestop.replay import verify, verify_chain
from onestop.services import SERVICES
from workbench.demo.city import HOSPITALS
from workbench.demo.report import read_books

_SILENT_SECONDS = 3.0
POLICIES = Path(__file__).parents[2] / "policies"


class KillableTown:
    """The platform in a process of its own, to be armed, killed, frozen and started again at the same address."""

    def __init__(
        self,
        database: str,
        folder: Path,
        more: tuple[str, ...],
        *,
        name: str = "platform",
        after: "KillableTown | None" = None,
    ) -> None:
        self.database = database
        self.folder = folder
        self._more = more
        self._log = folder / f"{name}.log"
        # Ports of one that runs not yet look free, too.
        self._port = first_of_free_ports(len(DOORS)) if after is None else after.next_port
        self._process: subprocess.Popen[str] | None = None

    @property
    def next_port(self) -> int:
        return self._port + len(DOORS)

    @property
    def urls(self) -> dict[str, str]:
        return {name: f"http://127.0.0.1:{self._port + i}" for i, name in enumerate(SERVICES)}

    def start(self, failpoint: str = "") -> None:
        command = [sys.executable, "-m", "onestop", "platform", "--database", self.database]
        command += ["--folder", str(self.folder), "--policies", str(POLICIES), "--first-port", str(self._port)]
        environ = {**os.environ, "ONESTOP_FAILPOINT": failpoint}
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [*command, *self._more], env=environ, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        self._process.stdout.close()
        assert said == "ready\n", self.log[-3000:]

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def dead(self) -> bool:
        assert self._process is not None
        return self._process.poll() is not None

    @property
    def frozen(self) -> bool:
        assert self._process is not None
        return Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"

    def send(self, number: signal.Signals) -> None:
        """A signal to the running process; after SIGKILL it is dead."""
        assert self._process is not None
        self._process.send_signal(number)
        if number == signal.SIGKILL:
            self._process.wait(30)

    def end(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(30)


@asynccontextmanager
async def speaking_to(town: KillableTown) -> AsyncIterator[Platform]:
    async with AsyncExitStack() as stack:
        yield Platform(town.database, town.urls, Issuer.in_folder(town.folder / "keys"), stack)


class Doors:
    """Several instances, as callers behind a load balancer know them: whoever is silent is not waited for."""

    def __init__(self, *platforms: Platform) -> None:
        self._platforms = platforms

    def client(self, service: str, role: Role, organisation: str | None = None) -> "Door":
        return Door([platform.client(service, role, organisation) for platform in self._platforms])


class Door:
    """One caller at one service: each attempt goes to the next instance."""

    def __init__(self, clients: list[httpx.AsyncClient]) -> None:
        self._clients = itertools.cycle(clients)

    async def post(self, path: str, *, json: dict[str, Any], headers: dict[str, str]) -> httpx.Response:
        return await next(self._clients).post(path, json=json, headers=headers, timeout=_SILENT_SECONDS)


async def persistently(platform: Platform | Doors, path: str, body: dict[str, Any], key: str, hospital: str) -> Any:
    """A hospital sends one message until it is answered."""
    return await answered(platform.client("settlement", Role.HOSPITAL, hospital), path, body, key)


async def answered(client: httpx.AsyncClient | Door, path: str, body: dict[str, Any], key: str) -> Any:
    """Send one message until it is answered, always under the same key, as a careful system does."""
    response = await insist(lambda: client.post(path, json=body, headers={"Idempotency-Key": key}))
    assert response.is_success, f"{path}: {response.status_code} {response.text}"
    return response.json()


async def whole_visit(platform: Platform | Doors, person_id: str, number: int) -> str:
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


async def until_dead(town: KillableTown) -> None:
    deadline = time.monotonic() + 60
    while not town.dead:
        assert time.monotonic() < deadline, "the armed point was not passed often enough within a minute"
        await asyncio.sleep(0.02)


async def check_everything(database: str, settlement_ids: list[str]) -> None:
    count = len(settlement_ids)
    assert len(set(settlement_ids)) == count
    books = await read_books(database)
    assert books.problems == []
    assert books.settled == count
    connection = await asyncpg.connect(database)
    journals = await connection.fetchval("SELECT count(*) FROM fund_ledger.journals WHERE kind = 'settlement'")
    parked = [await connection.fetchval(f"SELECT count(*) FROM {s.schema}.inbox_parked") for s in SERVICES.values()]
    await connection.close()
    assert journals == count
    assert parked == [0] * len(SERVICES)
    assert (await verify(database)).differences == ()
    assert (await verify_chain(database)).broken == ()
