"""The database or the broker is away: requests are refused within a bound, and nothing accepted is lost."""

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.command_line import onestop

from kernel.security import Role
from kernel.testing.kafka_broker import KafkaBroker
from onestop.embedded_postgres import EmbeddedPostgres
from onestop.platform import running_platform
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify
from workbench.demo import stories
from workbench.demo.city import HOSPITALS
from workbench.demo.report import read_books
from workbench.demo.town import Town, settle_in
from workbench.demo.window import Window

ROOT = Path(__file__).parent.parent.parent
BILL = stories.Bill(100_000, 0, 60_000)


async def discharged(town: Town, window: Window) -> str:
    admitted = await stories.admit(window, town.someone("DIBAO"), "special_outpatient", town.today)
    await stories.upload(window, admitted["encounter_id"], BILL)
    encounter: str = admitted["encounter_id"]
    return encounter


async def test_a_database_that_crashes_refuses_for_a_while_and_loses_nothing(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "postgres") as server:
        async with running_platform(server.url(), tmp_path, ROOT / "policies") as platform:
            town = await settle_in(platform, 9)
            window = Window(platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
            first, second = await discharged(town, window), await discharged(town, window)
            await stories.settle(window, first, BILL)
            await asyncio.to_thread(server.kill)
            path = f"/v1/encounters/{second}/settlement"
            began = time.monotonic()
            away = await window.send("settlement", path, {"payers": BILL.payers}, key="patient")
            assert away.status_code == 503, away.text
            assert "retry-after" in away.headers
            assert time.monotonic() - began < 20
            doctor = await onestop("doctor", "--no-doors", "--only", "database", "--database", server.url())
            assert (doctor.exit_code, "the database does not answer" in doctor.output) == (1, True), doctor.output
            await asyncio.to_thread(server.start)
            answer = await _until_answered(window, path)
            assert answer.status_code == 201, answer.text
            await wait_until_arrived(server.url())
            books = await read_books(server.url())
            assert (books.settled, books.problems) == (2, [])
            assert (await verify(server.url())).differences == ()


async def _until_answered(window: Window, path: str) -> httpx.Response:
    deadline = time.monotonic() + 30
    while True:
        response = await window.send("settlement", path, {"payers": BILL.payers}, key="patient")
        if response.status_code != 503 or time.monotonic() > deadline:
            return response
        await asyncio.sleep(0.05)


@pytest.mark.kafka
async def test_a_broker_that_is_away_delays_the_books_and_not_the_patient(
    database: str, tmp_path: Path, kafka_broker: Any
) -> None:
    broker = KafkaBroker(tmp_path / "kafka", libs=ROOT / "deploy/kafka/libs")
    await asyncio.to_thread(broker.start)
    try:
        async with running_platform(
            database, tmp_path, ROOT / "policies", kafka_bootstrap=broker.bootstrap
        ) as platform:
            town = await settle_in(platform, 9)
            window = Window(platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
            await asyncio.to_thread(broker.kill)
            where = ("--database", database, "--kafka-bootstrap", broker.bootstrap)
            doctor = await onestop("doctor", "--no-doors", "--only", "kafka", *where)
            assert (doctor.exit_code, "start the broker" in doctor.output) == (1, True), doctor.output
            encounter = await discharged(town, window)
            await stories.settle(window, encounter, BILL)
            await asyncio.to_thread(broker.start)
            await wait_until_arrived(database, within_seconds=90)
            books = await read_books(database)
            assert (books.settled, books.problems) == (1, [])
    finally:
        await asyncio.to_thread(broker.stop)
