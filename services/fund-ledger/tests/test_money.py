"""Money in and out over HTTP: booked once, never more than is owed, only by finance, and clear about bad input."""

import asyncio
from typing import Any, Final

import httpx
import pytest

from contracts.settlement import CONTRACT
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

RECEIPT: Final = {
    "county": "445202",
    "fund": "MA",
    "amount": "1000.00",
    "source": "BUDGET",
    "value_on": "2019-07-31",
}
PAYMENT: Final = {"county": "445202", "fund": "MA", "amount": "7.00", "value_on": "2019-08-01", "hospital_id": "H1"}


@pytest.fixture
async def owing(ledger: Service, around: Surroundings, bills: Any) -> Service:
    """The ledger after one bill: the aid fund owes hospital H1 7.00 yuan and person P1 2.00."""
    bill = bills.settled("S1", bills.layer("MA", 700), bills.layer("MASEC", 0, "MA", payout_fen=200))
    await around.tell(CONTRACT, "P1", bill)

    async def booked() -> Any:
        return await ledger.pool.fetchval("SELECT count(*) FROM journals")

    await eventually(booked)
    return ledger


async def _balance(client: httpx.AsyncClient, account: str) -> str:
    page = (await client.get("/v1/accounts", params={"prefix": account})).json()
    assert [row["account"] for row in page["items"]] == [account]
    balance: str = page["items"][0]["balance"]
    return balance


async def test_money_that_comes_in_stands_in_the_bank_and_belongs_to_the_fund(finance: httpx.AsyncClient) -> None:
    made = await finance.post("/v1/fund-receipts", json=RECEIPT)
    assert made.status_code == 201
    assert await _balance(finance, "bank/445202/MA") == "1000.00"
    assert await _balance(finance, "fund/445202/MA") == "-1000.00"
    journal = (await finance.get(f"/v1/journals/{made.json()['journal_id']}")).json()
    assert (journal["kind"], journal["source"], journal["booked_on"]) == ("receipt", "BUDGET", "2019-07-31")
    assert [line["amount"] for line in journal["lines"]] == ["1000.00", "-1000.00"]
    assert journal["split"] == []


@pytest.mark.parametrize("source", ["BUDGET", "LOTTERY", "DONATION", "POVERTY_FUND_TRANSFER", "PREPAYMENT", "OPENING"])
async def test_each_source_is_kept(finance: httpx.AsyncClient, source: str) -> None:
    made = await finance.post("/v1/fund-receipts", json={**RECEIPT, "source": source})
    journal = (await finance.get(f"/v1/journals/{made.json()['journal_id']}")).json()
    assert journal["source"] == source


async def test_the_same_receipt_sent_again_is_booked_once(finance: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "bank-slip-17"}
    first = await finance.post("/v1/fund-receipts", json=RECEIPT, headers=key)
    again = await asyncio.gather(*(finance.post("/v1/fund-receipts", json=RECEIPT, headers=key) for _ in range(6)))
    assert {(answer.status_code, answer.text) for answer in again} == {(201, first.text)}
    assert await _balance(finance, "bank/445202/MA") == "1000.00"
    other = await finance.post("/v1/fund-receipts", json={**RECEIPT, "amount": "1.00"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")


async def test_receipts_at_the_same_moment_are_all_booked(finance: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(finance.post("/v1/fund-receipts", json=RECEIPT) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert await _balance(finance, "bank/445202/MA") == "20000.00"


async def test_a_hospital_and_a_person_are_paid_what_they_are_owed(owing: Service, finance: httpx.AsyncClient) -> None:
    to_person = {**PAYMENT, "amount": "2.00", "person_id": "P1"}
    del to_person["hospital_id"]
    for body in (PAYMENT, to_person):
        assert (await finance.post("/v1/payments", json=body)).status_code == 201
    for account in ("payable/hospital/H1/445202/MA", "payable/person/P1/445202/MA"):
        assert await _balance(finance, account) == "0.00"
    assert await _balance(finance, "bank/445202/MA") == "-9.00"


async def test_a_part_may_be_paid_now_and_the_rest_later_but_never_more(
    owing: Service, finance: httpx.AsyncClient
) -> None:
    assert (await finance.post("/v1/payments", json={**PAYMENT, "amount": "4.00"})).status_code == 201
    refused = await finance.post("/v1/payments", json={**PAYMENT, "amount": "3.01"})
    assert (refused.status_code, refused.json()["code"]) == (409, "OVERPAYMENT")
    assert refused.json()["about"] == {"account": "payable/hospital/H1/445202/MA"}
    assert (await finance.post("/v1/payments", json={**PAYMENT, "amount": "3.00"})).status_code == 201


async def test_payments_at_the_same_moment_pay_a_debt_once(owing: Service, finance: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(finance.post("/v1/payments", json=PAYMENT) for _ in range(16)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 15
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"OVERPAYMENT"}
    assert await _balance(finance, "payable/hospital/H1/445202/MA") == "0.00"


async def test_a_payment_sent_again_gives_its_first_answer_although_nothing_is_owed_any_more(
    owing: Service, finance: httpx.AsyncClient
) -> None:
    key = {"Idempotency-Key": "order-3"}
    first = await finance.post("/v1/payments", json=PAYMENT, headers=key)
    again = await finance.post("/v1/payments", json=PAYMENT, headers=key)
    assert (again.status_code, again.text) == (201, first.text)


@pytest.mark.parametrize("change", [{"county": "445222"}, {"fund": "POVFUND"}, {"hospital_id": "H2"}])
async def test_no_county_fund_or_hospital_is_paid_for_another(
    owing: Service, finance: httpx.AsyncClient, change: dict[str, str]
) -> None:
    refused = await finance.post("/v1/payments", json={**PAYMENT, **change})
    assert (refused.status_code, refused.json()["code"]) == (409, "OVERPAYMENT")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": "0.00"}, "AMOUNT_NOT_POSITIVE"),
        ({"amount": "-1.00"}, "NEGATIVE_AMOUNT"),
        ({"amount": "1.005"}, "INVALID_AMOUNT"),
        ({"amount": 1}, "INVALID_AMOUNT"),
        ({"value_on": "2019-08-02"}, "VALUE_DATE_AHEAD"),
        ({"value_on": "2019-02-30"}, "INVALID_FIELD"),
        ({"county": "44520"}, "INVALID_FIELD"),
        ({"fund": "m/a"}, "INVALID_FIELD"),
        ({"note": "x"}, "UNKNOWN_FIELD"),
    ],
)
async def test_a_wrong_receipt_or_payment_is_refused_and_writes_nothing(
    finance: httpx.AsyncClient, ledger: Service, change: dict[str, Any], code: str
) -> None:
    for path, right in (("/v1/fund-receipts", RECEIPT), ("/v1/payments", PAYMENT)):
        refused = await finance.post(path, json={**right, **change})
        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert refused.headers["content-type"] == "application/problem+json"
    for table in ("events", "journals", "balances", "idempotency"):
        assert await ledger.pool.fetchval(f"SELECT count(*) FROM {table}") == 0


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/v1/fund-receipts", {**RECEIPT, "source": "LOAN"}, "INVALID_FIELD"),
        ("/v1/payments", {**PAYMENT, "person_id": "P1"}, "PAYEE_UNCLEAR"),
        ("/v1/payments", {key: value for key, value in PAYMENT.items() if key != "hospital_id"}, "PAYEE_UNCLEAR"),
        ("/v1/payments", {**PAYMENT, "hospital_id": "H/1"}, "INVALID_FIELD"),
    ],
)
async def test_an_unknown_source_or_an_unclear_payee_is_refused(
    finance: httpx.AsyncClient, path: str, body: dict[str, Any], code: str
) -> None:
    refused = await finance.post(path, json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_the_day_counts_in_china(finance: httpx.AsyncClient) -> None:
    # The clock stands at 1 August 01:00 in UTC, 09:00 in China.
    assert (await finance.post("/v1/fund-receipts", json={**RECEIPT, "value_on": "2019-08-01"})).status_code == 201


@pytest.mark.parametrize(
    ("role", "organisation"),
    [
        (Role.HOSPITAL, "H1"),
        (Role.DEPARTMENT, "civil-affairs"),
        (Role.AGENCY, "A445200"),
        (Role.OPERATIONS, None),
    ],
)
async def test_only_finance_moves_money(ledger: Service, role: Role, organisation: str | None) -> None:
    client = await ledger.client(role, organisation)
    for path, body in (("/v1/fund-receipts", RECEIPT), ("/v1/payments", PAYMENT)):
        assert (await client.post(path, json=body)).status_code == 403
    assert await ledger.pool.fetchval("SELECT count(*) FROM events") == 0
