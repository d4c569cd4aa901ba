"""On the agency's route the payers owe the patient who has paid; an outside hospital owes what it should have borne."""

from typing import Any, Final

import pytest

from contracts.settlement import CONTRACT, LayerChanged, SettlementSupplemented
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

PAYMENT: Final = {"county": "445202", "amount": "20.00", "value_on": "2019-08-01", "person_id": "P1"}


class Story:
    """Settlement tells, and the books are looked at."""

    def __init__(self, ledger: Service, around: Surroundings) -> None:
        self.ledger = ledger
        self._around = around
        self._told = 0

    async def tell(self, event: Any) -> None:
        await self._around.tell(CONTRACT, "P1", event)
        self._told += 1

        async def booked() -> bool:
            return bool(await self.ledger.pool.fetchval("SELECT count(*) FROM journals") >= self._told)

        await eventually(booked)

    async def balances(self) -> dict[str, str]:
        finance = await self.ledger.client(Role.FINANCE)
        items = (await finance.get("/v1/accounts", params={"limit": 200})).json()["items"]
        return {row["account"]: row["balance"] for row in items if row["balance"] != "0.00"}


@pytest.fixture
async def story(ledger: Service, around: Surroundings, bills: Any) -> Story:
    """A case: basic insurance was deducted at the hospital, which kept 20.00 that it should have borne."""
    story = Story(ledger, around)
    layers = (
        bills.layer("HOSP", 2_000, payee="PERSON"),
        bills.layer("BMI", 5_000),
        bills.layer("MA", 3_000, payee="PERSON"),
    )
    await story.tell(bills.settled("S1", *layers, refund_fen=5_000, route="AGENCY"))
    return story


OWED: Final = {
    "receivable/hospital/H1/445202/HOSP": "20.00",
    "payable/person/P1/445202/HOSP": "-20.00",
    "fund/445202/BMI": "50.00",
    "payable/hospital/H1/445202/BMI": "-50.00",
    "fund/445202/MA": "30.00",
    "payable/person/P1/445202/MA": "-30.00",
}


async def test_each_layer_is_owed_to_its_payee_and_the_refund_is_not_booked_twice(story: Story) -> None:
    assert await story.balances() == OWED
    finance = await story.ledger.client(Role.FINANCE)
    trial = (await finance.get("/v1/trial-balance")).json()
    assert trial["balanced"] is True
    assert (await finance.get("/v1/refunds")).json()["items"] == []
    receipt = {"county": "445202", "fund": "MA", "amount": "30.00", "source": "BUDGET", "value_on": "2019-08-01"}
    assert (await finance.post("/v1/fund-receipts", json=receipt)).status_code == 201
    assert (await finance.post("/v1/payments", json=PAYMENT | {"fund": "MA", "amount": "30.00"})).status_code == 201
    assert "payable/person/P1/445202/MA" not in await story.balances()


async def test_what_the_hospital_should_have_borne_is_paid_once_it_was_collected(story: Story) -> None:
    finance = await story.ledger.client(Role.FINANCE)
    early = await finance.post("/v1/payments", json=PAYMENT | {"fund": "HOSP"})
    assert (early.status_code, early.json()["code"]) == (409, "BANK_SHORT")
    collection = {"county": "445202", "fund": "HOSP", "amount": "15.00", "value_on": "2019-08-01", "hospital_id": "H1"}
    assert (await finance.post("/v1/collections", json=collection)).status_code == 201
    more = await finance.post("/v1/payments", json=PAYMENT | {"fund": "HOSP", "amount": "15.01"})
    assert more.json()["code"] == "BANK_SHORT"
    assert (await finance.post("/v1/payments", json=PAYMENT | {"fund": "HOSP", "amount": "15.00"})).status_code == 201
    assert {name: fen for name, fen in (await story.balances()).items() if name.endswith("HOSP")} == {
        "receivable/hospital/H1/445202/HOSP": "5.00",
        "payable/person/P1/445202/HOSP": "-5.00",
    }


async def test_a_revocation_takes_it_all_back(story: Story, bills: Any) -> None:
    await story.tell(bills.revoked("S1"))
    assert await story.balances() == {}


async def test_a_difference_goes_to_the_same_payees(story: Story, bills: Any) -> None:
    # Both departments approved the exception afterwards: the hospital need not bear it, the backstop does (R-GX-11).
    layers = (
        LayerChanged(payer="HOSP", amount_fen=-2_000, clause="", document="", payee="PERSON"),
        LayerChanged(payer="MA", amount_fen=2_500, clause="", document="", payee="PERSON"),
    )
    bill = bills.settled("S1")
    await story.tell(
        SettlementSupplemented(
            supplement_id="S1-supplement-1",
            settlement_id="S1",
            encounter_id=bill.encounter_id,
            person_id="P1",
            county="445202",
            area="445200",
            hospital_id="H1",
            supplemented_at=bill.settled_at,
            review_id="R1",
            category="DIBAO",
            policy_id=bill.policy_id,
            patient_fen=-500,
            payout_fen=0,
            layers=layers,
        )
    )
    assert await story.balances() == {
        "fund/445202/BMI": "50.00",
        "payable/hospital/H1/445202/BMI": "-50.00",
        "fund/445202/MA": "55.00",
        "payable/person/P1/445202/MA": "-55.00",
    }
