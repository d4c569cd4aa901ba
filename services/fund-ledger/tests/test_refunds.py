"""What a patient prepaid beyond the own share is owed by the hospital that holds it, and given back once."""

from typing import Any, Final

import httpx
import pytest

from contracts.settlement import CONTRACT
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

REFUND: Final = {"settlement_id": "S1", "amount": "380.00", "value_on": "2019-08-01"}
HELD: Final = "receivable/hospital/H1/445202/PREPAID"
OWED: Final = "payable/person/P1/445202/PREPAID"
DUE: Final = "receivable/person/P1/445202/PREPAID"


class Story:
    """Settlement tells, the ledger books, and its callers ask."""

    def __init__(self, ledger: Service, around: Surroundings) -> None:
        self.ledger = ledger
        self._around = around

    async def tell(self, *events: Any) -> None:
        before = await self._count()
        for event in events:
            await self._around.tell(CONTRACT, "P1", event)

        async def booked() -> bool:
            return await self._count() == before + len(events)

        await eventually(booked)

    async def _count(self) -> int:
        found: int = await self.ledger.pool.fetchval("SELECT count(*) FROM journals")
        return found

    async def balances(self) -> dict[str, str]:
        finance = await self.ledger.client(Role.FINANCE)
        items = (await finance.get("/v1/accounts", params={"limit": 200})).json()["items"]
        return {row["account"]: row["balance"] for row in items if row["balance"] != "0.00"}

    async def hospital(self, hospital_id: str = "H1") -> httpx.AsyncClient:
        client: httpx.AsyncClient = await self.ledger.client(Role.HOSPITAL, hospital_id)
        return client


@pytest.fixture
async def story(ledger: Service, around: Surroundings) -> Story:
    return Story(ledger, around)


@pytest.fixture
async def prepaid(story: Story, bills: Any) -> Story:
    """A bill of 7.00 from the aid fund; the patient had prepaid 380.00 more than the own share."""
    await story.tell(bills.settled("S1", bills.layer("MA", 700), refund_fen=38_000))
    return story


async def test_the_hospital_owes_what_it_holds_and_the_fund_only_its_layer(prepaid: Story) -> None:
    assert await prepaid.balances() == {
        "fund/445202/MA": "7.00",
        "payable/hospital/H1/445202/MA": "-7.00",
        HELD: "380.00",
        OWED: "-380.00",
    }
    finance = await prepaid.ledger.client(Role.FINANCE)
    trial = (await finance.get("/v1/trial-balance")).json()
    held = next(fund for fund in trial["funds"] if fund["fund"] == "PREPAID")
    assert (trial["balanced"], held["receivable"], held["owed"], held["bank"]) == (True, "380.00", "380.00", "0.00")


async def test_a_refund_is_given_in_parts_and_never_more_than_is_held(prepaid: Story) -> None:
    hospital = await prepaid.hospital()
    (still,) = (await hospital.get("/v1/refunds")).json()["items"]
    assert (still["settlement_id"], still["person_id"], still["left"], still["since"]) == (
        "S1",
        "P1",
        "380.00",
        "2019-08-01",
    )
    assert (await hospital.post("/v1/refunds", json=REFUND | {"amount": "80.00"})).status_code == 201
    for amount in ("300.01", "380.00"):
        more = await hospital.post("/v1/refunds", json=REFUND | {"amount": amount})
        assert (more.status_code, more.json()["code"]) == (409, "OVERPAYMENT")
    assert (await hospital.get("/v1/refunds")).json()["items"][0]["left"] == "300.00"
    made = await hospital.post("/v1/refunds", json=REFUND | {"amount": "300.00"})
    assert made.json() == {"journal_id": "S1-refund-2"}
    assert (await hospital.get("/v1/refunds")).json()["items"] == []
    assert {HELD, OWED} & (await prepaid.balances()).keys() == set()


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"amount": "0.00"}, (422, "AMOUNT_NOT_POSITIVE")),
        ({"value_on": "2019-08-02"}, (422, "VALUE_DATE_AHEAD")),
        ({"settlement_id": "S9"}, (404, "REFUND_UNKNOWN")),
    ],
)
async def test_a_refund_that_cannot_be_is_refused(
    prepaid: Story, changed: dict[str, str], refusal: tuple[int, str]
) -> None:
    refused = await (await prepaid.hospital()).post("/v1/refunds", json=REFUND | changed)
    assert (refused.status_code, refused.json()["code"]) == refusal


async def test_another_hospital_and_another_county_neither_see_nor_give_it(prepaid: Story) -> None:
    other = await prepaid.hospital("H2")
    county = await prepaid.ledger.client(Role.FINANCE, divisions=["445222"])
    for client in (other, county):
        assert (await client.get("/v1/refunds")).json()["items"] == []
        assert (await client.post("/v1/refunds", json=REFUND)).json()["code"] == "REFUND_UNKNOWN"
    mine = await prepaid.ledger.client(Role.FINANCE, divisions=["445202"])
    assert (await mine.post("/v1/refunds", json=REFUND)).status_code == 201


async def test_no_fund_pays_out_what_a_hospital_holds(prepaid: Story) -> None:
    finance = await prepaid.ledger.client(Role.FINANCE)
    body = {"county": "445202", "fund": "PREPAID", "amount": "1.00", "value_on": "2019-08-01", "person_id": "P1"}
    refused = await finance.post("/v1/payments", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "PAYEE_UNCLEAR")


async def test_a_revoked_bill_whose_refund_was_given_leaves_it_due_from_the_person(prepaid: Story, bills: Any) -> None:
    hospital = await prepaid.hospital()
    await hospital.post("/v1/refunds", json=REFUND | {"amount": "100.00"})
    await prepaid.tell(bills.revoked("S1"))
    # The hospital is out of pocket by what it gave; the rest is its patient's deposit as before.
    assert await prepaid.balances() == {HELD: "-100.00", DUE: "100.00"}
    finance = await prepaid.ledger.client(Role.FINANCE)
    (due,) = (await finance.get("/v1/receivables")).json()["items"]
    assert (due["person_id"], due["due"], due["fund"]) == ("P1", "100.00", "PREPAID")
    assert (await hospital.post("/v1/refunds", json=REFUND)).json()["code"] == "REFUND_UNKNOWN"
    back = {"county": "445202", "fund": "PREPAID", "person_id": "P1", "amount": "100.00", "value_on": "2019-08-01"}
    unclear = await finance.post("/v1/collections", json=back)
    assert unclear.json()["code"] == "PAYEE_UNCLEAR"
    assert (await finance.post("/v1/collections", json=back | {"hospital_id": "H1"})).status_code == 201
    assert await prepaid.balances() == {}


async def test_what_one_hospital_refunded_goes_back_to_no_other_hospital(prepaid: Story, bills: Any) -> None:
    await (await prepaid.hospital()).post("/v1/refunds", json=REFUND | {"amount": "100.00"})
    await prepaid.tell(bills.revoked("S1"))
    finance = await prepaid.ledger.client(Role.FINANCE)
    back = {"county": "445202", "fund": "PREPAID", "person_id": "P1", "amount": "60.00", "value_on": "2019-08-01"}
    wrong = await finance.post("/v1/collections", json=back | {"hospital_id": "H2"})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "OVERPAYMENT")
    assert await prepaid.balances() == {HELD: "-100.00", DUE: "100.00"}
    for amount, status in (("60.00", 201), ("60.00", 409), ("40.00", 201)):
        answer = await finance.post("/v1/collections", json=back | {"hospital_id": "H1", "amount": amount})
        assert answer.status_code == status
    assert await prepaid.balances() == {}


async def test_a_payout_that_was_paid_is_due_from_the_person_after_a_revocation(story: Story, bills: Any) -> None:
    await story.tell(bills.settled("S1", bills.layer("MASEC", 0, "MA", payout_fen=50_000)))
    finance = await story.ledger.client(Role.FINANCE)
    there = {"county": "445202", "fund": "MA", "amount": "300.00", "source": "BUDGET", "value_on": "2019-07-31"}
    assert (await finance.post("/v1/fund-receipts", json=there)).status_code == 201
    paid = {"county": "445202", "fund": "MA", "amount": "300.00", "value_on": "2019-08-01", "person_id": "P1"}
    assert (await finance.post("/v1/payments", json=paid)).status_code == 201
    await story.tell(bills.revoked("S1"))
    assert await story.balances() == {"fund/445202/MA": "-300.00", "receivable/person/P1/445202/MA": "300.00"}
    (due,) = (await finance.get("/v1/receivables")).json()["items"]
    assert (due["due"], due["since"]) == ("300.00", "2019-08-01")
    assert (await finance.post("/v1/collections", json=paid)).status_code == 201
    assert await story.balances() == {"bank/445202/MA": "300.00", "fund/445202/MA": "-300.00"}


async def test_a_payout_that_was_not_paid_is_simply_taken_back(story: Story, bills: Any) -> None:
    await story.tell(bills.settled("S1", bills.layer("MASEC", 0, "MA", payout_fen=50_000)))
    await story.tell(bills.revoked("S1"))
    assert await story.balances() == {}
