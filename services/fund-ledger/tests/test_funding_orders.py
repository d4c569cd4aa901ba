"""Orders for money over HTTP: placed by the agency, agreed to, met by receipts, and late where nothing comes."""

import asyncio
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import pytest

from contracts.settlement import CONTRACT
from fund_ledger.config import Config
from fund_ledger.main import build
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

ORDERS: Final = "/v1/funding-orders"
HUNAN: Final = {"county": "430181", "fund": "MA"}
QUOTA: Final = {"county": "445202", "fund": "MA", "kind": "QUOTA", "year": 2020}


class Offices:
    """The ledger and its callers, on a day that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(2019, 1, 10, 1, 0, tzinfo=UTC)
        self.ledger: Service
        self.agency: httpx.AsyncClient
        self.bureau: httpx.AsyncClient
        self.finance: httpx.AsyncClient

    async def place(self, **order: Any) -> str:
        made = await self.agency.post(ORDERS, json=order)
        assert made.status_code == 201, made.text
        order_id: str = made.json()["order_id"]
        return order_id

    async def receive(self, amount: str, source: str, value_on: str, **where: str) -> str:
        body = {"amount": amount, "source": source, "value_on": value_on, **where}
        made = await self.finance.post("/v1/fund-receipts", json=body)
        assert made.status_code == 201, made.text
        journal_id: str = made.json()["journal_id"]
        return journal_id

    async def meet(self, order_id: str, journal_id: str, amount: str) -> tuple[int, str]:
        body = {"journal_id": journal_id, "amount": amount}
        answer = await self.finance.post(f"{ORDERS}/{order_id}/receipts", json=body)
        told = answer.json()
        return answer.status_code, told.get("code") or told["status"]


@pytest.fixture
async def offices(around: Surroundings, config: Config) -> Offices:
    made = Offices()
    made.ledger = await around.serve("fund_ledger", lambda host: build(host, config), clock=lambda: made.now)
    made.agency = await made.ledger.client(Role.AGENCY, "A1")
    made.bureau = await made.ledger.client(Role.AGENCY, "B1", subject="bureau-1")
    made.finance = await made.ledger.client(Role.FINANCE)
    return made


async def test_one_transfer_meets_two_months_and_what_is_missing_is_late(offices: Offices) -> None:
    january = await offices.place(**HUNAN, kind="MONTHLY", year=2019, month=1, amount="900.00")
    february = await offices.place(**HUNAN, kind="MONTHLY", year=2019, month=2, amount="800.00")
    receipt = await offices.receive("1500.00", "MONTHLY", "2019-01-10", **HUNAN)
    assert await offices.meet(january, receipt, "900.00") == (200, "met")
    assert await offices.meet(february, receipt, "600.01") == (409, "RECEIPT_EXHAUSTED")
    assert await offices.meet(february, receipt, "600.00") == (200, "issued")
    offices.now = datetime(2019, 1, 15, 15, 59, tzinfo=UTC)  # one minute before midnight in China
    told = (await offices.agency.get(f"{ORDERS}/{february}")).json()
    assert (told["due_on"], told["left"], told["days_late"]) == ("2019-01-15", "200.00", 0)
    offices.now = datetime(2019, 1, 15, 16, 0, tzinfo=UTC)
    told = (await offices.agency.get(f"{ORDERS}/{february}")).json()
    assert (told["days_late"], told["clause"]) == (1, "001 二(三) 每月15日前预付下月结算资金")
    listed = (await offices.finance.get(f"{ORDERS}?county=430181&status=issued")).json()["items"]
    assert [order["order_id"] for order in listed] == [february]


async def test_an_order_of_a_kind_that_only_a_later_release_knows_is_listed(offices: Offices) -> None:
    plan = await offices.place(county="445202", fund="MA", kind="PLAN", year=2019, amount="900.00")
    await offices.ledger.pool.execute("UPDATE funding_orders SET kind = 'LEVY', status = 'halted'")
    (listed,) = (await offices.finance.get(ORDERS)).json()["items"]
    told = (await offices.agency.get(f"{ORDERS}/{plan}")).json()
    assert listed == told
    assert (told["order_id"], told["kind"], told["status"], told["left"]) == (plan, "LEVY", "halted", "900.00")


async def test_no_fen_of_a_receipt_meets_two_orders_at_once(offices: Offices) -> None:
    orders = [await offices.place(**HUNAN, kind="MONTHLY", year=2019, month=m, amount="100.00") for m in range(2, 8)]
    receipt = await offices.receive("250.00", "MONTHLY", "2019-01-10", **HUNAN)
    done = await asyncio.gather(*(offices.meet(order, receipt, "100.00") for order in orders))
    assert sorted(status for status, _ in done) == [200, 200, 409, 409, 409, 409]


async def test_a_quota_comes_from_last_year_s_books_and_is_issued_in_three_steps(
    offices: Offices, around: Surroundings, bills: Any
) -> None:
    offices.now = datetime(2019, 9, 1, 1, 0, tzinfo=UTC)
    where = {"county": "445202", "fund": "MA"}
    await offices.receive("30.00", "PREPAYMENT", "2019-01-10", **where)
    await offices.receive("1000.00", "BUDGET", "2019-01-10", **where)
    await around.tell(CONTRACT, "P1", bills.settled("S1", bills.layer("MA", 40_002)))
    await around.tell(CONTRACT, "P1", bills.settled("S2", bills.layer("MA", 500)))
    await around.tell(CONTRACT, "P1", bills.revoked("S2"))

    async def booked() -> Any:
        return await offices.ledger.pool.fetchval("SELECT count(*) = 5 FROM journals")

    await eventually(booked)
    offices.now = datetime(2020, 1, 8, 1, 0, tzinfo=UTC)
    quota = await offices.place(**QUOTA)
    told = (await offices.agency.get(f"{ORDERS}/{quota}")).json()
    figures = {figure["name"]: figure["amount"] for figure in told["figures"]}
    assert figures == {"last_year": "400.02", "quota": "100.01", "carried": "30.00", "still_carried": "0.00"}
    assert (told["amount"], told["status"], told["due_on"]) == ("70.01", "computed", "2020-01-15")
    assert (await offices.agency.post(f"{ORDERS}/{quota}/agreement")).json()["code"] == "SAME_PERSON"
    assert (await offices.finance.post(f"{ORDERS}/{quota}/agreement")).json()["code"] == "STEP_OF_ANOTHER"
    assert (await offices.bureau.post(f"{ORDERS}/{quota}/agreement")).json()["status"] == "agreed"
    assert (await offices.finance.post(f"{ORDERS}/{quota}/agreement")).json()["status"] == "issued"
    receipt = await offices.receive("70.01", "PREPAYMENT", "2020-01-08", **where)
    assert await offices.meet(quota, receipt, "70.01") == (200, "met")


async def test_a_receipt_that_meets_an_order_goes_back_only_when_it_is_let_go(offices: Offices) -> None:
    leye = {"county": "451028", "fund": "GOV_BACKSTOP"}
    order = await offices.place(**leye, kind="APPROPRIATION", year=2018)
    receipt = await offices.receive("5000000.00", "BUDGET", "2018-06-01", **leye)
    assert await offices.meet(order, receipt, "5000000.00") == (200, "met")
    back = await offices.finance.post(f"/v1/journals/{receipt}/return", json={"reason": "BOOKED_WRONGLY"})
    assert (back.status_code, back.json()["code"]) == (409, "RECEIPT_MATCHED")
    gone = await offices.finance.post(f"{ORDERS}/{order}/receipts/{receipt}/release")
    assert (gone.status_code, gone.json()["status"]) == (200, "issued")
    back = await offices.finance.post(f"/v1/journals/{receipt}/return", json={"reason": "BOOKED_WRONGLY"})
    assert back.status_code == 201
    assert await offices.meet(order, receipt, "1.00") == (409, "RECEIPT_EXHAUSTED")
    assert (await offices.agency.get(f"{ORDERS}/{order}")).json()["left"] == "5000000.00"


@pytest.mark.parametrize(
    ("order", "status", "code"),
    [
        ({**QUOTA, "county": "430181", "year": 2019}, 422, "ORDER_WITHOUT_RULE"),
        ({**HUNAN, "kind": "MONTHLY", "year": 2019, "month": 1}, 422, "ORDER_FIGURES"),
        ({**HUNAN, "fund": "BMI", "kind": "RESERVE", "year": 2019}, 422, "FUND_HELD_ELSEWHERE"),
        ({**HUNAN, "kind": "MONTHLY", "year": 2019, "month": 13}, 422, "INVALID_FIELD"),
        ({**HUNAN, "kind": "GIFT", "year": 2019}, 422, "INVALID_FIELD"),
        ({"county": "110101", "fund": "MA", "kind": "PLAN", "year": 2019}, 422, "FUND_UNKNOWN"),
    ],
)
async def test_what_cannot_be_ordered_is_refused(offices: Offices, order: Any, status: int, code: str) -> None:
    refused = await offices.agency.post(ORDERS, json=order)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


async def test_the_same_is_ordered_once_and_by_the_agency_of_the_county_alone(offices: Offices) -> None:
    leye = {"county": "451028", "fund": "MAJOR_RESCUE", "kind": "APPROPRIATION"}
    await offices.place(**leye, year=2018)
    for year in (2018, 2019):  # it is given once, not every year
        again = await offices.agency.post(ORDERS, json={**leye, "year": year})
        assert (again.status_code, again.json()["code"]) == (409, "ORDER_EXISTS")
    assert (await offices.finance.post(ORDERS, json={**leye, "year": 2018})).status_code == 403
    other = await offices.ledger.client(Role.AGENCY, divisions=["445202"])
    assert (await other.post(ORDERS, json={**leye, "year": 2018})).json()["code"] == "DIVISION_FOREIGN"
    assert (await other.get(f"{ORDERS}/451028-MAJOR_RESCUE-APPROPRIATION")).json()["code"] == "DIVISION_FOREIGN"
    assert (await other.get(ORDERS)).json()["items"] == []
    assert (await offices.agency.get(f"{ORDERS}/451028-MA-PLAN-2018")).json()["code"] == "ORDER_UNKNOWN"
