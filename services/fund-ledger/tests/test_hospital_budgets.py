"""Hospitals' budgets over HTTP: paid in advance by months, by the score after the year, and cut where one closes."""

import asyncio
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import msgspec
import pytest
from tests.ledger_office import Office

from contracts.settlement import CONTRACT
from fund_ledger.config import Config
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Surroundings

HUINING: Final = "620422"
GUANGXI: Final = "450223"
BUDGET: Final = {"county": HUINING, "fund": "BMI", "hospital_id": "H1", "year": 2018, "total": "1000.01"}
PATH: Final = f"/v1/hospital-budgets/{HUINING}-BMI-2018-H1"
OWED: Final = f"payable/hospital/H1/{HUINING}/BMI"


class Budgeting(Office):
    """The offices with the hospital."""

    hospital: httpx.AsyncClient


@pytest.fixture
async def office(around: Surroundings, config: Config) -> Budgeting:
    made = Budgeting(datetime(2018, 7, 2, 1, 0, tzinfo=UTC))
    await made.open(around, config)
    made.hospital = await made.ledger.client(Role.HOSPITAL, "H1")
    return made


async def settled(
    office: Budgeting, around: Surroundings, bills: Any, amount_fen: int, county: str = HUINING, settlement: str = "S1"
) -> None:
    bill = bills.settled(settlement, bills.layer("BMI", amount_fen), county=county)
    await around.tell(CONTRACT, "P1", msgspec.structs.replace(bill, settled_at=office.now))

    async def booked() -> Any:
        return await office.ledger.pool.fetchval("SELECT 1 FROM journals WHERE journal_id = $1", settlement)

    await eventually(booked)


async def pay_months(office: Budgeting, *months: int) -> None:
    for month in months:
        day = f"2018-{month:02}-01"
        await office.do(office.finance, f"{PATH}/instalments", month=month, value_on=day)


async def test_sixty_percent_are_prepaid_by_months_and_the_rest_by_the_score(
    office: Budgeting, around: Surroundings, bills: Any
) -> None:
    office.now = datetime(2018, 12, 3, 1, 0, tzinfo=UTC)
    await settled(office, around, bills, 100_001)
    await office.do(office.agency, "/v1/hospital-budgets", **BUDGET)
    await pay_months(office, *range(1, 13))
    told = (await office.hospital.get(PATH)).json()
    assert (told["prepay"], told["pool"], told["prepaid"]) == ("600.01", "400.00", "600.01")
    assert told["clause"].startswith("002 三(二)")
    assert (await office.books())[OWED] == "-400.00"
    # The claims are paid by the budget, and by nothing else until it is paid whole.
    by_hand = {"county": HUINING, "fund": "BMI", "hospital_id": "H1", "amount": "1.00", "value_on": "2018-12-03"}
    assert await office.code(office.finance, "/v1/payments", **by_hand) == (409, "BUDGET_OPEN")
    office.now = datetime(2019, 1, 8, 1, 0, tzinfo=UTC)
    statement = {"hospital_id": "H1", "county": HUINING, "fund": "BMI", "month": "2018-12"}
    assert await office.code(office.agency, "/v1/hospital-statements", **statement) == (409, "BUDGET_OPEN")
    await office.do(office.agency, f"{PATH}/assessment", score_percent="92.5")
    done = await office.do(office.finance, f"{PATH}/payout", value_on="2019-01-08")
    assert (done["status"], done["journal_id"] is not None) == ("paid", True)
    told = (await office.agency.get(PATH)).json()
    assert (told["payout"], told["withheld"], told["taken_off"]) == ("370.00", "30.00", "30.00")
    books = await office.books()
    assert OWED not in books
    assert books[f"memo/hospital/H1/{HUINING}/REFUSED"] == "-30.00"
    assert f"fund/{HUINING}/BMI" not in books
    assert (await office.finance.get("/v1/trial-balance")).json()["balanced"] is True
    # What the year came to stands on the statement of the month in which it was paid: nothing is left to be paid.
    assert await office.code(office.agency, "/v1/hospital-statements", **statement) == (409, "BUDGET_OPEN")
    office.now = datetime(2019, 2, 1, 1, 0, tzinfo=UTC)
    await office.do(office.agency, "/v1/hospital-statements", **{**statement, "month": "2019-01"})
    (drawn,) = (await office.hospital.get("/v1/hospital-statements")).json()["items"]
    assert (drawn["status"], drawn["claimed"]) == ("carried", "0.00")


@pytest.mark.parametrize(
    ("claimed", "months", "next_bills", "taken_off"),
    [
        (70_000, 12, 50_000, "0.00"),  # 99.99 are owed for the year, 370.00 are paid
        (98_000, 11, 0, "9.99"),  # the part of December is still to be paid
        (98_000, 12, 0, "9.99"),
        (97_000, 12, 0, "0.00"),
    ],
)
async def test_what_is_withheld_is_taken_off_the_claims_of_the_year_only(
    office: Budgeting, around: Surroundings, bills: Any, *, claimed: int, months: int, next_bills: int, taken_off: str
) -> None:
    office.now = datetime(2018, 12, 3, 1, 0, tzinfo=UTC)
    await settled(office, around, bills, claimed)
    await office.do(office.agency, "/v1/hospital-budgets", **BUDGET)
    await pay_months(office, *range(1, months + 1))
    office.now = datetime(2019, 1, 8, 1, 0, tzinfo=UTC)
    if next_bills:
        await settled(office, around, bills, next_bills, settlement="S2")
    await office.do(office.agency, f"{PATH}/assessment", score_percent="92.5")
    await office.do(office.finance, f"{PATH}/payout", value_on="2019-01-08")
    assert (await office.agency.get(PATH)).json()["taken_off"] == taken_off


async def test_a_year_gives_back_what_it_prepaid_beyond_its_claims_and_nothing_of_another(
    office: Budgeting, around: Surroundings, bills: Any
) -> None:
    office.now = datetime(2018, 12, 3, 1, 0, tzinfo=UTC)
    await settled(office, around, bills, 70_000)
    await office.do(office.agency, "/v1/hospital-budgets", **BUDGET)
    await pay_months(office, *range(1, 13))
    office.now = datetime(2019, 1, 8, 1, 0, tzinfo=UTC)
    await office.do(office.agency, "/v1/hospital-budgets", **{**BUDGET, "year": 2019})
    later = PATH.replace("2018", "2019")
    await office.do(office.finance, f"{later}/instalments", month=1, value_on="2019-01-08")
    await office.do(office.agency, f"{PATH}/assessment", score_percent="92.5")
    await office.do(office.finance, f"{PATH}/payout", value_on="2019-01-08")
    # 600.01 and 370.00 were paid for 700.00 in 2018, and 50.00 in advance for 2019.
    day = {"value_on": "2019-01-08"}
    assert await office.code(office.finance, f"{PATH}/returns", amount="270.02", **day) == (409, "OVERPAYMENT")
    assert await office.code(office.finance, f"{later}/returns", amount="50.01", **day) == (409, "OVERPAYMENT")
    # Bills of the next year do not keep back what came beyond those of this one.
    await settled(office, around, bills, 50_000, settlement="S2")
    assert await office.code(office.finance, f"{later}/returns", amount="0.01", **day) == (409, "OVERPAYMENT")
    before = {"amount": "1.00", "value_on": "2017-12-31"}
    assert await office.code(office.finance, f"{PATH}/returns", **before) == (422, "DATES_OUT_OF_ORDER")
    await office.do(office.finance, f"{PATH}/returns", amount="270.01", **day)
    assert (await office.books())[OWED] == "-450.00"
    assert await office.code(office.finance, f"{PATH}/returns", amount="0.01", **day) == (409, "OVERPAYMENT")


async def test_a_payout_has_a_day_that_can_be_also_where_nothing_is_paid(office: Budgeting) -> None:
    await office.do(office.agency, "/v1/hospital-budgets", **BUDGET)
    office.now = datetime(2019, 1, 8, 1, 0, tzinfo=UTC)
    await office.do(office.agency, f"{PATH}/assessment", score_percent="0")
    for day, code in (
        ("2019-01-09", "VALUE_DATE_AHEAD"),
        ("2009-12-31", "VALUE_DATE_TOO_EARLY"),
        ("2019-01-07", "DATES_OUT_OF_ORDER"),
    ):
        assert await office.code(office.finance, f"{PATH}/payout", value_on=day) == (422, code)
    await office.do(office.finance, f"{PATH}/payout", value_on="2019-01-08")


async def test_a_hospital_that_closes_in_mid_year_gets_nothing_for_the_months_after_it(office: Budgeting) -> None:
    await office.do(office.agency, "/v1/hospital-budgets", **{**BUDGET, "total": "1200.00", "months": [1, 4, 7, 10]})
    await office.do(office.finance, f"{PATH}/instalments", month=1, value_on="2018-01-15")
    await office.do(office.agency, f"{PATH}/closing", closed_on="2018-06-30")
    told = (await office.agency.get(PATH)).json()
    assert (told["prepay"], told["pool"], told["lapsed"]) == ("360.00", "240.00", "600.00")
    await office.do(office.finance, f"{PATH}/instalments", month=4, value_on="2018-07-01")
    late = {"month": 7, "value_on": "2018-07-02"}
    assert await office.code(office.finance, f"{PATH}/instalments", **late) == (409, "INSTALMENT_UNKNOWN")
    again = await office.code(office.agency, f"{PATH}/closing", closed_on="2018-05-31")
    assert again == (409, "BUDGET_NOT_IN_STATE")
    # A hospital that is gone is scored in the year, and gives back what it got beyond its claims.
    await office.do(office.agency, f"{PATH}/assessment", score_percent="0")
    await office.do(office.finance, f"{PATH}/payout", value_on="2018-07-02")
    assert (await office.books())[OWED] == "360.00"
    more = {"amount": "360.01", "value_on": "2018-07-02"}
    assert await office.code(office.finance, f"{PATH}/returns", **more) == (409, "OVERPAYMENT")
    await office.do(office.finance, f"{PATH}/returns", amount="360.00", value_on="2018-07-02")
    assert await office.books() == {}


async def test_each_month_is_paid_once_not_before_it_and_by_another_office(office: Budgeting) -> None:
    await office.do(office.agency, "/v1/hospital-budgets", **BUDGET)
    bodies = [{"month": 7, "value_on": "2018-07-02"}] * 3
    answers = await asyncio.gather(*(office.finance.post(f"{PATH}/instalments", json=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert {answer.json().get("code") for answer in answers} == {None, "INSTALMENT_PAID"}
    for month, day, code in ((8, "2018-07-02", "INSTALMENT_EARLY"), (8, "2018-07-03", "VALUE_DATE_AHEAD")):
        refused = await office.finance.post(f"{PATH}/instalments", json={"month": month, "value_on": day})
        assert refused.json()["code"] == code
    assert await office.code(office.agency, "/v1/hospital-budgets", **BUDGET) == (409, "BUDGET_EXISTS")
    assert await office.code(office.agency, f"{PATH}/assessment", score_percent="90") == (409, "BUDGET_YEAR_RUNNING")
    assert await office.code(office.finance, f"{PATH}/payout", value_on="2018-07-02") == (409, "BUDGET_NOT_IN_STATE")
    assert (await office.agency.post(f"{PATH}/instalments", json=bodies[0])).status_code == 403
    office.now = datetime(2019, 1, 8, 1, 0, tzinfo=UTC)
    assert await office.code(office.agency, f"{PATH}/assessment", score_percent="100.01") == (422, "SCORE_OUT_OF_RANGE")


async def test_one_person_with_both_offices_does_not_set_and_pay(office: Budgeting) -> None:
    await office.do(await office.ledger.client(Role.AGENCY, subject="one"), "/v1/hospital-budgets", **BUDGET)
    same = await office.ledger.client(Role.FINANCE, subject="one")
    refused = await office.code(same, f"{PATH}/instalments", month=1, value_on="2018-07-02")
    assert refused == (409, "SAME_PERSON")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"total": "0.00"}, "AMOUNT_NOT_POSITIVE"),
        ({"months": [2, 1]}, "BUDGET_FIGURES"),
        ({"months": [1, 1]}, "BUDGET_FIGURES"),
        ({"prepay": "600.00"}, "BUDGET_FIGURES"),  # the document says how much
        ({"fund": "MA"}, "PREPAYMENT_WITHOUT_RULE"),
        ({"fund": "NONE"}, "FUND_UNKNOWN"),
        ({"county": GUANGXI}, "BUDGET_FIGURES"),  # the contract says how much, and it is not said
        ({"county": GUANGXI, "prepay": "1000.02"}, "BUDGET_FIGURES"),
    ],
)
async def test_a_budget_whose_figures_do_not_fit_is_refused(
    office: Budgeting, change: dict[str, Any], code: str
) -> None:
    office.now = datetime(2019, 8, 1, 1, 0, tzinfo=UTC)
    assert await office.code(office.agency, "/v1/hospital-budgets", **{**BUDGET, "year": 2019, **change}) == (422, code)


async def test_a_contract_s_prepayment_is_settled_against_monthly_claims(
    office: Budgeting, around: Surroundings, bills: Any
) -> None:
    office.now = datetime(2019, 8, 2, 1, 0, tzinfo=UTC)
    budget = {**BUDGET, "county": GUANGXI, "year": 2019, "total": "2400.00", "prepay": "1200.00"}
    await office.do(office.agency, "/v1/hospital-budgets", **budget)
    path = f"/v1/hospital-budgets/{GUANGXI}-BMI-2019-H1"
    await office.do(office.finance, f"{path}/instalments", month=8, value_on="2019-08-02")
    await settled(office, around, bills, 25_000, GUANGXI)
    office.now = datetime(2019, 9, 2, 1, 0, tzinfo=UTC)
    statement = {"hospital_id": "H1", "county": GUANGXI, "fund": "BMI", "month": "2019-08"}
    made = await office.do(office.hospital, "/v1/hospital-statements", **statement)
    told = (await office.hospital.get(f"/v1/hospital-statements/{made['statement_id']}")).json()
    assert (told["claimed"], told["status"]) == ("150.00", "drawn")
    lines = (await office.hospital.get(f"/v1/hospital-statements/{made['statement_id']}/lines")).json()["items"]
    assert {line["kind"]: line["owed"] for line in lines} == {"settlement": "250.00", "prepayment": "-100.00"}
    await office.do(office.agency, f"/v1/hospital-statements/{made['statement_id']}/review", deductions=[])
    await office.do(office.finance, f"/v1/hospital-statements/{made['statement_id']}/payment", value_on="2019-09-02")
    assert f"payable/hospital/H1/{GUANGXI}/BMI" not in await office.books()
    assert await office.code(office.agency, f"{path}/assessment", score_percent="90") == (409, "BUDGET_NOT_IN_STATE")


async def test_another_hospital_and_another_county_see_nothing_of_a_budget(office: Budgeting) -> None:
    await office.do(office.agency, "/v1/hospital-budgets", **BUDGET)
    other = await office.ledger.client(Role.HOSPITAL, "H2")
    assert (await other.get(PATH)).json()["code"] == "BUDGET_UNKNOWN"
    assert (await other.get("/v1/hospital-budgets")).json()["items"] == []
    foreign = await office.ledger.client(Role.FINANCE, divisions=["445202"], subject="foreign")
    assert (await foreign.get(PATH)).json()["code"] == "DIVISION_FOREIGN"
    paid = {"month": 7, "value_on": "2018-07-02"}
    assert await office.code(foreign, f"{PATH}/instalments", **paid) == (403, "DIVISION_FOREIGN")
    assert (await office.hospital.get("/v1/hospital-budgets")).json()["items"][0]["hospital_id"] == "H1"


async def test_what_is_withheld_is_never_taken_off_the_claims_of_an_earlier_year(
    office: Budgeting, around: Surroundings, bills: Any
) -> None:
    office.now = datetime(2018, 12, 3, 1, 0, tzinfo=UTC)
    await settled(office, around, bills, 200_000)
    await office.do(office.agency, "/v1/hospital-budgets", **BUDGET)
    await pay_months(office, *range(1, 13))
    office.now = datetime(2019, 1, 8, 1, 0, tzinfo=UTC)
    await office.do(office.agency, f"{PATH}/assessment", score_percent="100")
    await office.do(office.finance, f"{PATH}/payout", value_on="2019-01-08")
    later = PATH.replace("2018", "2019")
    office.now = datetime(2019, 12, 3, 1, 0, tzinfo=UTC)
    await office.do(office.agency, "/v1/hospital-budgets", **{**BUDGET, "year": 2019})
    await settled(office, around, bills, 60_001, settlement="S2")
    for month in range(1, 13):
        await office.do(office.finance, f"{later}/instalments", month=month, value_on=f"2019-{month:02}-01")
    office.now = datetime(2020, 1, 8, 1, 0, tzinfo=UTC)
    await office.do(office.agency, f"{later}/assessment", score_percent="0")
    await office.do(office.finance, f"{later}/payout", value_on="2020-01-08")
    # 999.99 of 2018 are owed still; the bills of 2019 were paid in advance, and nothing of them is withheld.
    assert (await office.agency.get(later)).json()["taken_off"] == "0.00"
    assert (await office.books())[OWED] == "-999.99"
