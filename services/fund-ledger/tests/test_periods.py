"""Closing: months one after the other, years after their December, each once, and nothing is lost or doubled."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any, Final

import httpx
import pytest

from contracts.settlement import CONTRACT
from fund_ledger.config import Config
from fund_ledger.main import build
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.set_clock import SetClock
from kernel.testing.surroundings import Service, Surroundings

COUNTY: Final = "/v1/counties/445202"
RECEIPT: Final = {"county": "445202", "fund": "MA", "amount": "1000.00", "source": "BUDGET", "value_on": "2019-07-31"}


@pytest.fixture
async def ledger(around: Surroundings, config: Config, clock: SetClock) -> Service:
    return await around.serve("fund_ledger", lambda host: build(host, config), clock=clock)


async def test_a_closed_month_takes_nothing_any_more_and_corrections_are_linked(
    finance: httpx.AsyncClient, clock: SetClock
) -> None:
    made = (await finance.post("/v1/fund-receipts", json=RECEIPT)).json()["journal_id"]
    assert (await finance.post(f"{COUNTY}/months/2019-07/closing")).status_code == 200
    clock.now = datetime(2019, 8, 5, 1, 0, tzinfo=UTC)
    refused = await finance.post("/v1/fund-receipts", json=RECEIPT)
    assert (refused.status_code, refused.json()["code"]) == (422, "PERIOD_CLOSED")
    assert refused.json()["about"]["open_from"] == "2019-08-01"
    back = (await finance.post(f"/v1/journals/{made}/return", json={"reason": "BOOKED_WRONGLY"})).json()["journal_id"]
    journal = (await finance.get(f"/v1/journals/{back}")).json()
    assert (journal["corrects"], journal["booked_on"]) == (made, "2019-08-05")
    (month,) = (await finance.get(f"{COUNTY}/months")).json()["items"]
    assert (month["month"], month["entries"]) == ("2019-07-01", 2)
    assert [(fund["fund"], fund["bank"], fund["available"]) for fund in month["funds"]] == [
        ("MA", "1000.00", "1000.00")
    ]


@pytest.mark.parametrize(
    ("last", "open_on"),
    [(date(2019, 7, 31), "2019-08-01"), (date(2019, 12, 31), "2020-01-01")],
    ids=["a month", "a year"],
)
async def test_what_goes_back_while_its_month_is_closed_counts_in_the_open_one(
    finance: httpx.AsyncClient, clock: SetClock, last: date, open_on: str
) -> None:
    clock.now = datetime(last.year, last.month, 31, 23, 0, tzinfo=UTC)  # the next day in China
    made = (await finance.post("/v1/fund-receipts", json={**RECEIPT, "value_on": f"{last}"})).json()["journal_id"]
    assert (await finance.post(f"{COUNTY}/months/{last:%Y-%m}/closing")).status_code == 200
    # Asked for in the last second of the month, and held up until another instance had closed it; or a clock went back.
    clock.now = datetime(last.year, last.month, 31, 15, 59, 59, tzinfo=UTC)
    back = (await finance.post(f"/v1/journals/{made}/return", json={"reason": "BOOKED_WRONGLY"})).json()["journal_id"]
    assert (await finance.get(f"/v1/journals/{back}")).json()["booked_on"] == open_on


async def test_a_bill_of_a_closed_month_is_booked_in_the_open_one_and_so_is_its_revocation(
    ledger: Service, around: Surroundings, finance: httpx.AsyncClient, clock: SetClock, bills: Any
) -> None:
    # The clock of the bills stands on 1 August.
    clock.now = datetime(2019, 9, 2, 1, 0, tzinfo=UTC)
    await around.tell(CONTRACT, "P1", bills.settled("S1", bills.layer("BMI", 700)))

    async def booked(number: int) -> bool:
        return bool(await ledger.pool.fetchval("SELECT count(*) = $1 FROM journals", number))

    await eventually(lambda: booked(1))
    assert (await finance.post(f"{COUNTY}/months/2019-08/closing")).status_code == 200
    await around.tell(CONTRACT, "P1", bills.revoked("S1"))
    await around.tell(CONTRACT, "P2", bills.settled("S2", bills.layer("BMI", 50), person_id="P2"))
    await eventually(lambda: booked(3))
    rows = await ledger.pool.fetch("SELECT journal_id, booked_on, effective_on FROM journals ORDER BY journal_id")
    assert [tuple(row) for row in rows] == [
        ("S1", date(2019, 8, 1), date(2019, 8, 1)),
        ("S1-reversal", date(2019, 9, 1), date(2019, 8, 1)),
        ("S2", date(2019, 9, 1), date(2019, 8, 1)),
    ]
    assert (await finance.get("/v1/trial-balance?county=445202")).json()["balanced"] is True


async def test_a_month_is_not_closed_while_a_message_is_parked(
    ledger: Service, around: Surroundings, finance: httpx.AsyncClient, bills: Any
) -> None:
    await around.tell(CONTRACT, "P1", bills.settled("S1", bills.layer("NOBODY", 700)))

    async def parked() -> Any:
        return await ledger.pool.fetchval("SELECT count(*) FROM inbox_parked")

    await eventually(parked)
    refused = await finance.post(f"{COUNTY}/months/2019-07/closing")
    assert (refused.status_code, refused.json()["code"]) == (409, "CLOSING_OBSTRUCTED")
    assert "1 messages of settlement are parked" in refused.json()["detail"]


async def test_a_month_is_not_closed_while_a_balance_differs_from_its_entries(
    ledger: Service, finance: httpx.AsyncClient
) -> None:
    assert (await finance.post("/v1/fund-receipts", json=RECEIPT)).status_code == 201
    await ledger.pool.execute("UPDATE balances SET debit_fen = debit_fen + 1 WHERE account = 'bank/445202/MA'")
    refused = await finance.post(f"{COUNTY}/months/2019-07/closing")
    assert (refused.status_code, refused.json()["code"]) == (409, "CLOSING_OBSTRUCTED")
    assert "bank/445202/MA differs" in refused.json()["detail"]


async def test_two_people_close_a_month_at_once_under_load_and_every_receipt_is_before_or_after(
    finance: httpx.AsyncClient, ledger: Service
) -> None:
    async def receive() -> httpx.Response:
        return await finance.post("/v1/fund-receipts", json={**RECEIPT, "amount": "1.00"})

    async def close_it() -> httpx.Response:
        return await finance.post(f"{COUNTY}/months/2019-07/closing")

    first = [receive() for _ in range(15)]
    done = await asyncio.gather(*first, close_it(), close_it(), *(receive() for _ in range(15)))
    answers = [answer for answer in done if "closing" not in str(answer.url)]
    assert {answer.status_code for answer in done if "closing" in str(answer.url)} == {200}
    assert {(answer.status_code, answer.json().get("code")) for answer in answers} <= {
        (201, None),
        (422, "PERIOD_CLOSED"),
    }
    received = sum(answer.status_code == 201 for answer in answers)
    (month,) = (await finance.get(f"{COUNTY}/months")).json()["items"]
    assert month["entries"] == 2 * received
    assert await ledger.pool.fetchval("SELECT count(*) FROM events WHERE type = 'MonthClosed'") == 1
    balance = (await finance.get("/v1/balances?account=bank/445202/MA&on=2019-07-31")).json()["balance"]
    assert balance == f"{received}.00"


async def _close_months(finance: httpx.AsyncClient, first: int, last: int) -> None:
    for month in range(first, last + 1):
        assert (await finance.post(f"{COUNTY}/months/2019-{month:02}/closing")).status_code == 200


async def test_a_year_is_closed_cleared_and_what_it_left_is_paid_once(
    ledger: Service, around: Surroundings, finance: httpx.AsyncClient, clock: SetClock, bills: Any
) -> None:
    for source, amount in (("BUDGET", "1000.00"), ("PREPAYMENT", "250.00")):
        assert (
            await finance.post("/v1/fund-receipts", json={**RECEIPT, "source": source, "amount": amount})
        ).is_success
    await around.tell(CONTRACT, "P1", bills.settled("S1", bills.layer("MA", 60_000)))

    async def booked() -> bool:
        return bool(await ledger.pool.fetchval("SELECT count(*) = 3 FROM journals"))

    await eventually(booked)
    clock.now = datetime(2020, 1, 4, 1, 0, tzinfo=UTC)
    early = await finance.post(f"{COUNTY}/years/2019/closing")
    assert (early.status_code, early.json()["code"]) == (409, "MONTHS_OPEN")
    await _close_months(finance, 7, 12)
    answers = await asyncio.gather(*(finance.post(f"{COUNTY}/years/2019/closing") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert await ledger.pool.fetchval("SELECT count(*) FROM events WHERE type = 'YearClosed'") == 1
    told = (await finance.get(f"{COUNTY}/years/2019")).json()
    (plan,) = told["clearings"]
    assert (plan["account"], plan["paid_in"], plan["settled"], plan["refund"]) == (
        "MA/PLAN",
        "1000.00",
        "600.00",
        "400.00",
    )
    assert [(fund["fund"], fund["bank"], fund["available"], fund["owed"]) for fund in told["carried"]] == [
        ("MA", "1250.00", "650.00", "600.00")
    ]
    pay = {"account": "MA/PLAN", "value_on": "2020-01-04"}
    paid = await finance.post(f"{COUNTY}/years/2019/clearing-payments", json=pay)
    assert paid.status_code == 201, paid.text
    again = await finance.post(f"{COUNTY}/years/2019/clearing-payments", json=pay)
    assert (again.status_code, again.json()["code"]) == (409, "CLEARING_SETTLED")
    (plan,) = (await finance.get(f"{COUNTY}/years/2019")).json()["clearings"]
    assert (plan["journal_id"], plan["settled_on"]) == (paid.json()["journal_id"], "2020-01-04")
    # What is left is the prepayment, which is carried over, and it has an owner.
    (fund,) = (await finance.get("/v1/accounts?prefix=fund/445202/MA")).json()["items"]
    assert fund["balance"] == "-250.00"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"{COUNTY}/months/2019-08/closing", 409, "MONTH_NOT_OVER"),
        (f"{COUNTY}/months/2019-13/closing", 422, "INVALID_PARAMETER"),
        ("/v1/counties/445299/months/2019-07/closing", 422, "DIVISION_UNKNOWN"),
    ],
)
async def test_what_cannot_be_closed_is_refused(finance: httpx.AsyncClient, path: str, status: int, code: str) -> None:
    refused = await finance.post(path)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


async def test_only_finance_of_the_county_closes(ledger: Service) -> None:
    for role, divisions, code in (
        (Role.AGENCY, None, "ROLE_NOT_ALLOWED"),
        (Role.OPERATIONS, None, "ROLE_NOT_ALLOWED"),
        (Role.FINANCE, ["445222"], "DIVISION_FOREIGN"),
    ):
        client = await ledger.client(role, divisions=divisions)
        for path in (f"{COUNTY}/months/2019-07/closing", f"{COUNTY}/years/2018/closing"):
            refused = await client.post(path)
            assert (refused.status_code, refused.json()["code"]) == (403, code)
