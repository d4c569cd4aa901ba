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
async def owing(ledger: Service, around: Surroundings, finance: httpx.AsyncClient, bills: Any) -> Service:
    """The ledger after one bill: the aid fund has 1000.00 yuan, and owes hospital H1 7.00 and person P1 2.00."""
    assert (await finance.post("/v1/fund-receipts", json=RECEIPT)).status_code == 201
    bill = bills.settled("S1", bills.layer("MA", 700), bills.layer("MASEC", 0, "MA", payout_fen=200))
    await around.tell(CONTRACT, "P1", bill)

    async def booked() -> Any:
        return await ledger.pool.fetchval("SELECT count(*) = 2 FROM journals")

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


@pytest.mark.parametrize(("county", "value_on"), [("445299", "2019-07-31"), ("445221", "2019-07-31")])
async def test_no_money_comes_into_a_county_that_there_is_not(
    finance: httpx.AsyncClient, county: str, value_on: str
) -> None:
    refused = await finance.post("/v1/fund-receipts", json={**RECEIPT, "county": county, "value_on": value_on})
    assert (refused.status_code, refused.json()["code"]) == (422, "DIVISION_UNKNOWN")
    assert (await finance.get("/v1/accounts")).json()["items"] == []


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
    assert await _balance(finance, "bank/445202/MA") == "991.00"


async def test_a_part_may_be_paid_now_and_the_rest_later_but_never_more(
    owing: Service, finance: httpx.AsyncClient
) -> None:
    assert (await finance.post("/v1/payments", json={**PAYMENT, "amount": "4.00"})).status_code == 201
    refused = await finance.post("/v1/payments", json={**PAYMENT, "amount": "3.01"})
    assert (refused.status_code, refused.json()["code"]) == (409, "OVERPAYMENT")
    account = "payable/hospital/H1/445202/MA"
    assert refused.json()["about"] == {"account": account, "left": "3.00", "asked": "3.01"}
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


async def test_of_hunans_special_account_each_department_pays_its_own_layer_and_no_other(
    ledger: Service, around: Surroundings, finance: httpx.AsyncClient, bills: Any
) -> None:
    """001 二(三): one account a county, earmarked, with a part for each department."""
    hunan = {**RECEIPT, "county": "430181"}
    for fund in ("CII", "THB", "MA", "FISCAL"):
        assert (await finance.post("/v1/fund-receipts", json={**hunan, "fund": fund})).status_code == 201, fund
    bill = bills.settled("S1", bills.layer("THB", 500), bills.layer("MA", 700), county="430181")
    await around.tell(CONTRACT, "P1", bill)
    foreign = bills.settled("S2", bills.layer("MA", 100, "THB"), county="430181", person_id="P2")
    await around.tell(CONTRACT, "P2", foreign)

    async def arrived() -> bool:
        parked = [row["error"] for row in await ledger.pool.fetch("SELECT error FROM inbox_parked")]
        booked = await ledger.pool.fetchval("SELECT count(*) FROM journals WHERE kind <> 'receipt'")
        return booked == 1 and len(parked) == 1 and "PURPOSE_NOT_ALLOWED" in parked[0]

    await eventually(arrived)
    paid = {**PAYMENT, "county": "430181"}
    for fund, amount, status in (("CII", "7.00", 409), ("THB", "7.00", 409), ("THB", "5.00", 201), ("MA", "7.00", 201)):
        sent = await finance.post("/v1/payments", json={**paid, "fund": fund, "amount": amount})
        assert sent.status_code == status, (fund, sent.text)
    assert [await _balance(finance, f"bank/430181/{fund}") for fund in ("CII", "THB", "MA", "FISCAL")] == [
        "1000.00",
        "995.00",
        "993.00",
        "1000.00",
    ]


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
        ("/v1/fund-receipts", {**RECEIPT, "fund": "MAA"}, "FUND_UNKNOWN"),
        ("/v1/fund-receipts", {**RECEIPT, "fund": "BMI"}, "FUND_HELD_ELSEWHERE"),
        ("/v1/fund-receipts", {**RECEIPT, "county": "110101"}, "FUND_UNKNOWN"),  # no pack counts there
        ("/v1/fund-receipts", {**RECEIPT, "source": "PROVINCE"}, "SOURCE_UNKNOWN"),
        ("/v1/fund-receipts", {**RECEIPT, "value_on": "1900-01-01"}, "VALUE_DATE_TOO_EARLY"),
        ("/v1/payments", {**PAYMENT, "value_on": "1900-01-01"}, "VALUE_DATE_TOO_EARLY"),
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


async def test_no_more_leaves_a_bank_account_than_is_in_it(
    owing: Service, finance: httpx.AsyncClient, around: Surroundings, bills: Any
) -> None:
    await around.tell(CONTRACT, "P2", bills.settled("S2", bills.layer("MA", 100_000), person_id="P2"))

    async def owed() -> bool:
        return await _balance(finance, "payable/hospital/H1/445202/MA") == "-1007.00"

    await eventually(owed)
    before = (await finance.get("/v1/accounts")).json()
    refused = await finance.post("/v1/payments", json={**PAYMENT, "amount": "1000.01"})
    assert (refused.status_code, refused.json()["code"]) == (409, "BANK_SHORT")
    assert (await finance.get("/v1/accounts")).json() == before
    # Of many at once that the account has money for one by one, no more than it has money for are paid.
    answers = await asyncio.gather(
        *(finance.post("/v1/payments", json={**PAYMENT, "amount": "300.00"}) for _ in range(8))
    )
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 5
    assert await _balance(finance, "bank/445202/MA") == "100.00"


async def test_what_others_pay_of_their_own_money_clears_what_they_owe_and_moves_no_account_here(
    ledger: Service, around: Surroundings, finance: httpx.AsyncClient, bills: Any
) -> None:
    await around.tell(CONTRACT, "P1", bills.settled("S1", bills.layer("BMI", 700)))

    async def booked() -> Any:
        return await ledger.pool.fetchval("SELECT count(*) FROM journals")

    await eventually(booked)
    assert (await finance.post("/v1/payments", json={**PAYMENT, "fund": "BMI"})).status_code == 201
    assert await _balance(finance, "payable/hospital/H1/445202/BMI") == "0.00"
    assert await _balance(finance, "fund/445202/BMI") == "0.00"
    assert (await finance.get("/v1/accounts?prefix=bank/")).json()["items"] == []
    assert (await finance.get("/v1/trial-balance")).json()["balanced"] is True


async def test_a_payment_that_the_bank_gave_back_is_owed_again_and_goes_back_once(
    owing: Service, finance: httpx.AsyncClient
) -> None:
    paid = (await finance.post("/v1/payments", json={**PAYMENT, "value_on": "2019-07-31"})).json()["journal_id"]
    path, why = f"/v1/journals/{paid}/return", {"reason": "BANK_RETURNED"}
    back = await finance.post(path, json=why)
    assert back.status_code == 201
    assert await _balance(finance, "payable/hospital/H1/445202/MA") == "-7.00"
    assert await _balance(finance, "bank/445202/MA") == "1000.00"
    journal = (await finance.get(f"/v1/journals/{back.json()['journal_id']}")).json()
    assert (journal["kind"], journal["corrects"], journal["booked_on"]) == ("return", paid, "2019-08-01")
    again = await finance.post(path, json=why)
    assert (again.status_code, again.json()["code"]) == (409, "RETURNED_BEFORE")
    # A bill is taken back by its revocation, which settlement tells.
    bill = await finance.post("/v1/journals/S1/return", json=why)
    assert (bill.status_code, bill.json()["code"]) == (409, "NOT_RETURNABLE")
    nothing = await finance.post("/v1/journals/S9/return", json=why)
    assert (nothing.status_code, nothing.json()["code"]) == (404, "JOURNAL_UNKNOWN")


async def test_a_receipt_goes_back_only_as_far_as_the_money_is_still_there(
    owing: Service, finance: httpx.AsyncClient
) -> None:
    made = (await finance.post("/v1/fund-receipts", json={**RECEIPT, "amount": "5.00"})).json()["journal_id"]
    assert (await finance.post("/v1/payments", json=PAYMENT)).status_code == 201
    received = (await finance.get("/v1/entries?account=bank/445202/MA&kind=receipt")).json()["items"]
    (large,) = [entry["journal_id"] for entry in received if entry["journal_id"] != made]
    short = await finance.post(f"/v1/journals/{large}/return", json={"reason": "BOOKED_WRONGLY"})
    assert (short.status_code, short.json()["code"]) == (409, "BANK_SHORT")
    assert (await finance.post(f"/v1/journals/{made}/return", json={"reason": "BOOKED_WRONGLY"})).status_code == 201
    assert await _balance(finance, "bank/445202/MA") == "993.00"


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
