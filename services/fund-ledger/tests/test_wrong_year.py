"""A year's appropriation pays what came to be owed by the end of that year, and nothing of a later one."""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import pytest
from tests.ledger_office import Office

from contracts.settlement import CONTRACT
from fund_ledger.config import Config
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Surroundings

LEYE: Final = {"county": "451028", "fund": "GOV_BACKSTOP"}


class Leye(Office):
    """The offices with the backstop's money of 2018."""

    async def pay(self, amount: str, on: str, path: str = "/v1/payments", **more: str) -> tuple[int, str | None]:
        body = {**LEYE, "hospital_id": "H1", "amount": amount, "value_on": on, **more}
        made = await self.finance.post(path, json=body)
        return made.status_code, made.json().get("code")


@pytest.fixture
async def office(around: Surroundings, config: Config, bills: Any) -> Leye:
    """A bill of 2018 with 30.00 yuan of the backstop, and one of 2019 with 70.00."""
    made = Leye(datetime(2019, 1, 2, 1, 0, tzinfo=UTC))
    await made.open(around, config)
    receipt = {**LEYE, "amount": "1000.00", "source": "BUDGET", "value_on": "2018-06-01"}
    assert (await made.finance.post("/v1/fund-receipts", json=receipt)).status_code == 201
    for number, amount, day in ((1, 3_000, datetime(2018, 12, 31, 15, 59, tzinfo=UTC)), (2, 7_000, made.now)):
        bill = bills.settled(f"S{number}", bills.layer("GOV2", amount, "GOV_BACKSTOP"), county="451028")
        await around.tell(CONTRACT, "P1", msgspec.structs.replace(bill, settled_at=day))

    async def booked() -> Any:
        return await made.ledger.pool.fetchval("SELECT count(*) = 2 FROM journals WHERE kind = 'settlement'")

    await eventually(booked)
    return made


async def test_a_payment_out_of_the_wrong_year_is_refused(office: Leye) -> None:
    assert await office.pay("30.01", "2018-12-31") == (409, "WRONG_YEAR")
    assert await office.pay("30.01", "2018-12-31", "/v1/money-proposals/payments") == (409, "WRONG_YEAR")
    assert await office.pay("30.00", "2018-12-31") == (201, None)
    assert await office.pay("0.01", "2018-12-31") == (409, "WRONG_YEAR")
    assert await office.pay("70.01", "2019-01-02") == (409, "OVERPAYMENT")
    assert await office.pay("70.00", "2019-01-02") == (201, None)


async def test_what_a_year_left_unpaid_is_paid_in_the_next(office: Leye) -> None:
    assert await office.pay("100.00", "2019-01-02") == (201, None)
    # Of what is paid by now nothing was open at the end of the year before, whatever was owed then.
    assert await office.pay("0.01", "2018-12-31") == (409, "OVERPAYMENT")


async def test_a_payment_of_the_next_year_takes_nothing_from_what_the_year_before_may_pay(office: Leye) -> None:
    assert await office.pay("60.00", "2019-01-02") == (201, None)
    assert await office.pay("30.00", "2018-12-31") == (201, None)
    assert await office.pay("10.01", "2018-12-31") == (409, "OVERPAYMENT")
