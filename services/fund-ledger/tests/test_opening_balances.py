"""Onboarding: what funds have left from the system before, taken over once each, and given back where it was wrong."""

from typing import Any, Final

import httpx

from kernel.security import Role
from kernel.testing.surroundings import Service

OPENING: Final = {
    "county": "445202",
    "fund": "MA",
    "amount": "1000.00",
    "value_on": "2019-07-31",
    "reference": "OLD-2019-MA-1",
}


async def balance(client: httpx.AsyncClient, account: str) -> str:
    page = (await client.get("/v1/accounts", params={"prefix": account})).json()
    found: str = next((row["balance"] for row in page["items"] if row["account"] == account), "0.00")
    return found


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def test_a_balance_is_taken_over_once_whoever_sends_it(ledger: Service, finance: httpx.AsyncClient) -> None:
    first = await finance.post("/v1/opening-balances", json=OPENING)
    assert first.status_code == 201, first.text
    colleague = await ledger.client(Role.FINANCE, subject="colleague")
    again = await colleague.post("/v1/opening-balances", json=OPENING)
    assert (again.status_code, again.json()) == (201, first.json())
    assert await balance(finance, "fund/445202/MA") == "-1000.00"
    journal = (await finance.get(f"/v1/journals/{first.json()['journal_id']}")).json()
    assert (journal["source"], journal["reason"]) == ("OPENING", OPENING["reference"])
    other = await finance.post("/v1/opening-balances", json={**OPENING, "reference": "OLD-2019-MA-2"})
    assert other.status_code == 201
    assert await balance(finance, "fund/445202/MA") == "-2000.00"


async def test_other_figures_under_a_name_are_refused(finance: httpx.AsyncClient) -> None:
    assert (await finance.post("/v1/opening-balances", json=OPENING)).status_code == 201
    changes: tuple[dict[str, Any], ...] = ({"amount": "1000.01"}, {"value_on": "2019-07-30"})
    for change in changes:
        refused = await finance.post("/v1/opening-balances", json={**OPENING, **change})
        assert code(refused) == (409, "OPENING_DIFFERS")
    # The same name in another fund is another balance.
    assert (await finance.post("/v1/opening-balances", json={**OPENING, "fund": "POVFUND"})).status_code == 201


async def test_what_was_wrong_goes_back_and_does_not_come_again_under_its_name(finance: httpx.AsyncClient) -> None:
    taken = (await finance.post("/v1/opening-balances", json=OPENING)).json()["journal_id"]
    back = await finance.post(f"/v1/journals/{taken}/return", json={"reason": "BOOKED_WRONGLY"})
    assert back.status_code == 201, back.text
    assert await balance(finance, "fund/445202/MA") == "0.00"
    assert code(await finance.post("/v1/opening-balances", json=OPENING)) == (409, "OPENING_DIFFERS")
    right = {**OPENING, "amount": "900.00", "reference": "OLD-2019-MA-1b"}
    assert (await finance.post("/v1/opening-balances", json=right)).status_code == 201
    assert await balance(finance, "fund/445202/MA") == "-900.00"


async def test_above_the_county_s_sum_it_is_proposed_and_released_once_under_its_name(
    ledger: Service, finance: httpx.AsyncClient, agency: httpx.AsyncClient
) -> None:
    assert (await agency.post("/v1/counties/445202/money-limit", json={"above": "100.00"})).status_code == 200
    assert code(await finance.post("/v1/opening-balances", json=OPENING)) == (409, "RELEASE_NEEDED")
    propose = "/v1/money-proposals/opening-balances"
    unnamed = {name: OPENING[name] for name in OPENING if name != "reference"} | {"source": "OPENING"}
    assert code(await finance.post("/v1/money-proposals/receipts", json=unnamed)) == (422, "OPENING_UNNAMED")
    first, again = [await finance.post(propose, json=OPENING) for _ in "12"]
    assert (first.status_code, first.json()) == (201, again.json())
    other = await finance.post(propose, json={**OPENING, "amount": "1000.01"})
    assert code(other) == (409, "OPENING_DIFFERS")
    (waits,) = (await finance.get("/v1/money-proposals?county=445202")).json()["items"]
    assert (waits["reference"], waits["amount"], waits["source"]) == (OPENING["reference"], "1000.00", "OPENING")
    colleague = await ledger.client(Role.FINANCE, subject="colleague")
    done = await colleague.post(f"/v1/money-proposals/{waits['proposal_id']}/release")
    assert done.status_code == 200, done.text
    journal = (await finance.get(f"/v1/journals/{done.json()['journal_id']}")).json()
    assert journal["reason"] == OPENING["reference"]
    # Whoever sends it again, by whichever door, books nothing more.
    assert (await finance.post(propose, json=OPENING)).json()["status"] == "released"
    assert (await finance.post("/v1/opening-balances", json=OPENING)).json() == {"journal_id": journal["journal_id"]}
    assert await balance(finance, "fund/445202/MA") == "-1000.00"
    small = {**OPENING, "fund": "POVFUND", "amount": "1.00"}
    assert (await colleague.post("/v1/opening-balances", json=small)).status_code == 201
    assert code(await finance.post(propose, json=small)) == (409, "OPENING_TAKEN")
