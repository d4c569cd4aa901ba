"""What civil affairs' money does not reach for, the province makes up (002 三(一) 由省级财政予以弥补), over HTTP."""

import asyncio
from decimal import Decimal
from typing import Any, Final

import httpx

from contracts.settlement import CONTRACT
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

HUINING: Final = "620422"
MA, PROV = f"fund/{HUINING}/MA", f"fund/{HUINING}/PROV"


async def receive(finance: httpx.AsyncClient, fund: str, amount: str) -> None:
    money = {"county": HUINING, "fund": fund, "amount": amount, "source": "BUDGET", "value_on": "2019-07-01"}
    received = await finance.post("/v1/fund-receipts", json=money)
    assert received.status_code == 201, received.text


async def owed(finance: httpx.AsyncClient) -> dict[str, Decimal]:
    """What each account owes: a fund below nothing, or a hospital that waits for its money, as a positive sum."""
    rows = (await finance.get("/v1/accounts", params={"limit": 200})).json()["items"]
    signs = {"fund": 1, "payable": -1, "bank": 1}
    return {row["account"]: signs[row["account"].split("/")[0]] * Decimal(row["balance"]) for row in rows}


async def test_bills_that_race_for_the_last_money_are_whole_and_the_province_owes_the_rest(
    ledger: Service, around: Surroundings, finance: httpx.AsyncClient, bills: Any
) -> None:
    await receive(finance, "MA", "10.00")
    racing = [
        bills.settled(f"S{i}", bills.layer("MA", 700, "MA", "PROV"), county=HUINING, person_id=f"P{i}")
        for i in range(3)
    ]
    # Of three people: nobody says which partition is read first.
    await asyncio.gather(*(around.tell(CONTRACT, bill.person_id, bill) for bill in racing))
    await eventually(lambda: ledger.pool.fetchval("SELECT count(*) = 4 FROM journals"))
    accounts = await owed(finance)
    of_hospital = f"payable/hospital/H1/{HUINING}"
    assert (accounts[f"{of_hospital}/MA"], accounts[MA]) == (Decimal(10), Decimal(0)), "civil affairs to the last fen"
    assert (accounts[f"{of_hospital}/PROV"], accounts[PROV]) == (Decimal(11), Decimal(11)), "the province the rest"
    splits = [
        (await finance.get(f"/v1/settlements/{bill.settlement_id}/journals")).json()[0]["split"] for bill in racing
    ]
    parts = [{part["fund"]: Decimal(part["to_hospital"]) for part in split} for split in splits]
    assert [sum(of_bill.values()) for of_bill in parts] == [Decimal(7)] * 3
    assert sum(len([fund for fund in of_bill.values() if fund]) == 2 for of_bill in parts) == 1, "one bill has both"

    # A bill that is taken back gives to each what it had of each.
    await around.tell(CONTRACT, "P0", bills.revoked("S0", "P0"))
    await eventually(lambda: ledger.pool.fetchval("SELECT count(*) = 5 FROM journals"))
    after = await owed(finance)
    assert after[PROV] == Decimal(11) - parts[0].get("PROV", Decimal(0))
    assert after[MA] == -parts[0].get("MA", Decimal(0))
    await receive(finance, "PROV", str(after[PROV]))
    assert (await owed(finance))[PROV] == 0
