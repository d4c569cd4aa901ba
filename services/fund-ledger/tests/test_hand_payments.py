"""Payments that were typed into the bank's own program: marked with the bank's reference, and in no file."""

from typing import Any, Final

import asyncpg
import httpx
import pytest

from kernel.security import Role
from kernel.testing.surroundings import Service

BODY: Final = {"county": "445202", "fund": "MA", "reference": "BANK-20190801-77"}
WAITING: Final = "/v1/payment-files/waiting?county=445202&fund=MA&from=2019-08-01&to=2019-08-31"
LIST: Final = "/v1/hand-payments?county=445202&fund=MA"


async def test_what_was_paid_by_hand_is_in_no_file_until_another_person_says_that_it_was_not(
    finance: httpx.AsyncClient, second: httpx.AsyncClient, paid_out: tuple[str, str], desk: Any
) -> None:
    await desk.know_both()
    body = {**BODY, "journal_id": paid_out[1]}
    marked = await finance.post("/v1/hand-payments", json=body)
    assert (marked.status_code, marked.json()) == (201, {"journal_id": paid_out[1]})
    assert [one["journal_id"] for one in (await finance.get(WAITING)).json()["items"]] == [paid_out[0]]
    assert await desk.refused(*paid_out) == "PAYMENT_BY_HAND"
    twice = await second.post("/v1/hand-payments", json={**body, "reference": "BANK-2"})
    assert (twice.status_code, twice.json()["code"]) == (409, "PAYMENT_BY_HAND")
    (listed,) = (await finance.get(LIST)).json()["items"]
    assert (listed["reference"], listed["amount"], listed["marked_by"]) == ("BANK-20190801-77", "2.00", "finance-1")
    withdraw, wrong = f"/v1/hand-payments/{paid_out[1]}/withdrawal", {"reason": "NOT_CARRIED_OUT"}
    own = await finance.post(withdraw, json=wrong)
    assert (own.status_code, own.json()["code"]) == (403, "HAND_PAYMENT_SAME_PERSON")
    assert (await second.post(withdraw, json=wrong)).status_code == 200
    gone = await second.post(withdraw, json=wrong)
    assert (gone.status_code, gone.json()["code"]) == (404, "HAND_PAYMENT_UNKNOWN")
    assert (await finance.get(LIST)).json()["items"] == []
    await desk.made(*paid_out)


async def test_what_is_in_a_file_or_went_back_is_not_marked_and_a_cancelled_file_s_payment_is(
    ledger: Service, finance: httpx.AsyncClient, second: httpx.AsyncClient, paid_out: tuple[str, str], desk: Any
) -> None:
    await desk.know_both()
    path = await desk.made(paid_out[1])
    body = {**BODY, "journal_id": paid_out[1]}
    filed = await finance.post("/v1/hand-payments", json=body)
    assert (filed.status_code, filed.json()["code"]) == (409, "PAYMENT_FILED")
    await second.post(f"{path}/cancellation", json={"reason": "NOT_HANDED_IN"})
    foreign = await ledger.client(Role.FINANCE, subject="finance-9", divisions=["445203"])
    assert (await foreign.post("/v1/hand-payments", json=body)).json()["code"] == "DIVISION_FOREIGN"
    assert (await finance.post("/v1/hand-payments", json=body)).status_code == 201
    back = await finance.post(f"/v1/journals/{paid_out[0]}/return", json={"reason": "BANK_RETURNED"})
    assert back.status_code == 201
    returned = await finance.post("/v1/hand-payments", json={**body, "journal_id": paid_out[0]})
    assert (returned.status_code, returned.json()["code"]) == (409, "PAYMENT_RETURNED")
    unknown = await finance.post("/v1/hand-payments", json={**body, "journal_id": "S1"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "PAYMENT_UNKNOWN")


async def test_a_release_that_knows_nothing_of_it_files_no_payment_that_was_carried_out_by_hand(
    ledger: Service, finance: httpx.AsyncClient, second: httpx.AsyncClient, paid_out: tuple[str, str]
) -> None:
    body = {**BODY, "journal_id": paid_out[1]}
    assert (await finance.post("/v1/hand-payments", json=body)).status_code == 201
    # What a program of the release before writes when it makes a file.
    row = "INSERT INTO filed_payments VALUES ('bank/445202/MA', $1, 'F9', 200, 'open')"
    with pytest.raises(asyncpg.RaiseError, match="carried out by hand"):
        await ledger.pool.execute(row, paid_out[1])
    await ledger.pool.execute(row, paid_out[0])
    wrong = {"reason": "NOT_CARRIED_OUT"}
    assert (await second.post(f"/v1/hand-payments/{paid_out[1]}/withdrawal", json=wrong)).status_code == 200
    await ledger.pool.execute(row, paid_out[1])
