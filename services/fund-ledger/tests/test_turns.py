"""Commands that wait for an account keep no session from anybody else, however many wait and for whatever."""

import asyncio
from typing import Final

import httpx

from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service
from kernel.writing.database import administering

MONEY: Final = {"county": "445202", "fund": "MA", "amount": "1.00", "value_on": "2019-08-01"}
STATEMENT: Final = "交易日期,借方发生额,贷方发生额,账户余额,附言\n2019-08-01,,1,1,\n合计,0,1,,\n"
_HOLD: Final = "SELECT pg_advisory_lock(hashtextextended('fund-ledger ' || $1, 0))"
_WAITING: Final = """
SELECT count(*) > 1 FROM pg_stat_activity
WHERE application_name = 'onestop-fund_ledger' AND wait_event_type = 'Lock' AND query LIKE '%advisory%'
"""


async def test_commands_of_all_kinds_that_wait_leave_sessions_to_those_who_ask(
    ledger: Service, finance: httpx.AsyncClient, database: str
) -> None:
    file = {"county": "445202", "fund": "MA", "journal_ids": ["J1"]}
    csv = {"content-type": "text/csv"}
    bank = "/v1/bank-statements?county=445202&fund=MA"
    async with administering(database) as other:
        for account in ("fund/445202/MA", "bank/445202/MA"):
            await other.execute(_HOLD, account)
        receipt = MONEY | {"source": "BUDGET"}
        waiting = [
            *(asyncio.create_task(finance.post("/v1/fund-receipts", json=receipt)) for _ in "1234"),
            *(asyncio.create_task(finance.post("/v1/payment-files", json=file)) for _ in "1234"),
            *(asyncio.create_task(finance.post(bank, content=STATEMENT.encode(), headers=csv)) for _ in "1234"),
        ]
        await eventually(lambda: other.fetchval(_WAITING))
        asked = await finance.get("/v1/payment-files", params={"county": "445202", "fund": "MA"}, timeout=5)
        assert (asked.status_code, sum(task.done() for task in waiting)) == (200, 0)
        await other.execute("SELECT pg_advisory_unlock_all()")
        said = [(await task).status_code for task in waiting]
    assert said[:8] == [201] * 4 + [404] * 4
    assert sorted(said[8:]) == [201, 409, 409, 409]
