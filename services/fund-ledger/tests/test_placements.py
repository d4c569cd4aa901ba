"""Aid money placed at hospitals over HTTP: placed, topped up, used on the spot, given back, reconciled with bills."""

import asyncio
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import pytest
from tests.ledger_office import Office

from contracts.settlement import CONTRACT
from fund_ledger.config import Config
from fund_ledger.journals.queries.turn import hold
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Surroundings
from kernel.writing.database import Pool

HUINING: Final = "620422"
ORDER: Final = {"county": HUINING, "fund": "MA", "hospital_id": "H1", "amount": "1000.00"}
PATH: Final = f"/v1/placements/{HUINING}-MA-H1"
DAY: Final = {"value_on": "2018-07-02"}
PAID: Final = {**DAY, "amount": "1000.00"}
AID: Final = {"number": "ZY-1", "person_id": "P1", "amount": "600.00", "given_on": "2018-07-02"}
LIES: Final = f"receivable/hospital/H1/{HUINING}/MA"
FUND: Final = f"fund/{HUINING}/MA"
OWED: Final = f"payable/hospital/H1/{HUINING}/MA"


class Placing(Office):
    """The offices with the hospital, and 5,000 yuan of aid money in the bank."""

    hospital: httpx.AsyncClient

    async def placed(self, amount: str = "1000.00") -> None:
        await self.do(self.agency, "/v1/placements", **{**ORDER, "amount": amount})
        await self.do(self.finance, f"{PATH}/payment", **DAY, amount=amount)

    async def told(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.hospital.get(PATH)).json()
        return found


@pytest.fixture
async def office(around: Surroundings, config: Config) -> Placing:
    made = Placing(datetime(2018, 7, 2, 1, 0, tzinfo=UTC))
    await made.open(around, config)
    made.hospital = await made.ledger.client(Role.HOSPITAL, "H1")
    receipt = {"county": HUINING, "fund": "MA", "amount": "5000.00", "source": "BUDGET", "value_on": "2018-07-01"}
    await made.do(made.finance, "/v1/fund-receipts", **receipt)
    return made


async def settled(office: Placing, around: Surroundings, bills: Any, settlement_id: str, amount_fen: int) -> None:
    bill = bills.settled(settlement_id, bills.layer("MA", amount_fen), county=HUINING)
    await around.tell(CONTRACT, "P1", bill)

    async def booked() -> Any:
        return await office.ledger.pool.fetchval("SELECT 1 FROM journals WHERE journal_id = $1", settlement_id)

    await eventually(booked)


async def test_money_is_placed_topped_up_used_on_the_spot_and_given_back(office: Placing) -> None:
    await office.placed()
    books = await office.books()
    assert (books[LIES], books[f"bank/{HUINING}/MA"], books[FUND]) == ("1000.00", "4000.00", "-5000.00")
    await office.do(office.hospital, f"{PATH}/aids", **AID)
    more = {**AID, "number": "ZY-2", "amount": "400.01"}
    assert await office.code(office.hospital, f"{PATH}/aids", **more) == (409, "PLACEMENT_EXHAUSTED")
    await office.placed("500.00")
    await office.do(office.hospital, f"{PATH}/aids", **more)
    told = await office.told()
    assert (told["placed"], told["used"], told["balance"]) == ("1500.00", "1000.01", "499.99")
    assert told["clause"].startswith("002 三(二)")
    back = {"amount": "500.00", **DAY}
    assert await office.code(office.finance, f"{PATH}/returns", **back) == (409, "PLACEMENT_EXHAUSTED")
    await office.do(office.finance, f"{PATH}/returns", amount="499.99", **DAY)
    books = await office.books()
    assert LIES not in books
    assert (books[f"bank/{HUINING}/MA"], books[FUND]) == ("3999.99", "-3999.99")
    assert (await office.finance.get("/v1/trial-balance")).json()["balanced"] is True
    (total,) = (await office.finance.get("/v1/totals")).json()
    assert (total["payer"], total["to_hospitals"]) == ("MA", "1000.01")


async def test_the_last_money_is_not_used_twice(office: Placing) -> None:
    await office.placed()
    bodies = [{**AID, "number": f"ZY-{number}"} for number in range(3)]
    answers = await asyncio.gather(*(office.hospital.post(f"{PATH}/aids", json=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert (await office.told())["balance"] == "400.00"


async def test_the_same_aid_paid_on_the_spot_and_in_the_system_is_paid_once(
    office: Placing, around: Surroundings, bills: Any
) -> None:
    await office.placed()
    await office.do(office.hospital, f"{PATH}/aids", **AID)
    await settled(office, around, bills, "S1", 75_000)
    books = await office.books()
    assert (books[FUND], books[OWED]) == ("-3650.00", "-750.00")
    done = await office.do(office.agency, f"{PATH}/aids/ZY-1/reconciliation", settlement_id="S1")
    assert done["status"] == "reconciled"
    books = await office.books()
    # The fund bears the settlement alone, and the hospital waits for what it did not have yet.
    assert (books[FUND], books[OWED], books[LIES]) == ("-4250.00", "-150.00", "400.00")
    (aid,) = (await office.agency.get(f"{PATH}/aids")).json()["items"]
    assert (aid["settlement_id"], aid["reconciled"]) == ("S1", "600.00")
    again = await office.code(office.agency, f"{PATH}/aids/ZY-1/reconciliation", settlement_id="S1")
    assert again == (409, "AID_NOT_IN_STATE")
    assert await office.code(office.hospital, f"{PATH}/aids/ZY-1/withdrawal") == (409, "AID_NOT_IN_STATE")
    # A second aid for the same bill is set against what is left of it; the rest stays aid on the spot.
    await office.do(office.hospital, f"{PATH}/aids", **{**AID, "number": "ZY-2", "amount": "200.00"})
    await office.do(office.agency, f"{PATH}/aids/ZY-2/reconciliation", settlement_id="S1")
    aids = (await office.agency.get(f"{PATH}/aids")).json()["items"]
    assert [aid["reconciled"] for aid in aids] == ["600.00", "150.00"]
    books = await office.books()
    assert (books[FUND], OWED in books) == ("-4200.00", False)
    await office.do(office.hospital, f"{PATH}/aids", **{**AID, "number": "ZY-3", "amount": "1.00"})
    for settlement in ("S1", "S-unknown"):
        refused = await office.code(office.agency, f"{PATH}/aids/ZY-3/reconciliation", settlement_id=settlement)
        assert refused == (409, "AID_NOT_IN_SETTLEMENT")
    assert (await office.finance.get("/v1/trial-balance")).json()["balanced"] is True


async def test_a_reconciled_bill_that_is_revoked_leaves_what_the_hospital_got(
    office: Placing, around: Surroundings, bills: Any
) -> None:
    await office.placed()
    await office.do(office.hospital, f"{PATH}/aids", **AID)
    await settled(office, around, bills, "S1", 75_000)
    await office.do(office.agency, f"{PATH}/aids/ZY-1/reconciliation", settlement_id="S1")
    await around.tell(CONTRACT, "P1", bills.revoked("S1"))

    async def reversed_() -> Any:
        return await office.ledger.pool.fetchval("SELECT 1 FROM journals WHERE kind = 'reversal'")

    await eventually(reversed_)
    books = await office.books()
    assert (books[FUND], books[OWED]) == ("-5000.00", "600.00")
    # Settled again, nothing of it is paid a second time.
    await settled(office, around, bills, "S2", 60_000)
    books = await office.books()
    assert (books[FUND], OWED in books) == ("-4400.00", False)


async def test_aid_that_was_entered_wrongly_is_taken_back_and_its_number_entered_again(office: Placing) -> None:
    await office.placed()
    await office.do(office.hospital, f"{PATH}/aids", **AID)
    assert await office.code(office.hospital, f"{PATH}/aids", **AID) == (409, "AID_EXISTS")
    assert (await office.do(office.hospital, f"{PATH}/aids/ZY-1/withdrawal"))["status"] == "withdrawn"
    assert (await office.told())["balance"] == "1000.00"
    assert (await office.books())[FUND] == "-5000.00"
    assert await office.code(office.hospital, f"{PATH}/aids/ZY-1/withdrawal") == (409, "AID_NOT_IN_STATE")
    await office.do(office.hospital, f"{PATH}/aids", **{**AID, "amount": "60.00"})
    assert (await office.told())["balance"] == "940.00"
    assert await office.code(office.hospital, f"{PATH}/aids/ZY-9/withdrawal") == (404, "AID_UNKNOWN")


async def test_aid_that_is_taken_back_late_is_that_which_stands_then(office: Placing) -> None:
    await office.placed()
    await office.do(office.hospital, f"{PATH}/aids", **AID)
    pool = office.ledger.pool
    async with pool.acquire() as connection, connection.transaction():
        await hold(connection, [FUND])
        asked: list[asyncio.Task[httpx.Response]] = []
        # All three have read the aid of 600.00; the last one takes back the 60.00 that the second one enters.
        for path, body in (("aids/ZY-1/withdrawal", None), ("aids", {**AID, "amount": "60.00"})):
            asked.append(asyncio.create_task(office.hospital.post(f"{PATH}/{path}", json=body)))
            await eventually(lambda: _waiting(pool, len(asked)))
        asked.append(asyncio.create_task(office.hospital.post(f"{PATH}/aids/ZY-1/withdrawal")))
        await eventually(lambda: _waiting(pool, 3))
    assert [answer.status_code for answer in await asyncio.gather(*asked)] == [200, 201, 200]
    told = await office.told()
    assert (told["used"], told["balance"]) == ("0.00", "1000.00")
    assert (await office.books())[FUND] == "-5000.00"


async def _waiting(pool: Pool, number: int) -> Any:
    sql = "SELECT count(*) = $1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    return await pool.fetchval(sql, number)


async def test_aid_of_a_month_that_is_closed_is_booked_in_the_open_one_and_says_when_it_was(office: Placing) -> None:
    await office.placed()
    office.now = datetime(2018, 8, 2, 1, 0, tzinfo=UTC)
    await office.do(office.finance, f"/v1/counties/{HUINING}/months/2018-07/closing")
    made = await office.do(office.hospital, f"{PATH}/aids", **AID)
    journal = (await office.finance.get(f"/v1/journals/{made['journal_id']}")).json()
    assert (journal["booked_on"], journal["effective_on"]) == ("2018-08-01", "2018-07-02")
    # What finance pays has the day of the bank, which finance can see to be closed.
    await office.do(office.agency, "/v1/placements", **ORDER)
    assert await office.code(office.finance, f"{PATH}/payment", **PAID) == (422, "PERIOD_CLOSED")


async def test_what_is_ordered_is_paid_once_by_another_person_and_only_from_the_bank(office: Placing) -> None:
    assert await office.code(office.finance, f"{PATH}/payment", **PAID) == (404, "PLACEMENT_UNKNOWN")
    await office.do(office.agency, "/v1/placements", **{**ORDER, "amount": "5000.01"})
    # Who saw another order than the one that stands now pays nothing.
    for wrong in (PAID, DAY):
        assert await office.code(office.finance, f"{PATH}/payment", **wrong) == (409, "AMOUNT_DIFFERS")
    more = {**DAY, "amount": "5000.01"}
    assert await office.code(office.finance, f"{PATH}/payment", **more) == (409, "BANK_SHORT")
    await office.do(office.agency, "/v1/placements", **ORDER)
    same = await office.ledger.client(Role.FINANCE, subject="agency-1")
    assert await office.code(same, f"{PATH}/payment", **PAID) == (409, "SAME_PERSON")
    answers = await asyncio.gather(*(office.finance.post(f"{PATH}/payment", json=PAID) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert {answer.json().get("code") for answer in answers} == {None, "PLACEMENT_NOT_ORDERED"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"fund": "BMI"}, "PREPAYMENT_WITHOUT_RULE"),
        ({"fund": "NONE"}, "FUND_UNKNOWN"),
        ({"county": "451028"}, "PREPAYMENT_WITHOUT_RULE"),
        ({"amount": "0.00"}, "AMOUNT_NOT_POSITIVE"),
    ],
)
async def test_what_cannot_be_placed_is_refused(office: Placing, change: dict[str, Any], code: str) -> None:
    assert await office.code(office.agency, "/v1/placements", **{**ORDER, **change}) == (422, code)


async def test_another_hospital_and_another_county_see_nothing_of_a_placement(office: Placing) -> None:
    await office.placed()
    await office.do(office.hospital, f"{PATH}/aids", **AID)
    other = await office.ledger.client(Role.HOSPITAL, "H2")
    assert (await other.get(PATH)).json()["code"] == "PLACEMENT_UNKNOWN"
    assert (await other.get(f"{PATH}/aids")).json()["code"] == "PLACEMENT_UNKNOWN"
    assert await office.code(other, f"{PATH}/aids", **{**AID, "number": "ZY-2"}) == (404, "PLACEMENT_UNKNOWN")
    assert (await other.get("/v1/placements")).json()["items"] == []
    foreign = await office.ledger.client(Role.AGENCY, "A2", divisions=["445202"], subject="foreign")
    assert (await foreign.get(PATH)).json()["code"] == "DIVISION_FOREIGN"
    assert await office.code(foreign, "/v1/placements", **ORDER) == (403, "DIVISION_FOREIGN")
    assert (await office.agency.post(f"{PATH}/aids", json=AID)).status_code == 403
