"""Leye's revolving funds over HTTP: what they advance, to whom, how it comes back, and what becomes of the rest."""

import asyncio
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import pytest

from contracts.settlement import CONTRACT
from fund_ledger.config import Config
from fund_ledger.main import build
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

LEYE: Final = "451028"
RESCUE: Final = {
    "county": LEYE,
    "kind": "RESCUE",
    "about": "E1",
    "person_id": "P1",
    "amount": "15000.00",
    "poor": True,
    "out_county_inpatient": True,
    "cost": "20000.01",
}
CLAIM: Final = {
    "county": LEYE,
    "kind": "CLAIM",
    "about": "S1",
    "insurer": "PINGAN",
    "hospital_id": "H1",
    "amount": "6000.00",
}
DAY: Final = {"value_on": "2019-08-01"}
E1: Final = f"/v1/advances/{LEYE}-RESCUE-E1"
S1: Final = f"/v1/advances/{LEYE}-CLAIM-S1"


class Fund:
    """The ledger with its callers, and money in both revolving funds."""

    def __init__(self) -> None:
        self.now = datetime(2019, 8, 1, 1, 0, tzinfo=UTC)
        self.ledger: Service
        self.agency: httpx.AsyncClient
        self.finance: httpx.AsyncClient
        self.other: httpx.AsyncClient

    async def apply(self, **body: Any) -> None:
        made = await self.agency.post("/v1/advances", json=body)
        assert made.status_code == 201, made.text

    async def do(self, path: str, **body: Any) -> Any:
        done = await self.finance.post(path, json=body or None)
        assert done.status_code == 200, done.text
        return done.json()

    async def balances(self) -> dict[str, str]:
        rows = (await self.finance.get("/v1/accounts")).json()["items"]
        return {row["account"]: row["balance"] for row in rows if row["balance"] != "0.00"}


@pytest.fixture
async def fund(around: Surroundings, config: Config) -> Fund:
    made = Fund()
    made.ledger = await around.serve("fund_ledger", lambda host: build(host, config), clock=lambda: made.now)
    made.agency = await made.ledger.client(Role.AGENCY, "A1")
    made.finance = await made.ledger.client(Role.FINANCE)
    made.other = await made.ledger.client(Role.FINANCE, subject="finance-2")
    for code, amount in (("MAJOR_RESCUE", "30000.00"), ("CII_REVOLVING", "8000.00")):
        body = {"county": LEYE, "fund": code, "amount": amount, "source": "BUDGET", "value_on": "2019-07-31"}
        assert (await made.finance.post("/v1/fund-receipts", json=body)).status_code == 201
    return made


async def test_a_rescue_advance_is_taken_back_from_the_reimbursement_before_the_patient_gets_the_rest(
    fund: Fund,
) -> None:
    await fund.apply(**RESCUE)
    assert (await fund.do(f"{E1}/payment", **DAY))["status"] == "open"
    assert (await fund.balances())[f"receivable/person/P1/{LEYE}/MAJOR_RESCUE"] == "15000.00"
    fund.now = datetime(2019, 8, 31, 1, 0, tzinfo=UTC)
    told = (await fund.agency.get(E1)).json()
    assert (told["outstanding"], told["days_outstanding"], told["clause"][:7]) == ("15000.00", 30, "000 一(二")
    done = await fund.do(f"{E1}/repayments", amount="42000.00", value_on="2019-08-31")
    assert (done["status"], done["to_person"]) == ("repaid", "27000.00")
    books = await fund.balances()
    assert books[f"bank/{LEYE}/MAJOR_RESCUE"] == "30000.00"
    assert books[f"fund/{LEYE}/MAJOR_RESCUE"] == "-30000.00"
    assert f"receivable/person/P1/{LEYE}/MAJOR_RESCUE" not in books
    assert (await fund.finance.get("/v1/trial-balance")).json()["balanced"] is True


async def test_what_a_reimbursement_does_not_cover_is_due_until_another_person_writes_it_off(fund: Fund) -> None:
    await fund.apply(**RESCUE)
    await fund.do(f"{E1}/payment", **DAY)
    assert (await fund.do(f"{E1}/repayments", amount="9000.00", **DAY))["status"] == "open"
    (due,) = (await fund.finance.get("/v1/receivables")).json()["items"]
    assert (due["person_id"], due["due"]) == ("P1", "6000.00")
    by_hand = {"county": LEYE, "fund": "MAJOR_RESCUE", "person_id": "P1", "amount": "1.00", **DAY}
    assert (await fund.finance.post("/v1/collections", json=by_hand)).json()["code"] == "PAYEE_UNCLEAR"
    assert (await fund.finance.post(f"{E1}/write-off")).json()["code"] == "SAME_PERSON"
    assert (await fund.other.post(f"{E1}/write-off")).json()["status"] == "written_off"
    books = await fund.balances()
    assert (books[f"bank/{LEYE}/MAJOR_RESCUE"], books[f"fund/{LEYE}/MAJOR_RESCUE"]) == ("24000.00", "-24000.00")
    assert (await fund.finance.get("/v1/receivables")).json()["items"] == []
    assert (await fund.finance.post(f"{E1}/repayments", json={"amount": "1.00", **DAY})).json()["code"] == (
        "ADVANCE_NOT_IN_STATE"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"cost": "20000.00"},  # strictly above the line
        {"out_county_inpatient": False},
        {"poor": False, "cost": "60000.00"},  # not poor, and not at risk
        {"poor": False, "at_risk": True, "cost": "50000.00"},
        {"amount": "20000.02"},  # more than the stay has cost
    ],
)
async def test_the_rescue_fund_advances_what_its_document_allows(fund: Fund, change: dict[str, Any]) -> None:
    refused = await fund.agency.post("/v1/advances", json={**RESCUE, **change})
    assert (refused.status_code, refused.json()["code"]) == (409, "ADVANCE_NOT_ELIGIBLE")


async def test_one_stay_has_one_advance_and_the_fund_never_lends_more_than_it_has(fund: Fund) -> None:
    await fund.apply(**RESCUE)
    again = await fund.agency.post("/v1/advances", json={**RESCUE, "amount": "1.00"})
    assert (again.status_code, again.json()["code"]) == (409, "ADVANCE_EXISTS")
    for stay in ("E2", "E3", "E4"):
        await fund.apply(**{**RESCUE, "about": stay, "person_id": stay})
    paths = [f"/v1/advances/{LEYE}-RESCUE-{stay}/payment" for stay in ("E1", "E2", "E3", "E4")]
    answers = await asyncio.gather(*(fund.finance.post(path, json=DAY) for path in paths))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"ADVANCE_EXCEEDS_FUND"}
    assert f"bank/{LEYE}/MAJOR_RESCUE" not in await fund.balances()


async def test_the_claim_fund_pays_the_hospital_for_the_slow_insurer_and_is_set_off_in_parts(
    fund: Fund, around: Surroundings, bills: Any
) -> None:
    await around.tell(CONTRACT, "P1", bills.settled("S1", bills.layer("CII", 600_000), county=LEYE))

    async def booked() -> Any:
        return await fund.ledger.pool.fetchval("SELECT count(*) = 3 FROM journals")

    await eventually(booked)
    await fund.apply(**CLAIM)
    await fund.do(f"{S1}/payment", **DAY)
    books = await fund.balances()
    assert books[f"receivable/insurer/PINGAN/{LEYE}/CII_REVOLVING"] == "6000.00"
    assert books[f"bank/{LEYE}/CII_REVOLVING"] == "2000.00"
    assert f"payable/hospital/H1/{LEYE}/CII" not in books
    await fund.do(f"{S1}/repayments", amount="5800.00", **DAY)
    more = await fund.finance.post(f"{S1}/repayments", json={"amount": "200.01", **DAY})
    assert (more.status_code, more.json()["code"]) == (409, "PAYMENT_EXCEEDS_ADVANCE")
    assert (await fund.do(f"{S1}/repayments", amount="200.00", **DAY))["status"] == "repaid"
    assert (await fund.balances())[f"bank/{LEYE}/CII_REVOLVING"] == "8000.00"
    assert (await fund.finance.get("/v1/trial-balance")).json()["balanced"] is True


async def test_nothing_is_paid_for_an_insurer_that_owes_the_hospital_nothing(fund: Fund) -> None:
    await fund.apply(**CLAIM)
    refused = await fund.finance.post(f"{S1}/payment", json=DAY)
    assert (refused.status_code, refused.json()["code"]) == (409, "ADVANCE_EXCEEDS_DEBT")


async def test_where_the_insurer_paid_the_patient_the_patient_gives_it_back(
    fund: Fund, around: Surroundings, bills: Any
) -> None:
    await around.tell(CONTRACT, "P1", bills.settled("S1", bills.layer("CII", 600_000), county=LEYE))

    async def booked() -> Any:
        return await fund.ledger.pool.fetchval("SELECT count(*) = 3 FROM journals")

    await eventually(booked)
    await fund.apply(**CLAIM)
    await fund.do(f"{S1}/payment", **DAY)
    await fund.do(f"{S1}/debtor", person_id="P1")
    books = await fund.balances()
    assert books[f"receivable/person/P1/{LEYE}/CII_REVOLVING"] == "6000.00"
    assert f"receivable/insurer/PINGAN/{LEYE}/CII_REVOLVING" not in books
    again = await fund.finance.post(f"{S1}/debtor", json={"person_id": "P2"})
    assert (again.status_code, again.json()["code"]) == (409, "ADVANCE_OF_PERSON")
    assert (await fund.do(f"{S1}/repayments", amount="6000.00", **DAY))["status"] == "repaid"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({**RESCUE, "person_id": None}, "ADVANCE_PARTY_MISSING"),
        ({**CLAIM, "hospital_id": None}, "ADVANCE_PARTY_MISSING"),
        ({**RESCUE, "county": "445202"}, "ADVANCE_WITHOUT_RULE"),
        ({**RESCUE, "amount": "0.00"}, "AMOUNT_NOT_POSITIVE"),
    ],
)
async def test_what_cannot_be_applied_for_is_refused(fund: Fund, body: dict[str, Any], code: str) -> None:
    refused = await fund.agency.post("/v1/advances", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_each_step_is_another_office_s_and_another_county_sees_nothing(fund: Fund) -> None:
    await fund.apply(**RESCUE)
    assert (await fund.finance.post("/v1/advances", json=RESCUE)).status_code == 403
    assert (await fund.agency.post(f"{E1}/payment", json=DAY)).status_code == 403
    foreign = await fund.ledger.client(Role.FINANCE, divisions=["445202"])
    assert (await foreign.post(f"{E1}/payment", json=DAY)).json()["code"] == "DIVISION_FOREIGN"
    assert (await foreign.get("/v1/advances")).json()["items"] == []
    assert (await fund.finance.get(f"/v1/advances/{LEYE}-RESCUE-E9")).json()["code"] == "ADVANCE_UNKNOWN"
