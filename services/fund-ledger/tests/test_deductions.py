"""What the review takes off a bill: once, no more than it came to, and back with the bill's revocation."""

from datetime import UTC, datetime
from typing import Any, Final

import httpx
import pytest

from contracts.settlement import CONTRACT, PaymentRefused
from kernel.testing.deadline import eventually

DRAW: Final = {"hospital_id": "H1", "county": "445202", "fund": "MA", "month": "2019-08"}
AUGUST: Final = "/v1/hospital-statements/H1-445202-MA-2019-08"
SEPTEMBER: Final = "/v1/hospital-statements/H1-445202-MA-2019-09"
PAID: Final = {"value_on": "2019-09-02"}


async def _moved(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> str:
    answer = await client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    status: str = answer.json()["status"]
    return status


async def test_what_was_taken_off_for_a_bill_comes_back_with_its_revocation(scene: Any) -> None:
    await scene.settle(10_000, 5_000)
    assert (await scene.hospital.post("/v1/hospital-statements", json=DRAW)).status_code == 201
    review = {"deductions": [{"kind": "CATALOGUE_EXCESS", "amount": "30.00", "settlement_id": "S1"}]}
    assert await _moved(scene.agency, f"{AUGUST}/review", review) == "reviewed"
    assert await _moved(scene.finance, f"{AUGUST}/payment", PAID) == "paid"
    await scene.around.tell(CONTRACT, "P1", scene.bills.revoked("S1"))
    await scene.booked(3)
    # The hospital got 70.00 for it, and owes back no more.
    assert await scene.standing("payable/hospital/H1/445202/MA") == "70.00"
    assert await scene.standing("memo/hospital/H1/445202/REFUSED") == "0.00"
    assert await scene.standing("fund/445202/MA") == "-950.00"
    scene.now = datetime(2019, 10, 1, 1, 0, tzinfo=UTC)
    assert (await scene.agency.post("/v1/hospital-statements", json={**DRAW, "month": "2019-09"})).status_code == 201
    assert (await scene.agency.get(SEPTEMBER)).json()["claimed"] == "-70.00"
    assert (await scene.finance.get("/v1/trial-balance")).json()["balanced"] is True


async def test_a_later_refusal_takes_only_what_the_review_has_left(scene: Any) -> None:
    await scene.settle(10_000)
    assert (await scene.agency.post("/v1/hospital-statements", json=DRAW)).status_code == 201
    review = {"deductions": [{"kind": "CATALOGUE_EXCESS", "amount": "30.00", "settlement_id": "S1"}]}
    assert await _moved(scene.agency, f"{AUGUST}/review", review) == "reviewed"
    bill = scene.bills.settled("S1")
    refused = PaymentRefused(
        settlement_id="S1",
        encounter_id=bill.encounter_id,
        person_id="P1",
        county="445202",
        hospital_id="H1",
        certification_id="C1",
        cancelled_from=bill.discharged_on,
        payers=("MA",),
        refused_at=bill.settled_at,
    )
    await scene.around.tell(CONTRACT, "P1", refused)
    sql = "SELECT count(*) = 1 FROM journals WHERE kind = 'refusal'"
    await eventually(lambda: scene.ledger.pool.fetchval(sql))
    assert await scene.standing("payable/hospital/H1/445202/MA") == "0.00"
    assert await scene.standing("memo/hospital/H1/445202/REFUSED") == "-100.00"


@pytest.mark.parametrize(
    ("deductions", "code"),
    [
        ([("S9", "1.00")], "DEDUCTION_MISPLACED"),
        ([("S3", "1.00")], "DEDUCTION_MISPLACED"),  # it came after the statement was drawn
        ([("S1", "1.00")], "DEDUCTION_OF_REVOKED"),
        ([("S2", "50.01")], "DEDUCTION_TOO_LARGE"),
        ([("S2", "30.00"), ("S2", "20.01")], "DEDUCTION_TOO_LARGE"),
    ],
)
async def test_nothing_is_taken_off_for_a_bill_that_is_not_there_or_for_more_than_it_came_to(
    scene: Any, deductions: list[tuple[str, str]], code: str
) -> None:
    await scene.settle(10_000, 5_000)
    assert (await scene.agency.post("/v1/hospital-statements", json=DRAW)).status_code == 201
    late = scene.bills.settled("S3", scene.bills.layer("MA", 700), person_id="P3")
    await scene.around.tell(CONTRACT, "P3", late)
    await scene.around.tell(CONTRACT, "P1", scene.bills.revoked("S1"))
    await scene.booked(4)
    before = (await scene.agency.get("/v1/accounts")).json()
    body = [{"kind": "REFUSED", "amount": amount, "settlement_id": of} for of, amount in deductions]
    refused = await scene.agency.post(f"{AUGUST}/review", json={"deductions": body})
    assert (refused.status_code, refused.json()["code"]) == (409, code), refused.text
    assert (await scene.agency.get("/v1/accounts")).json() == before
    assert (await scene.agency.get(AUGUST)).json()["status"] == "drawn"
