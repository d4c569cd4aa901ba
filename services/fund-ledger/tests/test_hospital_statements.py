"""Hospitals' statements over HTTP: from the month's bills to the payment, each entry on one of them."""

import asyncio
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import pytest

from contracts.settlement import CONTRACT
from kernel.security import Role

DRAW: Final = {"hospital_id": "H1", "county": "445202", "fund": "MA", "month": "2019-08"}
AUGUST: Final = "/v1/hospital-statements/H1-445202-MA-2019-08"
SEPTEMBER: Final = "/v1/hospital-statements/H1-445202-MA-2019-09"
PAID: Final = {"value_on": "2019-09-02"}


async def _moved(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> str:
    answer = await client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    status: str = answer.json()["status"]
    return status


async def test_a_month_s_bills_are_claimed_reviewed_and_paid(scene: Any) -> None:
    await scene.settle(10_000, 5_000)
    drawn = await scene.hospital.post("/v1/hospital-statements", json=DRAW)
    assert (drawn.status_code, drawn.json()["statement_id"]) == (201, AUGUST.rpartition("/")[2])
    lines = (await scene.hospital.get(f"{AUGUST}/lines")).json()["items"]
    assert [(line["settlement_id"], line["owed"]) for line in lines] == [("S1", "100.00"), ("S2", "50.00")]
    review = {"deductions": [{"kind": "REFUSED", "amount": "20.00", "settlement_id": "S2"}]}
    assert await _moved(scene.agency, f"{AUGUST}/review", review) == "reviewed"
    assert await scene.standing("payable/hospital/H1/445202/MA") == "-130.00"
    assert await scene.standing("memo/hospital/H1/445202/REFUSED") == "-20.00"
    assert await _moved(scene.finance, f"{AUGUST}/payment", PAID) == "paid"
    assert await scene.standing("payable/hospital/H1/445202/MA") == "0.00"
    assert await scene.standing("bank/445202/MA") == "870.00"
    told = (await scene.hospital.get(AUGUST)).json()
    assert (told["claimed"], told["deducted"], told["payable"], told["paid_on"]) == (
        "150.00",
        "20.00",
        "130.00",
        "2019-09-02",
    )
    (due,) = (await scene.hospital.get("/v1/hospital-receivables")).json()["items"]
    assert (due["fund"], due["owed"], due["on_statements"], due["paid"]) == ("MA", "0.00", "0.00", "130.00")
    twice = await scene.finance.post(f"{AUGUST}/payment", json=PAID)
    assert (twice.status_code, twice.json()["code"]) == (409, "STATEMENT_NOT_IN_STATE")
    assert (await scene.finance.get("/v1/trial-balance")).json()["balanced"] is True


async def test_what_comes_late_and_what_is_revoked_later_is_on_the_next_and_nothing_on_two(scene: Any) -> None:
    await scene.settle(10_000, 5_000)
    assert (await scene.agency.post("/v1/hospital-statements", json=DRAW)).status_code == 201
    # After the drawing a bill of August arrives, and one that is on the statement is revoked.
    late = scene.bills.settled("S3", scene.bills.layer("MA", 700), person_id="P3")
    await scene.around.tell(CONTRACT, "P3", late)
    await scene.around.tell(CONTRACT, "P1", scene.bills.revoked("S1"))
    await scene.booked(4)
    again = await scene.agency.post("/v1/hospital-statements", json=DRAW)
    assert (again.status_code, again.json()["code"]) == (409, "STATEMENT_DRAWN_BEFORE")
    scene.now = datetime(2019, 10, 1, 1, 0, tzinfo=UTC)
    assert (await scene.agency.post("/v1/hospital-statements", json={**DRAW, "month": "2019-09"})).status_code == 201
    lines = (await scene.agency.get(f"{SEPTEMBER}/lines")).json()["items"]
    assert [(line["journal_id"], line["owed"]) for line in lines] == [("S1-reversal", "-100.00"), ("S3", "7.00")]
    told = (await scene.agency.get(SEPTEMBER)).json()
    assert (told["status"], told["claimed"], told["payable"]) == ("carried", "-93.00", "0.00")
    on_two = "SELECT count(*) FROM statement_journals GROUP BY journal_id HAVING count(*) > 1"
    assert await scene.ledger.pool.fetch(on_two) == []


async def test_statements_drawn_at_once_are_one(scene: Any) -> None:
    await scene.settle(10_000, 5_000)
    answers = await asyncio.gather(
        *(client.post("/v1/hospital-statements", json=DRAW) for client in (scene.agency, scene.hospital) for _ in "123")
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    assert (await scene.agency.get(AUGUST)).json()["claimed"] == "150.00"


async def test_a_payment_that_the_bank_gave_back_is_owed_as_long_as_before_and_paid_again(scene: Any) -> None:
    await scene.settle(10_000)
    assert (await scene.agency.post("/v1/hospital-statements", json=DRAW)).status_code == 201
    assert await _moved(scene.agency, f"{AUGUST}/review", {}) == "reviewed"
    assert await _moved(scene.finance, f"{AUGUST}/payment", PAID) == "paid"
    paid = (await scene.finance.get(AUGUST)).json()["payment_id"]
    # The payment of a statement goes back with the statement only.
    alone = await scene.finance.post(f"/v1/journals/{paid}/return", json={"reason": "BANK_RETURNED"})
    assert (alone.status_code, alone.json()["code"]) == (409, "NOT_RETURNABLE")
    scene.now = datetime(2019, 9, 9, 1, 0, tzinfo=UTC)
    assert await _moved(scene.finance, f"{AUGUST}/return", {"reason": "BANK_RETURNED"}) == "returned"
    assert (await scene.hospital.get(AUGUST)).json()["waiting_days"] == 7
    assert await scene.standing("payable/hospital/H1/445202/MA") == "-100.00"
    assert await scene.standing("bank/445202/MA") == "1000.00"
    assert await _moved(scene.finance, f"{AUGUST}/payment", {"value_on": "2019-09-09"}) == "paid"
    told = (await scene.hospital.get(AUGUST)).json()
    assert (told["payments"], told["waiting_days"]) == (2, 7)
    assert await scene.standing("payable/hospital/H1/445202/MA") == "0.00"


async def test_an_insurer_s_bill_of_a_month_is_paid_of_its_own_money(scene: Any) -> None:
    bill = scene.bills.settled("S1", scene.bills.layer("BMI", 1_000), scene.bills.layer("CII", 30_000))
    await scene.around.tell(CONTRACT, "P1", bill)
    await scene.booked(1)
    of = "/v1/hospital-statements/H1-445202-CII-2019-08"
    assert (await scene.agency.post("/v1/hospital-statements", json={**DRAW, "fund": "CII"})).status_code == 201
    scene.now = datetime(2019, 12, 2, 1, 0, tzinfo=UTC)  # three months late
    told = (await scene.hospital.get(of)).json()
    assert (told["claimed"], told["waiting_days"]) == ("300.00", 91)
    assert await _moved(scene.agency, f"{of}/review", {}) == "reviewed"
    assert await _moved(scene.finance, f"{of}/payment", {"value_on": "2019-12-02"}) == "paid"
    assert await scene.standing("payable/hospital/H1/445202/CII") == "0.00"
    assert (await scene.finance.get("/v1/accounts?prefix=bank/445202/CII")).json()["items"] == []
    assert (await scene.finance.get("/v1/trial-balance")).json()["balanced"] is True


async def test_a_statement_is_not_paid_from_an_empty_account_and_stays_as_it_is(scene: Any) -> None:
    await scene.settle(200_000)
    assert (await scene.agency.post("/v1/hospital-statements", json=DRAW)).status_code == 201
    assert await _moved(scene.agency, f"{AUGUST}/review", {}) == "reviewed"
    refused = await scene.finance.post(f"{AUGUST}/payment", json=PAID)
    assert (refused.status_code, refused.json()["code"]) == (409, "BANK_SHORT")
    assert (await scene.finance.get(AUGUST)).json()["status"] == "reviewed"


async def test_each_does_the_own_part_and_another_hospital_sees_nothing(scene: Any) -> None:
    await scene.settle(10_000)
    assert (await scene.hospital.post("/v1/hospital-statements", json=DRAW)).status_code == 201
    other = await scene.ledger.client(Role.HOSPITAL, "H2")
    foreign = await other.post("/v1/hospital-statements", json=DRAW)
    assert (foreign.status_code, foreign.json()["code"]) == (403, "ORGANISATION_FOREIGN")
    for path in (AUGUST, f"{AUGUST}/lines", f"{AUGUST}/deductions"):
        assert (await other.get(path)).status_code == 404
    assert (await other.get("/v1/hospital-statements")).json()["items"] == []
    assert (await other.get("/v1/hospital-receivables")).json()["items"] == []
    for client, action, body in (
        (scene.hospital, "review", {}),
        (scene.finance, "review", {}),
        (scene.agency, "payment", PAID),
        (scene.agency, "return", {"reason": "BANK_RETURNED"}),
    ):
        assert (await client.post(f"{AUGUST}/{action}", json=body)).status_code == 403
    county = await scene.ledger.client(Role.AGENCY, divisions=["445222"])
    assert (await county.post(f"{AUGUST}/review", json={})).json()["code"] == "DIVISION_FOREIGN"
    assert (await county.get("/v1/hospital-statements")).json()["items"] == []


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"month": "2019-09"}, 409, "MONTH_NOT_OVER"),
        ({"month": "2019-07"}, 409, "STATEMENT_EMPTY"),
        ({"hospital_id": "H9"}, 409, "STATEMENT_EMPTY"),
        ({"fund": "MAA"}, 422, "FUND_UNKNOWN"),
        ({"month": "2019-8"}, 422, "INVALID_FIELD"),
    ],
)
async def test_what_cannot_be_drawn_is_refused(scene: Any, change: dict[str, str], status: int, code: str) -> None:
    await scene.settle(10_000)
    refused = await scene.agency.post("/v1/hospital-statements", json={**DRAW, **change})
    assert (refused.status_code, refused.json()["code"]) == (status, code)


async def test_what_was_paid_by_itself_is_not_claimed_again(scene: Any) -> None:
    await scene.settle(10_000, 5_000)
    alone = {"county": "445202", "fund": "MA", "hospital_id": "H1", "amount": "100.00", "value_on": "2019-08-31"}
    made = await scene.finance.post("/v1/payments", json=alone)
    assert made.status_code == 201
    assert (await scene.agency.post("/v1/hospital-statements", json=DRAW)).status_code == 201
    told = (await scene.agency.get(AUGUST)).json()
    assert told["claimed"] == "50.00"
    assert await _moved(scene.agency, f"{AUGUST}/review", {}) == "reviewed"
    assert await _moved(scene.finance, f"{AUGUST}/payment", PAID) == "paid"
    assert await scene.standing("payable/hospital/H1/445202/MA") == "0.00"
    # What comes back of either payment: by itself it is claimed again, with its statement that one waits.
    assert await _moved(scene.finance, f"{AUGUST}/return", {"reason": "BANK_RETURNED"}) == "returned"
    back = await scene.finance.post(
        f"/v1/journals/{made.json()['journal_id']}/return", json={"reason": "BANK_RETURNED"}
    )
    assert back.status_code == 201
    scene.now = datetime(2019, 10, 1, 1, 0, tzinfo=UTC)
    assert (await scene.agency.post("/v1/hospital-statements", json={**DRAW, "month": "2019-09"})).status_code == 201
    assert (await scene.agency.get(SEPTEMBER)).json()["claimed"] == "100.00"
    assert await scene.standing("payable/hospital/H1/445202/MA") == "-150.00"


async def test_a_statement_is_not_paid_before_it_was_drawn(scene: Any) -> None:
    await scene.settle(10_000)
    assert (await scene.agency.post("/v1/hospital-statements", json=DRAW)).status_code == 201
    assert await _moved(scene.agency, f"{AUGUST}/review", {}) == "reviewed"
    early = await scene.finance.post(f"{AUGUST}/payment", json={"value_on": "2019-09-01"})
    assert (early.status_code, early.json()["code"]) == (422, "DATES_OUT_OF_ORDER")
    assert (await scene.finance.get(AUGUST)).json()["status"] == "reviewed"
