"""Money of several funds is kept for payees, all or nothing: paid in parts, let go, or free after its last day."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest

from contracts.settlement import CONTRACT
from fund_ledger.config import Config
from fund_ledger.main import build
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.set_clock import SetClock
from kernel.testing.surroundings import Service, Surroundings

PATH: Final = "/v1/reservations"
HERE: Final = {"county": "445202", "value_on": "2019-08-01"}
KEEP: Final = {"county": "445202", "about": "stay-1", "expires_on": "2019-08-31"}
BOTH: Final = (
    {"fund": "MA", "amount": "60.00", "hospital_id": "H1"},
    {"fund": "POVFUND", "amount": "30.00", "hospital_id": "H1"},
)
Callers = tuple[httpx.AsyncClient, httpx.AsyncClient]


@pytest.fixture
async def moving(around: Surroundings, config: Config, clock: SetClock) -> Service:
    """A ledger whose days pass."""
    return await around.serve("fund_ledger", lambda host: build(host, config), clock=clock)


@pytest.fixture
async def two(moving: Service, around: Surroundings, bills: Any) -> Callers:
    """100.00 in the bank of MA and 50.00 in that of POVFUND, 70.00 and 50.00 owed to the hospital; two of finance."""
    one, other = await moving.client(Role.FINANCE), await moving.client(Role.FINANCE, subject="finance-2")
    for fund, amount in (("MA", "100.00"), ("POVFUND", "50.00")):
        receipt = {**HERE, "fund": fund, "amount": amount, "source": "BUDGET"}
        assert (await one.post("/v1/fund-receipts", json=receipt)).status_code == 201
    await around.tell(CONTRACT, "P1", bills.settled("S1", bills.layer("MA", 12_000, "POVFUND", "MA")))
    await eventually(lambda: moving.pool.fetchval("SELECT count(*) = 3 FROM journals"))
    return one, other


async def _reserve(client: httpx.AsyncClient, *lines: dict[str, str], **other: str) -> httpx.Response:
    return await client.post(PATH, json={**KEEP, **other, "lines": lines})


async def _reserved(client: httpx.AsyncClient, *lines: dict[str, str]) -> str:
    answer = await _reserve(client, *lines)
    assert (answer.status_code, answer.json()["status"]) == (201, "open"), answer.text
    return f"{PATH}/{answer.json()['reservation_id']}"


async def _pay(client: httpx.AsyncClient, path: str, *parts: tuple[int, str], on: str = "2019-08-01") -> httpx.Response:
    body = {"value_on": on, "parts": [{"number": number, "amount": amount} for number, amount in parts]}
    return await client.post(f"{path}/payments", json=body)


async def _free(client: httpx.AsyncClient) -> dict[str, tuple[str, str, str]]:
    banks = (await client.get("/v1/bank-balances?county=445202")).json()["banks"]
    return {row["fund"]: (row["booked"], row["reserved"], row["free"]) for row in banks}


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


async def test_what_is_kept_is_paid_in_parts_and_never_more(two: Callers) -> None:
    finance, _ = two
    path = await _reserved(finance, *BOTH)
    assert await _free(finance) == {"MA": ("100.00", "60.00", "40.00"), "POVFUND": ("50.00", "30.00", "20.00")}
    # Nobody else pays with it, though more than that is in the bank.
    other = {**HERE, "fund": "MA", "amount": "40.01", "hospital_id": "H1"}
    assert _code(await finance.post("/v1/payments", json=other)) == (409, "BANK_SHORT")
    paid = await _pay(finance, path, (1, "20.00"), (2, "30.00"))
    assert (paid.status_code, paid.json()["status"]) == (201, "open"), paid.text
    first, second = paid.json()["journal_ids"]
    told = [(await finance.get(f"/v1/journals/{name}")).json() for name in (first, second)]
    assert [(one["kind"], one["lines"][0]["amount"]) for one in told] == [("payment", "20.00"), ("payment", "30.00")]
    assert await _free(finance) == {"MA": ("80.00", "40.00", "40.00"), "POVFUND": ("20.00", "0.00", "20.00")}
    assert _code(await _pay(finance, path, (1, "20.00"), (1, "20.01"))) == (409, "RESERVATION_EXCEEDED")
    rest = await _pay(finance, path, (1, "40.00"))
    assert (rest.status_code, rest.json()["status"]) == (201, "paid")
    assert _code(await _pay(finance, path, (1, "0.01"))) == (409, "RESERVATION_ENDED")
    assert await _free(finance) == {"MA": ("40.00", "0.00", "40.00"), "POVFUND": ("20.00", "0.00", "20.00")}


async def test_all_of_it_is_kept_or_nothing_and_all_parts_are_paid_or_none(two: Callers) -> None:
    finance, _ = two
    short = await _reserve(finance, BOTH[0], {**BOTH[1], "amount": "50.01"})
    assert _code(short) == (409, "BANK_SHORT")
    assert {row[1] for row in (await _free(finance)).values()} == {"0.00"}
    # 70.00 are owed on MA, so that the second part is more than the hospital has to get.
    path = await _reserved(finance, BOTH[1], {**BOTH[0], "amount": "80.00"})
    assert _code(await _pay(finance, path, (1, "30.00"), (2, "70.01"))) == (409, "OVERPAYMENT")
    assert _code(await _pay(finance, path, (1, "30.00"), (2, "40.00"), (2, "30.01"))) == (409, "OVERPAYMENT")
    assert await _free(finance) == {"MA": ("100.00", "80.00", "20.00"), "POVFUND": ("50.00", "30.00", "20.00")}
    assert [line["paid"] for line in (await finance.get(path)).json()["lines"]] == ["0.00", "0.00"]


async def test_six_at_once_keep_no_more_than_there_is(two: Callers) -> None:
    finance, other = two
    line = {**BOTH[0], "amount": "20.00"}
    asked = await asyncio.gather(*(_reserve((finance, other)[n % 2], line) for n in range(6)))
    assert sorted(_code(answer) for answer in asked) == [(201, "")] * 5 + [(409, "BANK_SHORT")]
    assert (await _free(finance))["MA"] == ("100.00", "100.00", "0.00")
    paths = [f"{PATH}/{answer.json()['reservation_id']}" for answer in asked if answer.status_code == 201]
    # One is paid and let go by several people at once: one of them was first.
    ends = await asyncio.gather(
        *(_pay(finance, paths[0], (1, "20.00")) for _ in range(3)),
        *(other.post(f"{paths[0]}/voiding", json={"reason": "NOT_NEEDED"}) for _ in range(3)),
    )
    assert sum(answer.is_success for answer in ends) == 1
    assert {_code(answer) for answer in ends if not answer.is_success} == {(409, "RESERVATION_ENDED")}
    booked, reserved, free = (await _free(finance))["MA"]
    assert (booked, reserved, free) in {("80.00", "80.00", "0.00"), ("100.00", "80.00", "20.00")}


async def test_what_is_let_go_is_free_and_is_not_paid(two: Callers) -> None:
    finance, _ = two
    path = await _reserved(finance, *BOTH)
    assert (await _pay(finance, path, (1, "10.00"))).status_code == 201
    key = {"Idempotency-Key": "void-1"}
    voided = await finance.post(f"{path}/voiding", json={"reason": "NOT_NEEDED"}, headers=key)
    assert (voided.status_code, voided.json()["status"]) == (200, "voided")
    again = await finance.post(f"{path}/voiding", json={"reason": "NOT_NEEDED"}, headers=key)
    assert again.json() == voided.json()
    assert await _free(finance) == {"MA": ("90.00", "0.00", "90.00"), "POVFUND": ("50.00", "0.00", "50.00")}
    assert _code(await _pay(finance, path, (1, "1.00"))) == (409, "RESERVATION_ENDED")
    told = (await finance.get(path)).json()
    assert (told["ended_by"], told["reason"]) == ("finance-1", "NOT_NEEDED")
    listed = (await finance.get(f"{PATH}?county=445202&status=voided")).json()["items"]
    assert listed == [told]
    assert (await finance.get(f"{PATH}?county=445202")).json()["items"] == []


async def test_after_its_last_day_it_keeps_nothing_noted_or_not(two: Callers, clock: SetClock) -> None:
    finance, _ = two
    path = await _reserved(finance, *BOTH)
    clock.now += timedelta(days=30)
    assert (await _free(finance))["MA"] == ("100.00", "60.00", "40.00")
    assert _code(await finance.post(f"{path}/expiry")) == (409, "RESERVATION_NOT_OVER")
    clock.now += timedelta(days=1)
    assert (await _free(finance))["MA"] == ("100.00", "0.00", "100.00")
    assert _code(await _pay(finance, path, (1, "1.00"))) == (409, "RESERVATION_RUN_OUT")
    pay = {**HERE, "fund": "MA", "amount": "70.00", "hospital_id": "H1"}
    assert (await finance.post("/v1/payments", json=pay)).status_code == 201
    noted = await finance.post(f"{path}/expiry")
    assert (noted.status_code, noted.json()["status"]) == (200, "expired")
    assert _code(await finance.post(f"{path}/expiry")) == (409, "RESERVATION_ENDED")


async def test_a_closed_month_carries_it_on_and_a_payment_in_it_is_refused(two: Callers, clock: SetClock) -> None:
    finance, _ = two
    (path, close) = await _reserved(finance, *BOTH), "/v1/counties/445202/months/2019-{}/closing"
    clock.now += timedelta(days=27)
    assert (await finance.post(close.format("07"))).status_code == 200, "July has nothing"
    assert _code(await _pay(finance, path, (1, "1.00"), on="2019-07-31")) == (422, "PERIOD_CLOSED")
    assert (await _free(finance))["MA"] == ("100.00", "60.00", "40.00")
    assert (await _pay(finance, path, (1, "60.00"), on="2019-08-02")).status_code == 201


async def test_what_is_kept_pays_no_statement_and_does_not_go_back(
    two: Callers, moving: Service, clock: SetClock
) -> None:
    finance, _ = two
    agency = await moving.client(Role.AGENCY, "A445200")
    kept = await _reserve(finance, BOTH[0], expires_on="2019-09-30")
    path = f"{PATH}/{kept.json()['reservation_id']}"
    (entry, *_) = (await finance.get("/v1/entries?account=bank/445202/MA")).json()["items"]
    back = f"/v1/journals/{entry['journal_id']}/return"
    assert _code(await finance.post(back, json={"reason": "BOOKED_WRONGLY"})) == (409, "BANK_SHORT")
    clock.now += timedelta(days=31)
    august = {"hospital_id": "H1", "county": "445202", "fund": "MA", "month": "2019-08"}
    assert (await agency.post("/v1/hospital-statements", json=august)).status_code == 201
    statement = "/v1/hospital-statements/H1-445202-MA-2019-08"
    assert (await agency.post(f"{statement}/review", json={"deductions": []})).status_code == 200
    pay = {"value_on": "2019-09-01"}
    assert _code(await finance.post(f"{statement}/payment", json=pay)) == (409, "BANK_SHORT")
    assert (await finance.post(f"{path}/voiding", json={"reason": "PAID_OTHERWISE"})).status_code == 200
    assert (await finance.post(f"{statement}/payment", json=pay)).is_success


async def test_above_the_county_s_sum_somebody_else_pays_what_one_reserved(two: Callers, moving: Service) -> None:
    finance, other = two
    agency = await moving.client(Role.AGENCY, "A445200", subject="chief")
    assert (await agency.post("/v1/counties/445202/money-limit", json={"above": "30.00"})).status_code == 200
    path = await _reserved(finance, *BOTH)
    assert (await _pay(finance, path, (1, "20.00"))).status_code == 201
    assert _code(await _pay(finance, path, (1, "10.01"))) == (403, "RELEASE_SAME_PERSON")
    chief = await moving.client(Role.FINANCE, subject="chief")
    assert _code(await _pay(chief, path, (1, "0.01"))) == (403, "RELEASE_SAME_PERSON")
    assert (await _pay(other, path, (1, "40.00"), (2, "30.00"))).status_code == 201
    # Who keeps money and who sets the sum may be one: that one pays nothing.
    kept = await _reserved(agency, {**BOTH[0], "amount": "1.00"})
    assert (await _pay(agency, kept, (1, "1.00"))).status_code == 403
    assert (await _pay(finance, kept, (1, "1.00"))).status_code == 201


BAD: Final[list[tuple[dict[str, Any], tuple[int, str]]]] = [
    ({"lines": [{**BOTH[0], "fund": "NONE", "amount": "0.00"}]}, (422, "FUND_UNKNOWN")),
    ({"lines": [{**BOTH[0], "fund": "BMI", "amount": "0.00"}]}, (422, "FUND_HELD_ELSEWHERE")),
    ({"lines": [{**BOTH[0], "amount": "0.00"}], "expires_on": "2019-07-31"}, (422, "AMOUNT_NOT_POSITIVE")),
    ({"lines": [{**BOTH[0], "amount": "999.00"}], "expires_on": "2019-07-31"}, (422, "RESERVATION_TERM")),
    ({"lines": BOTH, "expires_on": "2020-08-02"}, (422, "RESERVATION_TERM")),
    ({"lines": [{**BOTH[0], "amount": "50.01"}, {**BOTH[0], "amount": "50.00"}]}, (409, "BANK_SHORT")),
    ({"lines": [{"fund": "MA", "amount": "1.00"}]}, (422, "PAYEE_UNCLEAR")),
    ({"lines": [{**BOTH[0], "person_id": "P1"}]}, (422, "PAYEE_UNCLEAR")),
]


async def test_what_cannot_be_kept_or_paid_is_refused_by_the_first_reason(two: Callers, moving: Service) -> None:
    finance, _ = two
    for change, refused in BAD:
        assert _code(await finance.post(PATH, json={**KEEP, **change})) == refused, change
    path = await _reserved(finance, *BOTH)
    assert _code(await _pay(finance, path, (3, "0.00"))) == (422, "RESERVATION_LINE_UNKNOWN")
    assert _code(await _pay(finance, path, (1, "0.00"), (2, "99.00"))) == (422, "AMOUNT_NOT_POSITIVE")
    assert _code(await _pay(finance, path, (1, "1.00"), on="2019-08-02")) == (422, "VALUE_DATE_AHEAD")
    assert _code(await _pay(finance, f"{PATH}/none", (1, "1.00"))) == (404, "RESERVATION_UNKNOWN")
    far = await moving.client(Role.FINANCE, divisions=["445222"])
    calls: list[Callable[[], Any]] = [
        lambda: far.get(path),
        lambda: far.get(f"{PATH}?county=445202"),
        lambda: far.get("/v1/bank-balances?county=445202"),
        lambda: far.post(f"{path}/voiding", json={"reason": "NOT_NEEDED"}),
        lambda: _reserve(far, *BOTH),
    ]
    for call in calls:
        assert _code(await call()) == (403, "DIVISION_FOREIGN")
    hospital = await moving.client(Role.HOSPITAL, "H1")
    assert (await hospital.get(path)).status_code == 403
