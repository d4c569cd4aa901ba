"""Closing while something is not as it should be is refused, and says what; after a crash it is done or not, whole."""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import pytest

from contracts.settlement import CONTRACT
from fund_ledger.config import Config
from fund_ledger.main import build
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.set_clock import SetClock
from kernel.testing.surroundings import Service, Surroundings

COUNTY: Final = "/v1/counties/445202"
JULY: Final = f"{COUNTY}/months/2019-07/closing"
RECEIPT: Final = {"county": "445202", "fund": "MA", "amount": "1000.00", "source": "BUDGET", "value_on": "2019-07-31"}
BANK: Final = "bank/445202/MA"
NOW: Final = datetime(2019, 8, 1, 1, 0, tzinfo=UTC)


@pytest.fixture
async def ledger(around: Surroundings, config: Config, clock: SetClock) -> Service:
    return await around.serve("fund_ledger", lambda host: build(host, config), clock=clock)


async def _refused(client: httpx.AsyncClient) -> str:
    refused = await client.post(JULY)
    assert (refused.status_code, refused.json()["code"]) == (409, "CLOSING_OBSTRUCTED"), refused.text
    detail: str = refused.json()["detail"]
    return detail


async def test_a_message_that_is_missing_is_in_the_way_on_whichever_instance_closes(
    around: Surroundings, config: Config, bills: Any
) -> None:
    at_once = msgspec.structs.replace(config, unheard_seconds=0.2)
    reading = await around.serve("fund_ledger", lambda host: build(host, at_once), clock=lambda: NOW)
    await eventually(lambda: reading.pool.fetchval("SELECT sum(generation) > 0 FROM inbox_cursor"))
    other = await around.serve("fund_ledger", lambda host: build(host, at_once), clock=lambda: NOW)
    around.withhold(CONTRACT, "P1")
    await around.tell(CONTRACT, "P1", bills.settled("S2", bills.layer("BMI", 700)))
    for service in (reading, other):
        said = await _refused(await service.client(Role.FINANCE))
        assert "messages of settlement are not consumed, or one before them is missing" in said


async def test_what_was_told_before_is_booked_before_the_month_is_closed(
    ledger: Service, around: Surroundings, finance: httpx.AsyncClient, bills: Any
) -> None:
    await around.tell(CONTRACT, "P1", bills.settled("S1", bills.layer("BMI", 700)))
    assert (await finance.post(JULY)).status_code == 200
    assert await ledger.pool.fetchval("SELECT count(*) FROM journals") == 1


async def test_an_event_that_waits_for_its_number_is_in_the_way(ledger: Service, finance: httpx.AsyncClient) -> None:
    # What is booked now was booked a minute ago, and nobody can number it meanwhile.
    await ledger.pool.execute(
        "ALTER TABLE events ALTER COLUMN recorded_at SET DEFAULT clock_timestamp() - interval '1 minute'"
    )
    async with ledger.pool.acquire() as connection, connection.transaction():
        await connection.execute("LOCK TABLE sequencer IN SHARE ROW EXCLUSIVE MODE")
        assert (await finance.post("/v1/fund-receipts", json=RECEIPT)).status_code == 201
        assert "1 events wait for their number" in await _refused(finance)


async def test_a_fund_whose_accounts_do_not_balance_is_in_the_way(ledger: Service, finance: httpx.AsyncClient) -> None:
    assert (await finance.post("/v1/fund-receipts", json=RECEIPT)).status_code == 201
    for table in ("balances", "day_sums"):
        await ledger.pool.execute(f"UPDATE {table} SET debit_fen = debit_fen + 1 WHERE account = $1", BANK)
    assert "the accounts of MA do not balance" in await _refused(finance)


async def _killed(database: str, what: str, point: str) -> None:
    """Close in a process that dies as by ``kill -9`` when it comes to the point."""
    environ = {**os.environ, "ONESTOP_FAILPOINT": point}
    program = str(Path(__file__).with_name("closing.py"))
    process = await asyncio.create_subprocess_exec(sys.executable, program, database, what, env=environ)
    assert await process.wait() == -signal.SIGKILL


@pytest.mark.parametrize(
    "point", ["command.after_append", pytest.param("command.before_append", marks=pytest.mark.long)]
)
async def test_a_closing_that_was_killed_is_not_done_at_all_and_is_done_once_by_the_next(
    ledger: Service, finance: httpx.AsyncClient, clock: SetClock, database: str, point: str
) -> None:
    async def done() -> list[int]:
        sql = "SELECT count(*) FROM events WHERE type = $1"
        return [await ledger.pool.fetchval(sql, of) for of in ("MonthClosed", "YearClosed", "ClearingSettled")]

    assert (await finance.post("/v1/fund-receipts", json=RECEIPT)).status_code == 201
    clock.now = datetime(2020, 1, 4, 1, 0, tzinfo=UTC)
    await _killed(database, "month", point)
    assert await done() == [0, 0, 0]
    for _ in range(2):
        assert (await finance.post(f"{COUNTY}/months/2019-12/closing")).status_code == 200
    await _killed(database, "year", point)
    assert await done() == [1, 0, 0]
    for _ in range(2):
        assert (await finance.post(f"{COUNTY}/years/2019/closing")).status_code == 200
    await _killed(database, "clearing", point)
    assert await done() == [1, 1, 0]
    pay = {"account": "MA/PLAN", "value_on": "2020-01-04"}
    paid = [await finance.post(f"{COUNTY}/years/2019/clearing-payments", json=pay) for _ in range(2)]
    assert [answer.status_code for answer in paid] == [201, 409]
    assert await done() == [1, 1, 1]
    balance = (await finance.get(f"/v1/balances?account={BANK}&on=2020-01-04")).json()["balance"]
    assert balance == "0.00"
