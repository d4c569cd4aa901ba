"""The city's pool over HTTP: counties pay up by plan, each has its own account, and a person may change the county."""

from datetime import UTC, datetime
from typing import Any, Final

import httpx

from contracts.settlement import CONTRACT
from fund_ledger.config import Config
from fund_ledger.main import build
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

ORDERS: Final = "/v1/funding-orders"
RONGCHENG, JIEDONG = "445202", "445203"


async def _serve(around: Surroundings, config: Config) -> Service:
    now = datetime(2019, 2, 1, 1, 0, tzinfo=UTC)
    return await around.serve("fund_ledger", lambda host: build(host, config), clock=lambda: now)


async def test_counties_pay_up_to_the_city_by_orders_and_each_account_stands_alone(
    around: Surroundings, config: Config
) -> None:
    ledger = await _serve(around, config)
    city = await ledger.client(Role.AGENCY, "A445200", divisions=["445200"])
    finance = await ledger.client(Role.FINANCE, divisions=["445200"])
    for county, amount in ((RONGCHENG, "900.00"), (JIEDONG, "500.00")):
        plan = {"county": county, "fund": "MA", "kind": "PLAN", "year": 2019, "amount": amount}
        order = (await city.post(ORDERS, json=plan)).json()["order_id"]
        receipt = {"county": county, "fund": "MA", "amount": "500.00", "source": "BUDGET", "value_on": "2019-02-01"}
        journal = (await finance.post("/v1/fund-receipts", json=receipt)).json()["journal_id"]
        met = await finance.post(f"{ORDERS}/{order}/receipts", json={"journal_id": journal, "amount": "500.00"})
        assert met.status_code == 200, met.text
    orders = (await city.get(ORDERS)).json()["items"]
    assert [(one["county"], one["status"], one["left"], one["days_late"]) for one in orders] == [
        (RONGCHENG, "issued", "400.00", 1),
        (JIEDONG, "met", "0.00", 0),
    ]
    # What one county has beyond its plan pays nothing for another, and a county sees its own account alone.
    of_county = await ledger.client(Role.FINANCE, divisions=[JIEDONG], subject="county")
    assert [one["county"] for one in (await of_county.get(ORDERS)).json()["items"]] == [JIEDONG]
    names = [row["account"] for row in (await of_county.get("/v1/accounts")).json()["items"]]
    assert names == [f"bank/{JIEDONG}/MA", f"fund/{JIEDONG}/MA"]
    foreign = {"county": RONGCHENG, "fund": "MA", "kind": "PLAN", "year": 2020, "amount": "1.00"}
    of_agency = await ledger.client(Role.AGENCY, "A445203", divisions=[JIEDONG], subject="agency-county")
    assert (await of_agency.post(ORDERS, json=foreign)).json()["code"] == "DIVISION_FOREIGN"


async def test_a_person_who_changes_the_county_in_the_year_is_paid_for_by_each_as_of_the_bill(
    around: Surroundings, config: Config, bills: Any
) -> None:
    ledger = await _serve(around, config)
    finance = await ledger.client(Role.FINANCE)
    before = bills.settled("S1", bills.layer("MA", 8_000), county=RONGCHENG)
    after = bills.settled("S2", bills.layer("MA", 5_000), county=JIEDONG)
    # The difference of the first bill comes when the person belongs to the other county.
    for event in (before, after, bills.supplemented("S1", "MA", 1_000)):
        await around.tell(CONTRACT, "P1", event)
    await _journals(ledger, 3)
    assert await _funds(finance) == {f"fund/{RONGCHENG}/MA": "90.00", f"fund/{JIEDONG}/MA": "50.00"}
    await around.tell(CONTRACT, "P1", bills.revoked("S1"))
    await _journals(ledger, 4)
    assert await _funds(finance) == {f"fund/{JIEDONG}/MA": "50.00"}
    for county in (RONGCHENG, JIEDONG):
        balance = (await finance.get("/v1/trial-balance", params={"county": county})).json()
        assert balance["balanced"] is True


async def _journals(ledger: Service, number: int) -> None:
    await eventually(lambda: ledger.pool.fetchval("SELECT count(*) = $1 FROM journals", number))


async def _funds(finance: httpx.AsyncClient) -> dict[str, str]:
    rows = (await finance.get("/v1/accounts", params={"prefix": "fund/"})).json()["items"]
    return {row["account"]: row["balance"] for row in rows if row["balance"] != "0.00"}
