"""What is put right about hospitals' budgets: by another person, and the books come back to where they were."""

from datetime import UTC, datetime
from typing import Final

import httpx
import pytest
from tests.ledger_office import Office, written_as_before

from fund_ledger.config import Config
from kernel.security import Role
from kernel.testing.surroundings import Surroundings

COUNTY: Final = "620422"
BUDGET: Final = {"county": COUNTY, "fund": "BMI", "hospital_id": "H1", "year": 2018, "total": "1200.00"}
PATH: Final = f"/v1/hospital-budgets/{COUNTY}-BMI-2018-H1"
OWED: Final = f"payable/hospital/H1/{COUNTY}/BMI"
DAY: Final = {"value_on": "2018-07-20"}


class Budgeting(Office):
    """Two people of the agency and two of finance."""

    agency_2: httpx.AsyncClient
    finance_2: httpx.AsyncClient

    async def pay(self, *months: int) -> None:
        for month in months:
            await self.do(self.finance, f"{PATH}/instalments", month=month, value_on="2018-07-02")


@pytest.fixture
async def office(around: Surroundings, config: Config) -> Budgeting:
    made = Budgeting(datetime(2018, 7, 20, 1, 0, tzinfo=UTC))
    await made.open(around, config)
    made.agency_2 = await made.ledger.client(Role.AGENCY, "A1", subject="agency-2")
    made.finance_2 = await made.ledger.client(Role.FINANCE, subject="finance-2")
    await made.do(made.agency, "/v1/hospital-budgets", **BUDGET)
    return made


async def test_a_part_that_the_bank_gave_back_is_not_paid_and_may_be_paid_again(office: Budgeting) -> None:
    await office.pay(6, 7)
    back = f"{PATH}/instalments/7/return"
    assert await office.code(office.finance, back, **DAY) == (409, "SAME_PERSON")
    assert await office.code(office.finance_2, back, value_on="2018-06-30") == (422, "DATES_OUT_OF_ORDER")
    assert (await office.do(office.finance_2, back, **DAY))["journal_id"] is not None
    assert await office.code(office.finance_2, back, **DAY) == (409, "INSTALMENT_UNPAID")
    told = (await office.agency.get(PATH)).json()
    assert (told["prepaid"], (await office.books())[OWED]) == ("60.00", "60.00")
    await office.pay(7)
    assert (await office.books())[OWED] == "120.00"


async def test_a_hospital_whose_closing_is_told_late_gives_back_the_months_after_it(office: Budgeting) -> None:
    await office.pay(4, 5, 6, 7)
    await office.do(office.agency, f"{PATH}/closing", closed_on="2018-05-31")
    for month in (6, 7):
        await office.do(office.finance_2, f"{PATH}/instalments/{month}/return", **DAY)
    told = (await office.agency.get(PATH)).json()
    assert (told["prepay"], told["prepaid"], (await office.books())[OWED]) == ("300.00", "120.00", "120.00")
    again = {"month": 7, "value_on": "2018-07-20"}
    assert await office.code(office.finance, f"{PATH}/instalments", **again) == (409, "INSTALMENT_UNKNOWN")


async def test_a_wrong_budget_is_withdrawn_by_another_person_once_nothing_of_it_is_paid(office: Budgeting) -> None:
    await office.pay(7)
    withdraw, wrong = f"{PATH}/withdrawal", {"reason": "WRONG_TOTAL"}
    assert await office.code(office.agency_2, withdraw, **wrong) == (409, "BUDGET_NOT_IN_STATE")
    await office.do(office.finance_2, f"{PATH}/instalments/7/return", **DAY)
    assert await office.code(office.agency, withdraw, **wrong) == (409, "SAME_PERSON")
    assert (await office.do(office.agency_2, withdraw, **wrong))["status"] == "withdrawn"
    part = {"month": 7, "value_on": "2018-07-20"}
    assert await office.code(office.finance, f"{PATH}/instalments", **part) == (409, "BUDGET_NOT_IN_STATE")
    # Nothing is paid by it any more, and claims are paid as if it had never been.
    by_hand = {"county": COUNTY, "fund": "BMI", "hospital_id": "H1", "amount": "1.00", "value_on": "2018-07-20"}
    assert await office.code(office.finance, "/v1/payments", **by_hand) == (409, "OVERPAYMENT")
    await office.do(office.agency, "/v1/hospital-budgets", **{**BUDGET, "total": "2400.00"})
    await office.pay(7)
    assert (await office.books())[OWED] == "120.00"


async def test_who_paid_before_that_was_noted_does_not_take_it_back_alone(office: Budgeting, database: str) -> None:
    await office.pay(6, 7)
    await written_as_before(database, "InstalmentPaid", "data = jsonb_set(data::jsonb, '{budget,paid_by}', '[]')::json")
    back = f"{PATH}/instalments/7/return"
    assert await office.code(office.finance, back, **DAY) == (409, "SAME_PERSON")
    await office.do(office.finance_2, back, **DAY)
    # Where nothing says who it was, it is nobody's to take back.
    await written_as_before(database, "InstalmentPaid", "meta = (meta::jsonb - 'actor')::json")
    assert await office.code(office.finance_2, f"{PATH}/instalments/6/return", **DAY) == (409, "PAYER_NOT_NOTED")
