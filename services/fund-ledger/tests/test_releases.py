"""Above the sum of a county a second person of finance releases money; the agency sets the sum."""

import asyncio
from typing import Any, Final

import httpx
import pytest

from contracts.settlement import CONTRACT
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

LIMIT: Final = "/v1/counties/445202/money-limit"
RECEIPT: Final = {"county": "445202", "fund": "MA", "amount": "1000.00", "source": "BUDGET", "value_on": "2019-08-01"}
PAYMENT: Final = {"county": "445202", "fund": "MA", "value_on": "2019-08-01", "hospital_id": "H1"}


@pytest.fixture
async def second(ledger: Service) -> httpx.AsyncClient:
    """Another person of finance."""
    return await ledger.client(Role.FINANCE, subject="finance-2")


@pytest.fixture
async def owing(
    ledger: Service, around: Surroundings, finance: httpx.AsyncClient, agency: httpx.AsyncClient, bills: Any
) -> None:
    """300.00 are owed to the hospital, 1,000.00 are in the bank, and one person books up to 100.00."""
    await around.tell(CONTRACT, "P1", bills.settled("S1", bills.layer("MA", 30_000)))
    await eventually(lambda: ledger.pool.fetchval("SELECT count(*) = 1 FROM journals"))
    assert (await finance.post("/v1/fund-receipts", json=RECEIPT)).status_code == 201
    assert (await agency.post(LIMIT, json={"above": "100.00"})).json() == {"county": "445202", "above": "100.00"}


async def _bank(client: httpx.AsyncClient) -> str:
    (row,) = (await client.get("/v1/accounts?prefix=bank/445202/MA")).json()["items"]
    balance: str = row["balance"]
    return balance


async def _proposed(client: httpx.AsyncClient, amount: str) -> str:
    answer = await client.post("/v1/money-proposals/payments", json={**PAYMENT, "amount": amount})
    assert (answer.status_code, answer.json()["status"]) == (201, "proposed"), answer.text
    return f"/v1/money-proposals/{answer.json()['proposal_id']}"


@pytest.mark.usefixtures("owing")
async def test_what_is_above_the_sum_one_proposes_and_another_releases(
    finance: httpx.AsyncClient, second: httpx.AsyncClient
) -> None:
    alone = await finance.post("/v1/payments", json={**PAYMENT, "amount": "100.01"})
    assert (alone.status_code, alone.json()["code"]) == (409, "RELEASE_NEEDED")
    path = await _proposed(finance, "200.00")
    assert await _bank(finance) == "1000.00"
    own = await finance.post(f"{path}/release")
    assert (own.status_code, own.json()["code"]) == (403, "RELEASE_SAME_PERSON")
    (waits,) = (await second.get("/v1/money-proposals?county=445202")).json()["items"]
    assert (waits["kind"], waits["amount"], waits["proposed_by"]) == ("payment", "200.00", "finance-1")
    key = {"Idempotency-Key": "release-1"}
    released = await second.post(f"{path}/release", headers=key)
    assert (released.status_code, released.json()["status"]) == (200, "released"), released.text
    assert await _bank(finance) == "800.00"
    assert (await second.post(f"{path}/release", headers=key)).json() == released.json()
    again = await second.post(f"{path}/release")
    assert (again.status_code, again.json()["code"]) == (409, "PROPOSAL_DECIDED")
    told = (await finance.get(path)).json()
    assert (told["decided_by"], told["journal_id"]) == ("finance-2", released.json()["journal_id"])
    assert (await finance.get(f"/v1/journals/{told['journal_id']}")).json()["kind"] == "payment"


@pytest.mark.usefixtures("owing")
async def test_a_sum_in_parts_is_one_sum(finance: httpx.AsyncClient) -> None:
    part = {**PAYMENT, "amount": "60.00"}
    assert (await finance.post("/v1/payments", json=part)).status_code == 201
    # Neither another day of value nor another key makes it another sum.
    rest = await finance.post("/v1/payments", json={**part, "amount": "40.01", "value_on": "2019-07-20"})
    assert (rest.status_code, rest.json()["code"]) == (409, "RELEASE_NEEDED")
    assert (await finance.post("/v1/payments", json={**part, "amount": "40.00"})).status_code == 201
    assert await _bank(finance) == "900.00"


@pytest.mark.usefixtures("owing")
async def test_a_sum_in_parts_is_one_sum_however_far_back_a_part_is_booked(finance: httpx.AsyncClient) -> None:
    long_ago = {**PAYMENT, "amount": "60.00", "value_on": "2019-01-15"}
    assert (await finance.post("/v1/payments", json=long_ago)).status_code == 201
    rest = await finance.post("/v1/payments", json={**long_ago, "amount": "40.01"})
    assert (rest.status_code, rest.json()["code"]) == (409, "RELEASE_NEEDED")


@pytest.mark.usefixtures("owing")
async def test_a_release_goes_by_the_books_of_its_moment_and_is_made_once(
    finance: httpx.AsyncClient, second: httpx.AsyncClient
) -> None:
    early = await finance.post("/v1/money-proposals/payments", json={**PAYMENT, "amount": "300.01"})
    assert (early.status_code, early.json()["code"]) == (409, "OVERPAYMENT")
    first, other = await _proposed(finance, "200.00"), await _proposed(finance, "200.00")
    answers = await asyncio.gather(*(second.post(f"{first}/release") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    over = await second.post(f"{other}/release")
    assert (over.status_code, over.json()["code"]) == (409, "OVERPAYMENT")
    assert (await second.get(other)).json()["status"] == "proposed"
    rejected = await second.post(f"{other}/rejection", json={"reason": "BOOKED_BEFORE"})
    assert (rejected.status_code, rejected.json()["status"]) == (200, "rejected")
    assert (await second.post(f"{other}/release")).json()["code"] == "PROPOSAL_DECIDED"
    assert await _bank(finance) == "800.00"


@pytest.mark.usefixtures("owing")
async def test_money_that_comes_in_is_released_too(finance: httpx.AsyncClient, second: httpx.AsyncClient) -> None:
    alone = await finance.post("/v1/fund-receipts", json=RECEIPT)
    assert (alone.status_code, alone.json()["code"]) == (409, "RELEASE_NEEDED")
    proposed = await finance.post("/v1/money-proposals/receipts", json=RECEIPT)
    path = f"/v1/money-proposals/{proposed.json()['proposal_id']}"
    assert (await second.post(f"{path}/release")).status_code == 200
    assert await _bank(finance) == "2000.00"


async def test_the_sum_is_the_agency_s_and_who_set_it_releases_nothing(
    ledger: Service, finance: httpx.AsyncClient, agency: httpx.AsyncClient
) -> None:
    assert (await finance.get(LIMIT)).json()["code"] == "LIMIT_UNKNOWN"
    assert (await finance.post(LIMIT, json={"above": "9.00"})).status_code == 403
    both = await ledger.client(Role.AGENCY, "A445200", subject="chief")
    assert (await both.post(LIMIT, json={"above": "0.00"})).status_code == 200
    told = (await agency.get(LIMIT)).json()
    assert (told["above"], told["set_by"]) == ("0.00", "chief")
    proposed = await finance.post("/v1/money-proposals/receipts", json=RECEIPT)
    path = f"/v1/money-proposals/{proposed.json()['proposal_id']}"
    chief = await ledger.client(Role.FINANCE, subject="chief")
    assert (await chief.post(f"{path}/release")).json()["code"] == "RELEASE_SAME_PERSON"
    assert (await agency.post(f"{path}/release")).status_code == 403
    # Who may do both makes the sum as high as he likes, and still another person releases.
    assert (await both.post(LIMIT, json={"above": "9999.00"})).status_code == 200
    alone = await chief.post("/v1/fund-receipts", json=RECEIPT)
    assert (alone.status_code, alone.json()["code"]) == (409, "RELEASE_NEEDED"), alone.text
    own = (await chief.post("/v1/money-proposals/receipts", json=RECEIPT)).json()["proposal_id"]
    assert (await chief.post(f"/v1/money-proposals/{own}/release")).json()["code"] == "RELEASE_SAME_PERSON"
    assert (await finance.post(f"/v1/money-proposals/{own}/release")).status_code == 200
    other = await ledger.client(Role.FINANCE, subject="far", divisions=["445222"])
    for call in (other.get(path), other.post(f"{path}/release"), other.get("/v1/money-proposals?county=445202")):
        assert (await call).json()["code"] == "DIVISION_FOREIGN"
    assert (await finance.get("/v1/money-proposals/none")).json()["code"] == "PROPOSAL_UNKNOWN"
