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
