"""What money has met is told to the other services, with the day of the bank; what was stored before stays untold."""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from tests.ledger_office import Office

from contracts import fund_ledger as contract
from contracts.settlement import CONTRACT
from fund_ledger.config import POLICIES_SETTING, TELL_MONEY_SETTING, Config, config_from
from fund_ledger.funds.domain.order import Came, FundingMet, Order
from fund_ledger.funds.queries import latest_of
from fund_ledger.integration_events import PUBLISHED
from fund_ledger.periods.domain import year
from fund_ledger.periods.domain.year import ClearingSettled, CloseYear, YearClosed
from fund_ledger.statements.domain.statement import DECIDER as STATEMENTS
from fund_ledger.statements.domain.statement import DrawStatement, Statement, StatementPaid, Unbilled
from kernel.messaging.envelope import decode
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.specification import given
from kernel.testing.surroundings import Surroundings

HUNAN: Final = {"county": "430181", "fund": "MA"}
ENVIRON: Final = {POLICIES_SETTING: str(Path(__file__).parents[3] / "policies")}
DRAW: Final = {"county": "445202", "fund": "MA", "month": "2019-08"}


async def told(around: Surroundings, kind: type, many: int) -> list[Any]:
    """The events of a kind that the ledger has told, once there are so many."""

    async def there() -> list[Any]:
        rows = await around.bus.fetch("SELECT headers, body FROM messages WHERE topic = $1", contract.TOPIC)
        events = [decode(contract.CONTRACT, _type(row["headers"]), bytes(row["body"])) for row in rows]
        found = [event for event in events if isinstance(event, kind)]
        return found if len(found) >= many else []

    found: list[Any] = await eventually(there)
    return found


def _type(headers: Any) -> str:
    found = dict(msgspec.json.decode(headers) if isinstance(headers, str) else headers)
    return str(found["ce_type"])


@pytest.fixture
async def office(around: Surroundings, config: Config) -> Office:
    made = Office(datetime(2019, 1, 20, 1, 0, tzinfo=UTC))
    await made.open(around, config)
    return made


async def test_an_order_is_told_as_met_on_the_day_on_which_the_bank_had_its_last_money(
    office: Office, around: Surroundings
) -> None:
    order = {**HUNAN, "kind": "MONTHLY", "year": 2019, "month": 2, "amount": "9.00"}
    of = (await office.do(office.agency, "/v1/funding-orders", **order))["order_id"]
    path, receipts = f"/v1/funding-orders/{of}/receipts", []
    for amount, day in (("5.00", "2019-01-14"), ("4.00", "2019-01-11")):
        body = {**HUNAN, "amount": amount, "source": "MONTHLY", "value_on": day}
        receipts.append((await office.do(office.finance, "/v1/fund-receipts", **body))["journal_id"])
    await office.do(office.finance, path, journal_id=receipts[0], amount="5.00")
    await office.do(office.finance, path, journal_id=receipts[1], amount="4.00")
    assert (await office.agency.get(f"/v1/funding-orders/{of}")).json()["met_on"] == "2019-01-14"
    await office.do(office.finance, f"{path}/{receipts[0]}/release")
    found = await told(around, contract.FundingOrderChanged, 3)
    assert [(one.status, one.received_fen, one.met_on, one.met_by) for one in found] == [
        ("issued", 500, None, None),
        ("met", 900, date(2019, 1, 14), receipts[0]),
        ("issued", 400, None, None),
    ]


async def test_a_receipt_is_let_go_behind_whoever_meets_the_same_order_just_now(office: Office) -> None:
    order = {**HUNAN, "kind": "MONTHLY", "year": 2019, "month": 2, "amount": "9.00"}
    of = (await office.do(office.agency, "/v1/funding-orders", **order))["order_id"]
    body = {**HUNAN, "amount": "5.00", "source": "MONTHLY", "value_on": "2019-01-14"}
    receipt = (await office.do(office.finance, "/v1/fund-receipts", **body))["journal_id"]
    path, pool = f"/v1/funding-orders/{of}/receipts", office.ledger.pool
    await office.do(office.finance, path, journal_id=receipt, amount="5.00")
    async with pool.acquire() as meeting, meeting.transaction():
        # Whoever meets the order has read which of its receipts came last.
        assert (await latest_of(meeting, of, "R2")) == Came(date(2019, 1, 14), receipt)
        letting_go = asyncio.create_task(office.do(office.finance, f"{path}/{receipt}/release"))
        waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"
        await eventually(lambda: pool.fetchval(waits))
        assert not letting_go.done()
    await letting_go


async def test_a_statement_tells_when_it_was_paid_and_which_others_were_still_to_be_drawn(
    scene: Any, around: Surroundings
) -> None:
    for hospital, order in (("H1", 1), ("H2", 2)):
        bill = scene.bills.settled(f"S{order}", scene.bills.layer("MA", 700), hospital_id=hospital)
        await around.tell(CONTRACT, "P1", bill)
    await scene.booked(2)
    of = "/v1/hospital-statements"
    assert (await scene.agency.post(of, json={**DRAW, "hospital_id": "H1"})).status_code == 201
    assert (await scene.agency.post(of, json={**DRAW, "hospital_id": "H2"})).status_code == 201
    await scene.agency.post(f"{of}/H1-445202-MA-2019-08/review", json={})
    paid = await scene.finance.post(f"{of}/H1-445202-MA-2019-08/payment", json={"value_on": "2019-09-02"})
    assert paid.status_code == 200, paid.text
    found = await told(around, contract.HospitalStatementChanged, 4)
    first, second = ([one for one in found if one.hospital_id == hospital] for hospital in ("H1", "H2"))
    assert [(one.status, one.undrawn, one.paid_on) for one in first] == [
        ("drawn", ("MA",), None),
        ("reviewed", ("MA",), None),
        ("paid", (), date(2019, 9, 2)),
    ]
    assert [(one.status, one.undrawn) for one in second] == [("drawn", ())]
    assert first[-1].payment_id == (await scene.agency.get(f"{of}/H1-445202-MA-2019-08")).json()["payment_id"]


async def test_a_statement_knows_of_every_other_hospital_of_its_county_whatever_it_is_called(
    scene: Any, around: Surroundings
) -> None:
    hospitals = ("H1", "H1-2", "H1.5", "H10", "H2")
    for order, hospital in enumerate(hospitals):
        fund = "CII" if hospital == "H10" else "MA"
        bill = scene.bills.settled(f"S{order}", scene.bills.layer(fund, 700), hospital_id=hospital)
        await around.tell(CONTRACT, "P1", bill)
    elsewhere = scene.bills.settled("S9", scene.bills.layer("MA", 700), hospital_id="H1", county="445281")
    await around.tell(CONTRACT, "P1", elsewhere)
    await scene.booked(len(hospitals) + 1)
    undrawn: list[tuple[str, ...]] = []
    for hospital in hospitals:
        asked = DRAW | {"hospital_id": hospital, "fund": "CII" if hospital == "H10" else "MA"}
        drawn = await scene.agency.post("/v1/hospital-statements", json=asked)
        assert drawn.status_code == 201, drawn.text
        found = await told(around, contract.HospitalStatementChanged, len(undrawn) + 1)
        undrawn += [one.undrawn for one in found if one.hospital_id == hospital]
    assert undrawn == [("CII", "MA"), ("CII", "MA"), ("CII", "MA"), ("MA",), ()]


async def test_fees_tell_who_has_not_reported_and_when_they_were_paid(around: Surroundings, config: Config) -> None:
    office = Office(datetime(2019, 8, 1, 1, 0, tzinfo=UTC))
    pack = "450000-guangxi/2019-guiyibaofa-14"
    library = type(config.library)(config.library.packs, {pack: {"consultation_fee_yuan": "9.00"}})
    await office.open(around, msgspec.structs.replace(config, library=library))
    for clinic, of in (("V1", "C1"), ("V2", "C2")):
        where = {"county": "450223", "centre_id": of}
        await office.do(office.agency, f"/v1/clinic-accounts/{clinic}/centre", **where)
    centre = await office.ledger.client(Role.HOSPITAL, "C1")
    report = {"county": "450223", "month": "2019-07", "route": "THROUGH_CENTRE"}
    visits = [{"clinic_id": "V1", "visits": 2}]
    await office.do(centre, "/v1/consultation-fees", **report, clinics=visits)
    path = "/v1/consultation-fees/C1-450223-2019-07"
    await office.do(office.agency, f"{path}/approval?due=18.00")
    await office.do(office.finance, f"{path}/payment", amount="18.00", value_on="2019-08-01")
    found = await told(around, contract.ConsultationFeesChanged, 3)
    assert [(one.status, one.unreported, one.paid_on) for one in found] == [
        ("reported", ("C2",), None),
        ("approved", ("C2",), None),
        ("paid", ("C2",), date(2019, 8, 1)),
    ]


async def test_beside_a_release_that_does_not_tell_it_nobody_is_told_what_money_has_met(
    around: Surroundings, config: Config
) -> None:
    office = Office(datetime(2019, 1, 20, 1, 0, tzinfo=UTC))
    await office.open(around, config_from(ENVIRON | {TELL_MONEY_SETTING: "no"}))
    order = {**HUNAN, "kind": "MONTHLY", "year": 2019, "month": 2, "amount": "9.00"}
    of = (await office.do(office.agency, "/v1/funding-orders", **order))["order_id"]
    path = f"/v1/funding-orders/{of}/receipts"
    body = {**HUNAN, "amount": "9.00", "source": "MONTHLY", "value_on": "2019-01-14"}
    receipt = (await office.do(office.finance, "/v1/fund-receipts", **body))["journal_id"]
    await office.do(office.finance, path, journal_id=receipt, amount="9.00")
    assert (await office.agency.get(f"/v1/funding-orders/{of}")).json()["status"] == "met"
    await office.do(office.finance, f"{path}/{receipt}/release")
    # Whatever the ledger had told of that would stand before what it tells now.
    await office.do(office.finance, "/v1/fund-receipts", **body)
    await told(around, contract.JournalBooked, 2)
    rows = await around.bus.fetch("SELECT headers FROM messages WHERE topic = $1", contract.TOPIC)
    assert [_type(row["headers"]).split(".")[-2] for row in rows] == ["JournalBooked", "JournalBooked"]


def test_beside_such_a_release_no_event_has_the_mark_of_what_is_told() -> None:
    close = CloseYear(
        county="445202",
        year=2019,
        today=date(2020, 1, 2),
        months_closed=date(2019, 12, 1),
        cleared=(),
        carried=(),
        tells=False,
    )
    (closed,) = given(year.DECIDER).when(close).events
    assert closed.left is None
    draw = DrawStatement(
        hospital_id="H1",
        county="445202",
        fund="MA",
        month=date(2019, 8, 1),
        today=date(2019, 9, 1),
        unbilled=(Unbilled("J1", 900),),
        undrawn=None,
    )
    (drawn,) = given(STATEMENTS).when(draw).events
    assert PUBLISHED[type(drawn)](drawn) is None
    assert PUBLISHED[type(closed)](closed) is None


ORDER: Final = Order(
    order_id="430181-MA-MONTHLY-2019-02",
    county="430181",
    fund="MA",
    kind="MONTHLY",
    year=2019,
    month=2,
    status="met",
    amount_fen=900,
    received_fen=900,
    due_on=date(2019, 1, 15),
    clause="001 二(三)",
    figures={},
    ordered_on=date(2019, 1, 4),
    signed_by=("agency-1",),
)
STATEMENT: Final = Statement(
    statement_id="H1-445202-MA-2019-08",
    hospital_id="H1",
    county="445202",
    fund="MA",
    month=date(2019, 8, 1),
    status="paid",
    drawn_on=date(2019, 9, 1),
    claimed_fen=900,
    carried_fen=0,
)


@pytest.mark.parametrize(
    "event",
    [
        FundingMet(ORDER, "R1", 900),
        StatementPaid(STATEMENT),
        YearClosed(county="445202", year=2019, closed_on=date(2020, 1, 2), cleared=(), carried=()),
        ClearingSettled(county="445202", year=2019, account="MA/PLAN", journal_id="J1", settled_on=date(2020, 1, 9)),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_was_stored_before_it_was_told_stays_untold(event: Any) -> None:
    assert PUBLISHED[type(event)](event) is None
