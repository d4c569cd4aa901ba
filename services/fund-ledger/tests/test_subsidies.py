"""The register of subsidies over HTTP: what finance is to pay into the insurance, what came, and how late."""

from datetime import UTC, datetime
from typing import Any, Final

import httpx
import pytest
from tests.ledger_office import Office

from fund_ledger.config import Config
from kernel.security import Role
from kernel.testing.surroundings import Surroundings

HUINING: Final = "620422"
DUE: Final = {"county": HUINING, "fund": "BMI", "year": 2018, "amount": "900.00", "due_on": "2018-06-30"}
PATH: Final = f"/v1/subsidies/{HUINING}-BMI-2018-1"


class Subsidised(Office):
    """The offices of a place whose insurance is subsidised."""

    async def told(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.agency.get(PATH)).json()
        return found

    async def receive(self, amount: str, on: str) -> httpx.Response:
        return await self.finance.post(f"{PATH}/receipts", json={"amount": amount, "received_on": on})


@pytest.fixture
async def office(around: Surroundings, config: Config) -> Subsidised:
    made = Subsidised(datetime(2018, 6, 30, 1, 0, tzinfo=UTC))
    await made.open(around, config)
    assert (await made.agency.post("/v1/subsidies", json=DUE)).status_code == 201
    return made


async def test_a_subsidy_is_late_until_all_of_it_came_and_stays_as_late_as_it_was(office: Subsidised) -> None:
    told = await office.told()
    assert (told["owed_by"], told["left"], told["days_late"]) == ("县财政局", "900.00", 0)
    assert told["clause"].startswith("002 三(一)")
    office.now = datetime(2018, 7, 10, 1, 0, tzinfo=UTC)
    assert (await office.receive("400.00", "2018-06-30")).status_code == 200
    assert (await office.told())["days_late"] == 10
    assert (await office.receive("500.01", "2018-07-10")).json()["code"] == "SUBSIDY_EXCEEDED"
    assert (await office.receive("500.00", "2018-07-11")).json()["code"] == "VALUE_DATE_AHEAD"
    assert (await office.receive("0.00", "2018-07-10")).json()["code"] == "AMOUNT_NOT_POSITIVE"
    assert (await office.receive("500.00", "2018-07-05")).status_code == 200
    office.now = datetime(2018, 9, 1, 1, 0, tzinfo=UTC)
    told = await office.told()
    assert (told["received"], told["left"], told["days_late"]) == ("900.00", "0.00", 5)


async def test_a_receipt_that_was_entered_wrongly_is_taken_back_and_stays_to_be_seen(office: Subsidised) -> None:
    assert (await office.receive("900.00", "2018-06-30")).status_code == 200
    assert (await office.finance.post(f"{PATH}/receipts/1/withdrawal")).status_code == 200
    told = await office.told()
    assert (told["left"], told["receipts"][0]["withdrawn"]) == ("900.00", True)
    again = await office.finance.post(f"{PATH}/receipts/1/withdrawal")
    assert (again.status_code, again.json()["code"]) == (404, "SUBSIDY_RECEIPT_UNKNOWN")
    assert (await office.receive("1.00", "2018-06-30")).json()["receipts"] == 2


async def test_what_no_document_has_paid_and_what_is_entered_twice_is_refused(office: Subsidised) -> None:
    again = await office.agency.post("/v1/subsidies", json=DUE)
    assert (again.status_code, again.json()["code"]) == (409, "SUBSIDY_EXISTS")
    assert (await office.agency.post("/v1/subsidies", json={**DUE, "part": 2})).status_code == 201
    for change, code in (
        ({"county": "445202", "year": 2019}, "SUBSIDY_WITHOUT_RULE"),
        ({"fund": "NONE"}, "FUND_UNKNOWN"),
        ({"part": 3, "amount": "0.00"}, "AMOUNT_NOT_POSITIVE"),
    ):
        refused = await office.agency.post("/v1/subsidies", json={**DUE, **change})
        assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_each_office_enters_its_own_and_another_county_sees_nothing(office: Subsidised) -> None:
    assert (await office.finance.post("/v1/subsidies", json=DUE)).status_code == 403
    assert (await office.agency.post(f"{PATH}/receipts", json={})).status_code == 403
    foreign = await office.ledger.client(Role.FINANCE, divisions=["445202"], subject="foreign")
    assert (await foreign.get(PATH)).json()["code"] == "DIVISION_FOREIGN"
    assert (await foreign.get("/v1/subsidies")).json()["items"] == []
    (row,) = (await office.finance.get("/v1/subsidies", params={"year": 2018})).json()["items"]
    assert row["subsidy_id"] == f"{HUINING}-BMI-2018-1"
    assert (await office.finance.get(f"{PATH}0")).json()["code"] == "SUBSIDY_UNKNOWN"
