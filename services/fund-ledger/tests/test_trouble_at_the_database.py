"""A database in trouble delays the books and refuses callers for the moment; it parks no bill and says no 500."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from contracts.settlement import CONTRACT
from kernel.security import Issuer, Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings, surroundings
from kernel.writing import database as sessions
from kernel.writing.database import SingleConnection, administering

RECEIPT: Final = {"county": "445202", "fund": "MA", "amount": "7.00", "source": "BUDGET", "value_on": "2019-08-01"}
_RAISING: Final = """
CREATE FUNCTION fund_ledger.raise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'played' USING ERRCODE = '{}'; END $$;
CREATE TRIGGER raising BEFORE INSERT ON fund_ledger.journals FOR EACH ROW EXECUTE FUNCTION fund_ledger.raise()
"""
_KILL: Final = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE application_name = 'onestop-fund_ledger' AND state = 'active' AND query LIKE '%INSERT INTO events%'
"""


@pytest.fixture
async def admin(database: str) -> AsyncIterator[SingleConnection]:
    async with administering(database, idle_in_transaction_session_timeout="0") as connection:
        yield connection


@pytest.fixture
async def around(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Surroundings]:
    # So that a wait of ten seconds is cut off many times.
    monkeypatch.setitem(sessions._SESSION_SETTINGS, "statement_timeout", "700ms")
    async with surroundings(database, Issuer.in_folder(tmp_path)) as opened:
        yield opened


async def _booked(ledger: Service, count: int) -> None:
    async def booked() -> bool:
        return bool(await ledger.pool.fetchval("SELECT count(*) FROM journals") == count)

    await eventually(booked, within_seconds=30)
    assert await ledger.pool.fetchval("SELECT count(*) FROM inbox_parked") == 0


async def _held_up(ledger: Service) -> str:
    client = await ledger.client(Role.OPERATIONS)
    text = (await client.get("/metrics")).text
    line = next((line for line in text.splitlines() if line.startswith("onestop_consumer_retries_total")), "0")
    return line if float(line.split()[-1]) > 2 else ""


async def test_a_table_that_is_locked_for_ten_seconds_delays_the_books_and_parks_nothing(
    ledger: Service, around: Surroundings, admin: SingleConnection, bills: Any
) -> None:
    loop = asyncio.get_running_loop()
    async with admin.transaction():
        await admin.execute("LOCK TABLE fund_ledger.journals IN SHARE MODE")  # what CREATE INDEX takes
        until = loop.time() + 10
        for number in range(60):
            await around.tell(CONTRACT, f"P{number}", bills.settled(f"S{number}", bills.layer("MA", 700)))
        while loop.time() < until:
            await asyncio.sleep(0.1)
        assert await ledger.pool.fetchval("SELECT count(*) FROM inbox_parked") == 0
    await _booked(ledger, 60)


@pytest.mark.parametrize("state", ["53100", "53300", "40P01", "55P03", "57014", "25006"])
async def test_what_the_database_says_while_it_is_in_trouble_parks_nothing_and_is_no_mistake_of_ours(
    ledger: Service, around: Surroundings, admin: SingleConnection, finance: httpx.AsyncClient, bills: Any, state: str
) -> None:
    await admin.execute(_RAISING.format(state))
    await around.tell(CONTRACT, "P1", bills.settled("S1", bills.layer("MA", 700)))
    refused = await finance.post("/v1/fund-receipts", json=RECEIPT, headers={"Idempotency-Key": "one"})
    conflict = state.startswith("40")  # tried eight times, then said to be contended
    assert refused.status_code == (409 if conflict else 503), refused.text
    assert conflict or refused.headers["Retry-After"] == "1"
    await eventually(lambda: _held_up(ledger))
    assert (await finance.get("/health/ready")).status_code == 200
    await admin.execute("DROP FUNCTION fund_ledger.raise CASCADE")
    paid_in = await finance.post("/v1/fund-receipts", json=RECEIPT, headers={"Idempotency-Key": "one"})
    assert paid_in.status_code == 201
    await _booked(ledger, 2)


async def test_sessions_killed_while_commands_run_are_503_and_each_command_works_once(
    ledger: Service, admin: SingleConnection, finance: httpx.AsyncClient
) -> None:
    said: Counter[int] = Counter()
    done = asyncio.Event()

    async def pay_in(number: int) -> str:
        while True:
            sent = await finance.post("/v1/fund-receipts", json=RECEIPT, headers={"Idempotency-Key": f"k{number}"})
            said[sent.status_code] += 1
            if sent.status_code != 503:
                return str(sent.json().get("journal_id"))

    async def kill() -> int:
        killed = 0
        while not done.is_set() and killed < 40:
            killed += await admin.fetchval(_KILL)
            await asyncio.sleep(0)
        return killed

    killing = asyncio.create_task(kill())
    journals = await asyncio.gather(*(pay_in(number) for number in range(150)))
    done.set()
    assert await killing > 0, "no session was hit"
    assert said.keys() <= {201, 503}, said
    assert said[503] > 0
    assert len(set(journals)) == 150
    assert await ledger.pool.fetchval("SELECT count(*) FROM journals") == 150
    assert await ledger.pool.fetchval("SELECT sum(debit_fen) = sum(credit_fen) FROM balances")
