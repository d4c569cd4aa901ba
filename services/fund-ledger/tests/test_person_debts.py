"""What a person owes a fund: given back in parts, set off against what the fund owes, written off by two people."""

from datetime import timedelta
from typing import Any, Final

import httpx
import pytest

from contracts.settlement import CONTRACT
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

MONEY: Final = {"county": "445202", "fund": "MA", "value_on": "2019-08-01"}
OWED, DUE, FUND = "payable/person/P1/445202/MA", "receivable/person/P1/445202/MA", "fund/445202/MA"
OFF: Final = {**MONEY, "person_id": "P1", "amount": "10.00", "ground": "DIED"}


@pytest.fixture
async def owing(ledger: Service, around: Surroundings, finance: httpx.AsyncClient, bills: Any) -> httpx.AsyncClient:
    """The person got 30.00 for a bill that was revoked, and is owed 20.00 for another."""
    await around.tell(CONTRACT, "P1", bills.settled("S1", bills.layer("MA", 100, payout_fen=3_000)))
    await eventually(lambda: ledger.pool.fetchval("SELECT count(*) = 1 FROM journals"))
    receipt = {**MONEY, "amount": "100.00", "source": "BUDGET"}
    assert (await finance.post("/v1/fund-receipts", json=receipt)).status_code == 201
    paid = await finance.post("/v1/payments", json={**MONEY, "person_id": "P1", "amount": "30.00"})
    assert paid.status_code == 201
    await around.tell(CONTRACT, "P1", bills.revoked("S1"))
    await around.tell(CONTRACT, "P1", bills.settled("S2", bills.layer("MA", 100, payout_fen=2_000)))
    await eventually(lambda: ledger.pool.fetchval("SELECT count(*) = 5 FROM journals"))
    return finance


async def _standing(client: httpx.AsyncClient) -> dict[str, str]:
    items = (await client.get("/v1/accounts?limit=200")).json()["items"]
    return {row["account"]: row["balance"] for row in items}


async def test_a_debt_is_given_back_in_parts_and_never_more_of_it(owing: httpx.AsyncClient) -> None:
    part = {**MONEY, "person_id": "P1", "amount": "12.00"}
    assert [(await owing.post("/v1/collections", json=part)).status_code for _ in "123"] == [201, 201, 409]
    (left,) = (await owing.get("/v1/receivables?county=445202")).json()["items"]
    assert (left["due"], left["since"]) == ("6.00", "2019-08-01")


async def test_a_debt_is_set_off_against_what_the_same_fund_owes_and_no_further(owing: httpx.AsyncClient) -> None:
    off = {**MONEY, "person_id": "P1", "set_off": True}
    more = await owing.post("/v1/collections", json={**off, "amount": "20.01"})
    assert (more.status_code, more.json()["code"]) == (409, "OVERPAYMENT")
    bank = (await _standing(owing))["bank/445202/MA"]
    done = await owing.post("/v1/collections", json={**off, "amount": "20.00"})
    assert done.status_code == 201, done.text
    now = await _standing(owing)
    assert (now[OWED], now[DUE], now["bank/445202/MA"]) == ("0.00", "10.00", bank)
    unclear = await owing.post("/v1/collections", json={**off, "amount": "1.00", "hospital_id": "H1"})
    assert unclear.json()["code"] == "PAYEE_UNCLEAR"
    # It goes back like any other, and both debts are there again.
    back = await owing.post(f"/v1/journals/{done.json()['journal_id']}/return", json={"reason": "BOOKED_WRONGLY"})
    assert back.status_code == 201, back.text
    assert ((await _standing(owing))[OWED], (await _standing(owing))[DUE]) == ("-20.00", "30.00")


async def test_what_nobody_will_get_back_the_fund_bears_once_another_person_agrees(
    ledger: Service, owing: httpx.AsyncClient
) -> None:
    more = await owing.post("/v1/money-proposals/write-offs", json={**OFF, "amount": "30.01"})
    assert (more.status_code, more.json()["code"]) == (409, "OVERPAYMENT")
    proposal = (await owing.post("/v1/money-proposals/write-offs", json=OFF)).json()["proposal_id"]
    fund = (await _standing(owing))[FUND]
    release = f"/v1/money-proposals/{proposal}/release"
    assert (await owing.post(release)).json()["code"] == "RELEASE_SAME_PERSON"
    second = await ledger.client(Role.FINANCE, subject="finance-2")
    done = await second.post(release)
    assert done.status_code == 200, done.text
    journal = (await owing.get(f"/v1/journals/{done.json()['journal_id']}")).json()
    assert (journal["kind"], journal["reason"]) == ("write_off", "DIED")
    now = await _standing(owing)
    assert now[DUE] == "20.00"
    assert float(now[FUND]) - float(fund) == 10, "the fund bears it"
    back = await owing.post(f"/v1/journals/{journal['journal_id']}/return", json={"reason": "BOOKED_WRONGLY"})
    assert back.json()["code"] == "NOT_RETURNABLE"
    assert (await owing.get("/v1/trial-balance?county=445202")).json()["balanced"] is True


async def test_a_write_off_is_taken_back_once_by_two_people_and_the_debt_is_as_old_as_it_was(
    scene: Any, bills: Any
) -> None:
    await scene.around.tell(CONTRACT, "P1", bills.settled("S1", bills.layer("MA", 100, payout_fen=3_000)))
    await scene.booked(1)
    finance = scene.finance
    money = {**MONEY, "value_on": "2019-09-02", "person_id": "P1"}
    assert (await finance.post("/v1/payments", json={**money, "amount": "30.00"})).status_code == 201
    await scene.around.tell(CONTRACT, "P1", bills.revoked("S1"))
    await scene.booked(2)
    second = await scene.ledger.client(Role.FINANCE, subject="finance-2")
    off = {**money, "amount": "20.00", "ground": "NOT_FOUND"}
    proposal = (await finance.post("/v1/money-proposals/write-offs", json=off)).json()["proposal_id"]
    journal_id = (await second.post(f"/v1/money-proposals/{proposal}/release")).json()["journal_id"]
    (before,) = (await finance.get("/v1/receivables?county=445202")).json()["items"]
    scene.now += timedelta(days=40)
    revival = {"journal_id": journal_id, "reason": "FOUND"}
    unknown = await finance.post("/v1/money-proposals/revivals", json={**revival, "journal_id": "S1"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "JOURNAL_UNKNOWN")
    waiting = [(await finance.post("/v1/money-proposals/revivals", json=revival)).json() for _ in "12"]
    release = [f"/v1/money-proposals/{one['proposal_id']}/release" for one in waiting]
    assert (await finance.post(release[0])).json()["code"] == "RELEASE_SAME_PERSON"
    done = (await second.post(release[0])).json()
    assert done["journal_id"] == f"{journal_id}-revival"
    twice = await second.post(release[1])
    assert (twice.status_code, twice.json()["code"]) == (409, "RETURNED_BEFORE")
    journal = (await finance.get(f"/v1/journals/{done['journal_id']}")).json()
    assert (journal["kind"], journal["corrects"], journal["reason"]) == ("revival", journal_id, "FOUND")
    (after,) = (await finance.get("/v1/receivables?county=445202")).json()["items"]
    assert (before["due"], after["due"], after["since"]) == ("10.00", "30.00", before["since"])
    told = (await finance.get(f"/v1/money-proposals/{waiting[0]['proposal_id']}")).json()
    assert (told["kind"], told["corrects"], told["amount"]) == ("revival", journal_id, "20.00")
    assert (await finance.get("/v1/trial-balance?county=445202")).json()["balanced"] is True


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"fund": "PREPAID"}, "FUND_UNKNOWN"),
        ({"person_id": "P2"}, "OVERPAYMENT"),
        ({"amount": "0.00"}, "AMOUNT_NOT_POSITIVE"),
        ({"value_on": "2019-08-02"}, "VALUE_DATE_AHEAD"),
        ({"county": "451028", "fund": "MAJOR_RESCUE"}, "PAYEE_UNCLEAR"),
    ],
)
async def test_what_is_no_debt_to_a_fund_is_not_written_off(
    owing: httpx.AsyncClient, change: dict[str, str], code: str
) -> None:
    assert (await owing.post("/v1/money-proposals/write-offs", json={**OFF, **change})).json()["code"] == code
