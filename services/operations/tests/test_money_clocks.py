"""Money meets its clock on the day of the bank: in time or late, and taken back where the money is."""

from datetime import date
from hashlib import sha256
from typing import Any, Final

import httpx
import pytest

from contracts import fund_ledger, identity
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

HUNAN, JIEYANG, GUANGXI, LEYE = "430181", "445202", "450223", "451028"
HEARD: Final = """
SELECT COALESCE(sum(last_pseq), 0) FROM inbox_cursor WHERE topic = 'fund-ledger' AND consumer = 'operations'
"""
FUNDS: Final = ("CII", "THB", "MA", "FISCAL")


class Ledger:
    """Tells what the ledger would, and asks how clocks and breaches stand after a look."""

    def __init__(self, around: Surroundings, operations: Service, staff: httpx.AsyncClient) -> None:
        self._around = around
        self._operations = operations
        self._staff = staff

    async def someone(self, county: str) -> None:
        known = identity.EntitlementChanged(person_id=f"P{county}", revision=1, change="ADDED", county=county)
        await self._around.tell(identity.CONTRACT, known.person_id, known)
        sql = "SELECT count(*) > 0 FROM people WHERE county = $1"
        await eventually(lambda: self._operations.pool.fetchval(sql, county))

    async def tell(self, *events: Any) -> None:
        """Tell what the ledger would, and wait until the last of it has been heard."""
        for event in events:
            key = getattr(event, "order_id", None) or getattr(event, "statement_id", None) or event.county
            await self._around.tell(fund_ledger.CONTRACT, key, event)

        async def all_of_it() -> bool:
            told = await self._around.bus.fetchval("SELECT count(*) FROM messages WHERE topic = 'fund-ledger'")
            return bool(await self._operations.pool.fetchval(HEARD) == told)

        await eventually(all_of_it)

    async def clock(self, county: str, clock: str, period: str, day: date) -> dict[str, Any]:
        """How a clock stands after a look; ``day`` is its last one."""
        assert (await self._staff.post("/v1/breaches/look")).status_code == 200
        asked = {"area": county, "due_from": day.isoformat(), "due_to": day.isoformat(), "limit": "100"}
        items = (await self._staff.get("/v1/clocks", params=asked)).json()["items"]
        (found,) = [one for one in items if (one["clock"], one["period"]) == (clock, period)]
        return dict(found)

    async def breach(self, county: str, about: str) -> dict[str, Any]:
        asked = {"county": county, "limit": "100"}
        items = (await self._staff.get("/v1/breaches", params=asked)).json()["items"]
        (found,) = [one for one in items if one["about"] == about]
        return dict(found)


@pytest.fixture
async def books(around: Surroundings, operations: Service, staff: httpx.AsyncClient) -> Ledger:
    return Ledger(around, operations, staff)


def order(fund: str, met_on: date | None, **said: Any) -> fund_ledger.FundingOrderChanged:
    """An order of September's prepayment in Hunan, but for what is said."""
    fields: dict[str, Any] = {
        "order_id": f"{HUNAN}-{fund}-MONTHLY-2019-09",
        "county": HUNAN,
        "fund": fund,
        "kind": "MONTHLY",
        "year": 2019,
        "month": 9,
        "status": "issued" if met_on is None else "met",
        "amount_fen": 900,
        "received_fen": 0 if met_on is None else 900,
        "met_on": met_on,
        "met_by": None if met_on is None else f"R-{fund}",
    }
    return fund_ledger.FundingOrderChanged(**(fields | said))


def statement(county: str, fund: str, status: str, **said: Any) -> fund_ledger.HospitalStatementChanged:
    """H1's statement of July 2019, but for what is said."""
    hospital = said.pop("hospital_id", "H1")
    month = said.pop("month", date(2019, 7, 1))
    fields: dict[str, Any] = {
        "statement_id": f"{hospital}-{county}-{fund}-{month:%Y-%m}",
        "hospital_id": hospital,
        "county": county,
        "fund": fund,
        "month": month,
        "status": status,
        "drawn_on": date(2019, 8, 2),
        "payable_fen": 900,
        "paid_on": None,
        "payment_id": None,
        "undrawn": (),
    }
    return fund_ledger.HospitalStatementChanged(**(fields | said))


async def tell(books: Ledger, around: Surroundings, operations: Service, *events: Any) -> None:
    """Tell what the ledger would, and wait until the last of it has been heard."""
    for event in events:
        key = getattr(event, "order_id", None) or getattr(event, "statement_id", None) or event.county
        await around.tell(fund_ledger.CONTRACT, key, event)
    heard = (
        "SELECT COALESCE(sum(last_pseq), 0) FROM inbox_cursor WHERE topic = 'fund-ledger' AND consumer = 'operations'"
    )

    async def all_of_it() -> bool:
        rows = await around.bus.fetch("SELECT count(*) FROM messages WHERE topic = 'fund-ledger'")
        return bool(await operations.pool.fetchval(heard) >= rows[0][0])

    await eventually(all_of_it)


async def test_a_prepayment_is_met_on_the_day_of_the_last_department_s_money_and_late_if_that_was_late(
    books: Ledger, operations: Service
) -> None:
    await books.someone(HUNAN)
    due = date(2019, 8, 15)
    await books.tell(*(order(fund, date(2019, 8, 14)) for fund in FUNDS[:3]))
    found = await books.clock(HUNAN, "prepayment", "2019-09", due)
    assert (found["state"], found["done_on"]) == ("LATE", None)
    breach = await books.breach(HUNAN, "prepayment.2019-09")
    assert (breach["kind"], breach["status"]) == ("FUND_LATE", "OPEN")
    # Told on 3 September: the bank had it on 16 August.
    await books.tell(order("FISCAL", date(2019, 8, 16)))
    found = await books.clock(HUNAN, "prepayment", "2019-09", due)
    assert [found[name] for name in ("state", "done_on", "evidence", "said_by")] == [
        "DONE_LATE",
        "2019-08-16",
        "R-FISCAL",
        "operations",
    ]
    breach = await books.breach(HUNAN, "prepayment.2019-09")
    sql = "SELECT event_id::text FROM events WHERE stream_id = $1 AND type = 'ClockDone'"
    event_id = await operations.pool.fetchval(sql, f"clock/{HUNAN}/prepayment/2019-09/")
    assert (breach["status"], breach["evidence"][-2:]) == ("CLOSED", [event_id, "R-FISCAL"])
    # The receipt is let go: the money is missing, and the breach stands anew. Another one in time makes it none.
    await books.tell(order("FISCAL", None))
    assert (await books.clock(HUNAN, "prepayment", "2019-09", due))["state"] == "LATE"
    assert (await books.breach(HUNAN, "prepayment.2019-09"))["status"] == "OPEN"
    await books.tell(order("FISCAL", date(2019, 8, 15), met_by="R-2"))
    found = await books.clock(HUNAN, "prepayment", "2019-09", due)
    assert (found["state"], found["done_on"], found["evidence"]) == ("DONE", "2019-08-15", "R-2")
    assert (await books.breach(HUNAN, "prepayment.2019-09"))["status"] == "WITHDRAWN"


async def test_a_month_s_statements_meet_their_clock_once_all_are_paid_until_a_payment_comes_back(
    books: Ledger, staff: httpx.AsyncClient
) -> None:
    await books.someone(JIEYANG)
    asked = JIEYANG, "hospital_clearing", "2019-07", date(2019, 8, 31)
    first = statement(JIEYANG, "MA", "paid", paid_on=date(2019, 8, 20), payment_id="Z1", undrawn=("MA",))
    await books.tell(first, statement(JIEYANG, "MA", "reviewed", hospital_id="H2"))
    assert (await books.clock(*asked))["state"] == "LATE"
    paid = {"hospital_id": "H2", "paid_on": date(2019, 8, 30), "payment_id": "Z2"}
    # What others hold is no part of the county's clearing: it may be open.
    await books.tell(statement(JIEYANG, "MA", "paid", **paid), statement(JIEYANG, "CII", "drawn"))
    found = await books.clock(*asked)
    assert (found["state"], found["done_on"], found["evidence"]) == ("DONE", "2019-08-30", "Z2")
    assert (await books.breach(JIEYANG, "hospital_clearing.2019-07"))["status"] == "WITHDRAWN"
    await books.tell(statement(JIEYANG, "MA", "returned", hospital_id="H2"))
    assert (await books.clock(*asked))["state"] == "LATE"
    assert (await books.breach(JIEYANG, "hospital_clearing.2019-07"))["status"] == "OPEN"


async def test_what_a_person_has_said_of_a_clock_of_money_stands(books: Ledger, staff: httpx.AsyncClient) -> None:
    await books.someone(JIEYANG)
    said = {"county": JIEYANG, "clock": "hospital_clearing", "period": "2019-07", "evidence": "揭医保函〔2019〕9号"}
    assert (await staff.post("/v1/clocks/done", json=said | {"done_on": "2019-08-19"})).status_code == 201
    await books.tell(statement(JIEYANG, "MA", "paid", paid_on=date(2019, 9, 2), payment_id="Z1"))
    found = await books.clock(JIEYANG, "hospital_clearing", "2019-07", date(2019, 8, 31))
    assert (found["state"], found["done_on"], found["said_by"]) == ("DONE", "2019-08-19", "operations-1")


async def test_a_hospital_s_claim_in_leye_is_paid_within_five_working_days_or_is_a_breach(
    books: Ledger, staff: httpx.AsyncClient
) -> None:
    await books.someone(LEYE)
    # Drawn on Monday 26 August 2019: the fifth working day after it is Monday 2 September.
    claim = {"drawn_on": date(2019, 8, 26)}
    name = f"H1-{LEYE}-GOV_BACKSTOP-2019-07"
    about = f"hospital_claim.2019-07.{sha256(name.encode()).hexdigest()[:8]}"
    asked = LEYE, "hospital_claim", "2019-07", date(2019, 9, 2)
    await books.tell(statement(LEYE, "GOV_BACKSTOP", "drawn", **claim))
    found = await books.clock(*asked)
    assert [found[one] for one in ("state", "unit", "owner", "clause")] == [
        "LATE",
        name,
        "卫计",
        "一(一)3 “五日结清”",
    ]
    breach = await books.breach(LEYE, about)
    assert (breach["party"], breach["status"], breach["due_on"]) == ("卫计", "OPEN", "2019-09-02")
    assert breach["evidence"] == [f"clock/{LEYE}/hospital_claim/2019-07/{name}"]
    notice = {"reference": "乐健扶通〔2019〕3号", "on": "2019-09-03"}
    assert (await staff.post(f"/v1/breaches/{breach['breach_id']}/notice", json=notice)).status_code == 200
    paid = claim | {"paid_on": date(2019, 9, 3), "payment_id": "Z1"}
    await books.tell(statement(LEYE, "GOV_BACKSTOP", "paid", **paid))
    found = await books.clock(*asked)
    assert (found["state"], found["done_on"], found["owner"]) == ("DONE_LATE", "2019-09-03", "县人民政府")
    breach = await books.breach(LEYE, about)
    assert (breach["status"], breach["notice"], breach["evidence"][-1]) == ("CLOSED", notice["reference"], "Z1")


async def test_a_hospital_s_claim_that_was_paid_in_another_way_is_said_to_be_done_by_hand(
    books: Ledger, staff: httpx.AsyncClient
) -> None:
    await books.someone(LEYE)
    await books.tell(statement(LEYE, "MA", "reviewed", drawn_on=date(2019, 8, 26)))
    done = {"county": LEYE, "clock": "hospital_claim", "period": "2019-07", "unit": f"H1-{LEYE}-MA-2019-07"}
    said = done | {"done_on": "2019-09-02", "evidence": "银行回单20190902"}
    assert (await staff.post("/v1/clocks/done", json=said | {"unit": "H2"})).json()["code"] == "CLOCK_UNKNOWN"
    assert (await staff.post("/v1/clocks/done", json=said)).status_code == 201
    assert (await books.clock(LEYE, "hospital_claim", "2019-07", date(2019, 9, 2)))["state"] == "DONE"
    # A statement of a month may be drawn long after it.
    late = statement(LEYE, "MA", "reviewed", month=date(2019, 3, 1), drawn_on=date(2019, 8, 26))
    await books.tell(late)
    of_march = said | {"period": "2019-03", "unit": f"H1-{LEYE}-MA-2019-03"}
    assert (await staff.post("/v1/clocks/done", json=of_march)).status_code == 201
    assert (await books.clock(LEYE, "hospital_claim", "2019-03", date(2019, 9, 2)))["state"] == "DONE"


async def test_a_comparison_that_the_region_pushed_meets_the_clock_of_its_counties_on_that_day(
    books: Ledger, around: Surroundings, operations: Service
) -> None:
    await books.someone(GUANGXI)
    asked = GUANGXI, "enrolment_comparison", "2019-08", date(2019, 8, 10)
    assert (await books.clock(*asked))["state"] == "LATE"
    for name, area, day in (("C1", "450000", 12), ("C2", GUANGXI, 14), ("C3", "440000", 9)):
        pushed = identity.ComparisonPushed(comparison_id=name, area=area, month="2019-08", pushed_on=date(2019, 8, day))
        await around.tell(identity.CONTRACT, name, pushed)
    await eventually(lambda: operations.pool.fetchval("SELECT count(*) = 3 FROM comparison_pushes"))
    found = await books.clock(*asked)
    assert (found["state"], found["done_on"], found["evidence"]) == ("DONE_LATE", "2019-08-12", "C1")
    breach = await books.breach(GUANGXI, "enrolment_comparison.2019-08")
    assert (breach["kind"], breach["status"]) == ("IDENTITY_DATA_LATE", "CLOSED")


async def test_what_a_person_has_withdrawn_other_money_meets_and_not_the_same(
    books: Ledger, staff: httpx.AsyncClient
) -> None:
    await books.someone(JIEYANG)
    asked = JIEYANG, "hospital_clearing", "2019-07", date(2019, 8, 31)
    await books.tell(statement(JIEYANG, "MA", "paid", paid_on=date(2019, 8, 20), payment_id="Z1"))
    assert (await books.clock(*asked))["state"] == "DONE"
    of = {"county": JIEYANG, "clock": "hospital_clearing", "period": "2019-07", "because": "款项付错医院"}
    assert (await staff.post("/v1/clocks/done/withdrawal", json=of)).status_code == 200
    for _ in range(2):
        assert (await books.clock(*asked))["state"] == "LATE"
    paid = {"hospital_id": "H2", "paid_on": date(2019, 8, 30), "payment_id": "Z2"}
    await books.tell(statement(JIEYANG, "MA", "paid", **paid))
    found = await books.clock(*asked)
    assert (found["state"], found["done_on"], found["evidence"]) == ("DONE", "2019-08-30", "Z2")
