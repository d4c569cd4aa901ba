"""A payout whose bill is revoked is owed back; if the bank then gives it back, the two meet and nothing is left."""

from typing import Any, Final

import httpx
import msgspec
import pytest

from contracts.settlement import CONTRACT
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

RECEIPT: Final = {"county": "445202", "fund": "MA", "amount": "100.00", "source": "BUDGET", "value_on": "2019-08-01"}
PAYMENT: Final = {"county": "445202", "fund": "MA", "person_id": "P1", "value_on": "2019-08-01"}
BANK_RETURNED: Final = {"reason": "BANK_RETURNED"}
PAYABLE: Final = "payable/person/P1/445202/MA"
RECEIVABLE: Final = "receivable/person/P1/445202/MA"


class Paid:
    """Two payouts of one person, 30.00 for S1 and 20.00 for S2, and what happens to them."""

    def __init__(self, ledger: Service, around: Surroundings, finance: httpx.AsyncClient, bills: Any) -> None:
        self.ledger, self.around, self.finance, self.bills = ledger, around, finance, bills
        self.told = 0

    async def tell(self, event: Any) -> None:
        await self.around.tell(CONTRACT, "P1", event)
        self.told += 1
        sql = "SELECT count(*) = $1 FROM journals WHERE kind IN ('settlement', 'reversal')"
        await eventually(lambda: self.ledger.pool.fetchval(sql, self.told))

    async def pay(self, amount: str) -> str:
        answer = await self.finance.post("/v1/payments", json={**PAYMENT, "amount": amount})
        assert answer.status_code == 201, answer.text
        journal_id: str = answer.json()["journal_id"]
        return journal_id

    async def give_back(self, journal_id: str) -> None:
        answer = await self.finance.post(f"/v1/journals/{journal_id}/return", json=BANK_RETURNED)
        assert answer.status_code == 201, answer.text

    async def write_off(self, other: httpx.AsyncClient, amount: str) -> str:
        off = {**PAYMENT, "amount": amount, "ground": "NOT_FOUND"}
        proposal = (await self.finance.post("/v1/money-proposals/write-offs", json=off)).json()["proposal_id"]
        done = await other.post(f"/v1/money-proposals/{proposal}/release")
        assert done.status_code == 200, done.text
        journal_id: str = done.json()["journal_id"]
        return journal_id

    async def standing(self) -> tuple[str | None, str | None]:
        """What the fund owes the person and the person the fund; None where the account never moved."""
        items = (await self.finance.get("/v1/accounts", params={"limit": 200})).json()["items"]
        balances = {row["account"]: row["balance"] for row in items}
        return balances.get(PAYABLE), balances.get(RECEIVABLE)


@pytest.fixture
async def paid(ledger: Service, around: Surroundings, finance: httpx.AsyncClient, bills: Any) -> Paid:
    paid = Paid(ledger, around, finance, bills)
    await paid.tell(bills.settled("S1", bills.layer("MA", 100, payout_fen=3_000)))
    assert (await finance.post("/v1/fund-receipts", json=RECEIPT)).status_code == 201
    return paid


async def test_what_the_bank_gives_back_after_the_revocation_is_neither_payable_nor_due(paid: Paid) -> None:
    journal_id = await paid.pay("30.00")
    await paid.tell(paid.bills.revoked("S1"))
    assert await paid.standing() == ("0.00", "30.00")
    await paid.give_back(journal_id)
    assert await paid.standing() == ("0.00", "0.00")
    again = await paid.finance.post("/v1/payments", json={**PAYMENT, "amount": "30.00"})
    assert (again.status_code, again.json()["code"]) == (409, "OVERPAYMENT")
    trial = (await paid.finance.get("/v1/trial-balance?county=445202")).json()
    assert trial["balanced"] is True
    assert [(one["bank"], one["available"], one["owed"]) for one in trial["funds"] if one["fund"] == "MA"] == [
        ("100.00", "100.00", "0.00")
    ]


async def test_only_what_was_paid_and_came_back_meets_and_what_another_bill_is_owed_stays(paid: Paid) -> None:
    part = await paid.pay("10.00")
    await paid.pay("20.00")
    await paid.tell(paid.bills.revoked("S1"))
    await paid.tell(paid.bills.settled("S2", paid.bills.layer("MA", 100, payout_fen=2_000)))
    assert await paid.standing() == ("-20.00", "30.00")
    await paid.give_back(part)
    # The person still has 20.00 of S1; the 20.00 of S2 are another debt, which nobody set off.
    assert await paid.standing() == ("-20.00", "20.00")


async def test_what_the_person_gave_back_already_is_owed_again_when_the_bank_gives_it_back_too(paid: Paid) -> None:
    journal_id = await paid.pay("30.00")
    await paid.tell(paid.bills.revoked("S1"))
    collection = {"county": "445202", "fund": "MA", "person_id": "P1", "amount": "25.00", "value_on": "2019-08-01"}
    assert (await paid.finance.post("/v1/collections", json=collection)).status_code == 201
    await paid.give_back(journal_id)
    assert await paid.standing() == ("-25.00", "0.00")


async def test_without_a_revocation_all_of_it_is_owed_again(paid: Paid) -> None:
    journal_id = await paid.pay("30.00")
    await paid.give_back(journal_id)
    assert await paid.standing() == ("-30.00", None)


async def test_what_was_written_off_and_then_never_reached_the_person_is_no_loss_and_not_payable(
    paid: Paid, second: httpx.AsyncClient
) -> None:
    journal_id = await paid.pay("30.00")
    await paid.tell(paid.bills.revoked("S1"))
    collection = {"county": "445202", "fund": "MA", "person_id": "P1", "amount": "5.00", "value_on": "2019-08-01"}
    assert (await paid.finance.post("/v1/collections", json=collection)).status_code == 201
    offs = [await paid.write_off(second, amount) for amount in ("15.00", "4.00")]
    assert await paid.standing() == ("0.00", "6.00")
    await paid.give_back(journal_id)
    # The bank has the 30.00; the person is owed the 5.00 that were given back, and the fund bears nothing any more.
    assert await paid.standing() == ("-5.00", "0.00")
    trial = (await paid.finance.get("/v1/trial-balance?county=445202")).json()
    assert [(one["bank"], one["available"], one["owed"]) for one in trial["funds"] if one["fund"] == "MA"] == [
        ("105.00", "100.00", "5.00")
    ]
    again = [(await paid.finance.get(f"/v1/journals/{journal_id}-revival-{number}")).json() for number in (1, 2)]
    assert {(one["kind"], one["reason"]) for one in again} == {("revival", "BANK_RETURNED")}
    assert sorted(one["corrects"] for one in again) == sorted(offs)
    revival = {"journal_id": offs[0], "reason": "BOOKED_WRONGLY"}
    late = await paid.finance.post("/v1/money-proposals/revivals", json=revival)
    assert (late.status_code, late.json()["code"]) == (409, "RETURNED_BEFORE")


async def test_money_that_came_back_twice_brings_back_no_write_off_of_another_debt(
    paid: Paid, second: httpx.AsyncClient
) -> None:
    journal_id = await paid.pay("30.00")
    await paid.tell(paid.bills.revoked("S1"))
    collection = {"county": "445202", "fund": "MA", "person_id": "P1", "amount": "30.00", "value_on": "2019-08-01"}
    assert (await paid.finance.post("/v1/collections", json=collection)).status_code == 201
    # Of a bill that stands 10.00 are clawed back, and written off.
    await paid.tell(paid.bills.settled("S2", paid.bills.layer("MA", 2_000, payee="PERSON")))
    less = msgspec.structs.replace(paid.bills.supplemented("S2", "MA", -1_000).layers[0], payee="PERSON")
    changed = msgspec.structs.replace(paid.bills.supplemented("S2", "MA", -1_000), layers=(less,))
    await paid.around.tell(CONTRACT, "P1", changed)
    await eventually(lambda: paid.ledger.pool.fetchval("SELECT count(*) = 1 FROM journals WHERE kind = 'supplement'"))
    assert await paid.standing() == ("-20.00", "10.00")
    await paid.write_off(second, "10.00")
    await paid.give_back(journal_id)
    # The person is owed the 30.00 that were given back; the 10.00 are no part of them, and the fund still bears them.
    assert await paid.standing() == ("-50.00", "0.00")
