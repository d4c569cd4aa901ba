"""Each county's staff see and book their own county's money, a city's that of all its counties (R-JY-12)."""

from typing import Any, Final

import httpx
import pytest

from contracts.settlement import CONTRACT
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

OF_ONE: Final = (
    "/v1/postings?account=fund/{county}/BMI",
    "/v1/trial-balance?county={county}",
    "/v1/chart?county={county}",
    "/v1/balances?account=fund/{county}/BMI",
    "/v1/entries?account=fund/{county}/BMI",
    "/v1/account-statements?account=fund/{county}/BMI&from=2019-08-01&to=2019-08-31",
    "/v1/counties/{county}/months",
    "/v1/totals?county={county}",
    "/v1/receivables?county={county}",
    "/v1/journals/S{county}",
    "/v1/settlements/S{county}/journals",
)
MONEY: Final = {
    "/v1/fund-receipts": {"source": "BUDGET"},
    "/v1/payments": {"hospital_id": "H1"},
    "/v1/collections": {"person_id": "P1"},
}


@pytest.fixture
async def books(ledger: Service, around: Surroundings, bills: Any) -> Service:
    for county in ("445202", "445222"):
        await around.tell(CONTRACT, "P1", bills.settled(f"S{county}", bills.layer("BMI", 1_000), county=county))

    async def booked() -> bool:
        return bool(await ledger.pool.fetchval("SELECT count(*) = 2 FROM journals"))

    await eventually(booked)
    return ledger


@pytest.mark.parametrize("path", OF_ONE)
@pytest.mark.parametrize("role", [Role.FINANCE, Role.AGENCY, Role.OPERATIONS])
async def test_another_county_s_books_are_closed(books: Service, role: Role, path: str) -> None:
    county = await books.client(role, divisions=["445202"])
    city = await books.client(role, divisions=["445200"])
    assert (await county.get(path.format(county="445202"))).status_code == 200
    assert (await city.get(path.format(county="445222"))).status_code == 200
    foreign = await county.get(path.format(county="445222"))
    assert (foreign.status_code, foreign.json()["code"]) == (403, "DIVISION_FOREIGN")


@pytest.mark.parametrize(("path", "more"), MONEY.items())
async def test_money_of_another_county_is_not_booked(books: Service, path: str, more: dict[str, str]) -> None:
    async def book(client: httpx.AsyncClient) -> tuple[int, str]:
        money = {"county": "445222", "fund": "BMI", "amount": "0.01", "value_on": "2019-08-01", **more}
        reply = await client.post(path, json=money)
        return reply.status_code, reply.json().get("code", "")

    assert await book(await books.client(Role.FINANCE, divisions=["445202"])) == (403, "DIVISION_FOREIGN")
    # Nobody owes that county anything, so a collection is more than is due, and basic insurance holds its own money;
    # but it is the county's own affair.
    own = {"/v1/collections": (409, "OVERPAYMENT"), "/v1/fund-receipts": (422, "FUND_HELD_ELSEWHERE")}
    assert await book(await books.client(Role.FINANCE, divisions=["445222"])) == own.get(path, (201, ""))


async def test_lists_without_a_county_hold_the_caller_s_own(books: Service) -> None:
    async def seen(*divisions: str) -> tuple[set[str], str, str]:
        client = await books.client(Role.FINANCE, divisions=divisions)
        accounts = (await client.get("/v1/accounts")).json()["items"]
        (total,) = (await client.get("/v1/totals")).json()
        counties = {row["account"].split("/")[-2] for row in accounts}
        return counties, (await client.get("/v1/trial-balance")).json()["debit"], total["amount"]

    assert await seen("445202") == ({"445202"}, "10.00", "10.00")
    assert await seen("445202", "445222") == await seen("440000") == ({"445202", "445222"}, "20.00", "20.00")
