"""Bills on paper: at most one visit, and who approved what was paid (000 二(一), 一(三)3)."""

from datetime import date, datetime
from typing import Any

import httpx
import msgspec
import pytest
from services.operations.tests.conftest import NOW, Telling

from contracts import identity
from contracts.settlement import CaseChanged, CaseSignedOff, CaseVisit, LayerPaid
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.set_clock import SetClock
from kernel.testing.surroundings import Service, Surroundings

LEYE = "451028"
AUGUST = {"county": LEYE, "period": "2019-08"}


def case(name: str, **said: Any) -> CaseChanged:
    """A case handed in complete on a Friday by a helping cadre, due on the Friday after."""
    fields: dict[str, Any] = {
        "case_id": name,
        "person_id": f"P-{name}",
        "county": LEYE,
        "hospital_id": "H9",
        "kind": "inpatient",
        "office": LEYE,
        "window_kind": "县外住院报销服务站",
        "window_hospital": None,
        "submitter": "CADRE",
        "handed_in_on": date(2019, 8, 16),
        "visits": (CaseVisit(date(2019, 8, 16), "CADRE"),),
        "returned": 0,
        "state": "COMPLETE",
        "complete_on": date(2019, 8, 16),
        "due_on": date(2019, 8, 23),
        "settlement_id": None,
        "to_sign": (),
        "signed": (),
        "paid_on": None,
        "paid_by": None,
    }
    return CaseChanged(**(fields | said))


def signed(owner: str, by: str, day: int = 19) -> CaseSignedOff:
    return CaseSignedOff(owner, by, date(2019, 8, day))


async def bill(telling: Telling, name: str, **fen: int) -> None:
    layers = tuple(
        LayerPaid(payer=payer, amount_fen=amount, clause="一", document="乐业县") for payer, amount in fen.items()
    )
    place = {"county": LEYE, "area": "451000", "hospital_id": "H9", "place": "out_county"}
    await telling.bill(name, layers=layers, route="AGENCY", **place)


async def listed(client: httpx.AsyncClient, path: str = "", **asked: Any) -> list[dict[str, Any]]:
    reply = await client.get(f"/v1/paper-cases{path}", params=AUGUST | asked)
    assert reply.status_code == 200, reply.text
    items: list[dict[str, Any]] = reply.json()["items"]
    return items


@pytest.fixture
async def three(telling: Telling) -> None:
    """One case that took one way, one that took three and two returns, one that was withdrawn."""
    await telling.event(case("C1", state="PAID", paid_on=date(2019, 8, 23), paid_by="cashier"))
    ways = (
        CaseVisit(date(2019, 8, 16), "CADRE"),
        CaseVisit(date(2019, 8, 19), "SELF"),
        CaseVisit(date(2019, 8, 21), "FAMILY"),
    )
    await telling.event(case("C2", visits=ways[:1]))
    await telling.event(case("C2", visits=ways, returned=2))
    await telling.event(case("C3", state="WITHDRAWN", visits=ways, returned=1))
    await telling.heard("paper_cases", 3)


async def test_cases_for_which_somebody_came_more_than_once_are_listed(three: None, staff: httpx.AsyncClient) -> None:
    again = await listed(staff, more_than_one_visit="true")
    assert [(one["case_id"], len(one["visits"]), one["own_visits"], one["returned"]) for one in again] == [
        ("C2", 3, 2, 2),
        ("C3", 3, 2, 1),
    ]
    assert [one["case_id"] for one in await listed(staff)] == ["C1", "C2", "C3"]
    assert [one["case_id"] for one in await listed(staff, returned="true", limit=1)] == ["C2"]
    assert "P-C2" not in str(again)


async def test_the_totals_leave_withdrawn_cases_out_and_say_no_data_for_none(
    three: None, staff: httpx.AsyncClient, clock: SetClock
) -> None:
    clock.now = datetime.fromisoformat("2019-08-24T08:00:00+08:00")
    totals = (await staff.get("/v1/paper-cases/totals", params=AUGUST)).json()
    assert totals == AUGUST | {
        "cases": 2,
        "more_than_one_visit": 1,
        "at_most_one_visit_percent": "50.00",
        "household_more_than_one_visit": 1,
        "household_at_most_one_percent": "50.00",
        "with_returned_papers": 1,
        "late": 1,
    }
    none = (await staff.get("/v1/paper-cases/totals", params=AUGUST | {"period": "2019-07"})).json()
    assert (none["cases"], none["at_most_one_visit_percent"]) == (0, None)


async def test_the_audit_says_who_approved_which_part_when_and_who_paid(
    telling: Telling, staff: httpx.AsyncClient
) -> None:
    await bill(telling, "S1", BMI=50_000, CII=0, MA=20_000)
    paid = {"state": "PAID", "settlement_id": "S1", "paid_on": date(2019, 8, 26), "paid_by": "cashier"}
    approvals = (signed("社保", "ann"), signed("民政", "bo", 20))
    await telling.event(case("C1", to_sign=("社保", "民政"), signed=approvals, **paid))
    await telling.heard("bills", 1)
    await telling.heard("paper_cases", 1)
    (line,) = await listed(staff, "/approvals")
    assert [(part["payer"], part["amount"], part["owner"], part["approved_by"]) for part in line["parts"]] == [
        ("BMI", "500.00", "社保", "ann"),
        ("MA", "200.00", "民政", "bo"),
    ]
    assert [part["approved_on"] for part in line["parts"]] == ["2019-08-19", "2019-08-20"]
    told = [line[name] for name in ("paid_on", "paid_by", "due_on", "late", "unapproved")]
    assert told == ["2019-08-26", "cashier", "2019-08-23", True, "0.00"]
    assert await listed(staff, "/approvals", unapproved="true") == []


async def test_money_paid_without_approval_is_found_behind_any_number_of_good_cases(
    telling: Telling, staff: httpx.AsyncClient
) -> None:
    good = {"to_sign": ("社保",), "signed": (signed("社保", "ann"),), "state": "PAID", "paid_on": date(2019, 8, 20)}
    for number in range(5):
        await bill(telling, f"S{number}", BMI=50_000)
        await telling.event(case(f"C{number}", settlement_id=f"S{number}", **good))
    await bill(telling, "S7", BMI=50_000, MA=30_000, HOSP=100)
    await telling.event(case("C7", settlement_id="S7", **good))
    await bill(telling, "S8", BMI=50_000)
    await telling.event(case("C8", settlement_id="S8", state="SETTLED", to_sign=("社保",)))
    await telling.heard("paper_cases", 7)
    (found,) = await listed(staff, "/approvals", unapproved="true", limit=1)
    assert (found["case_id"], found["unapproved"]) == ("C7", "301.00")
    assert [(part["owner"], part["approved_by"]) for part in found["parts"]] == [
        ("社保", "ann"),
        ("民政", None),
        (None, None),
    ]
    (waiting,) = [one for one in await listed(staff, "/approvals") if one["case_id"] == "C8"]
    assert (waiting["waiting_for"], waiting["unapproved"]) == (["社保"], "0.00")


async def test_a_bill_that_was_not_paid_in_time_is_a_breach_of_who_has_not_signed(
    around: Surroundings, telling: Telling, staff: httpx.AsyncClient
) -> None:
    told = identity.EntitlementChanged(person_id="P1", revision=1, change="ADDED", county=LEYE)
    await around.tell(identity.CONTRACT, "P1", told)
    to_sign = ("社保", "民政")
    await telling.event(case("C1", state="SETTLED", to_sign=to_sign, signed=(signed("社保", "ann"),)))
    await telling.event(case("C2", due_on=date(2019, 9, 3)))
    await telling.event(case("C3", state="PAID", paid_on=date(2019, 8, 30)))
    await telling.event(case("C4", state="RETURNED", complete_on=None, due_on=None))
    await telling.event(case("C5"))
    await telling.heard("paper_cases", 5)
    await telling.heard("people", 1)
    for _ in range(2):
        assert (await staff.post("/v1/breaches/look")).status_code == 200
    asked = {"county": LEYE, "kind": "SETTLEMENT_LATE"}
    items = (await staff.get("/v1/breaches", params=asked)).json()["items"]
    found = [one for one in items if one["about"].startswith("case.")]
    assert [(one["about"], one["party"], one["due_on"]) for one in found] == [
        ("case.C1", "民政", "2019-08-23"),
        ("case.C5", "社保", "2019-08-23"),
    ]


async def late_breaches(staff: httpx.AsyncClient) -> dict[str, tuple[str, str]]:
    """After a look: the party and status of each breach about a case."""
    assert (await staff.post("/v1/breaches/look")).status_code == 200
    asked = {"county": LEYE, "kind": "SETTLEMENT_LATE"}
    items = (await staff.get("/v1/breaches", params=asked)).json()["items"]
    return {one["about"]: (one["party"], one["status"]) for one in items if one["about"].startswith("case.")}


async def told_again(telling: Telling, operations: Service, changed: CaseChanged) -> None:
    await telling.event(changed)
    there = "SELECT EXISTS (SELECT FROM paper_cases WHERE case_id = $1 AND state = $2 AND signed = $3::jsonb)"
    signs = msgspec.json.encode(changed.signed).decode()
    await eventually(lambda: operations.pool.fetchval(there, changed.case_id, changed.state, signs))


async def test_a_bill_that_was_paid_ends_its_breach(
    around: Surroundings, telling: Telling, staff: httpx.AsyncClient, operations: Service
) -> None:
    told = identity.EntitlementChanged(person_id="P1", revision=1, change="ADDED", county=LEYE)
    await around.tell(identity.CONTRACT, "P1", told)
    await telling.heard("people", 1)
    for name in ("C1", "C2", "C3"):
        await told_again(telling, operations, case(name))
    assert {status for _, status in (await late_breaches(staff)).values()} == {"OPEN"}
    await told_again(telling, operations, case("C1", state="PAID", paid_on=date(2019, 8, 23)))
    await told_again(telling, operations, case("C2", state="PAID", paid_on=date(2019, 8, 26)))
    for _ in range(2):
        found = await late_breaches(staff)
        assert {about: status for about, (_, status) in found.items()} == {
            "case.C1": "WITHDRAWN",  # it was paid on its last day, and entered after it
            "case.C2": "CLOSED",
            "case.C3": "OPEN",
        }
    one = (await staff.get(f"/v1/breaches/SETTLEMENT_LATE-{LEYE}-case.C1")).json()
    assert one["closed_because"] == "C1 已于 2019-08-23 支付，未超过 2019-08-23"


async def test_each_department_that_has_not_signed_has_its_own_breach(
    around: Surroundings, telling: Telling, staff: httpx.AsyncClient, operations: Service
) -> None:
    told = identity.EntitlementChanged(person_id="P1", revision=1, change="ADDED", county=LEYE)
    await around.tell(identity.CONTRACT, "P1", told)
    await telling.heard("people", 1)
    waits: dict[str, Any] = {"state": "SETTLED", "to_sign": ("社保", "民政", "财政")}
    await told_again(telling, operations, case("C1", **waits, signed=(signed("社保", "ann"),)))
    first = await late_breaches(staff)
    assert sorted(first.values()) == [("民政", "OPEN"), ("财政", "OPEN")]
    # One signs, then the other: neither is found a second time, nor anybody else.
    signs = tuple(signed(owner, "ann") for owner in ("社保", "民政", "财政"))
    for count in (2, 3):
        await told_again(telling, operations, case("C1", **waits, signed=signs[:count]))
        assert await late_breaches(staff) == first
    await told_again(telling, operations, case("C1", **waits | {"state": "PAID"}, signed=signs, paid_on=NOW.date()))
    assert sorted((await late_breaches(staff)).values()) == [("民政", "CLOSED"), ("财政", "CLOSED")]


async def test_another_county_s_cases_are_nobody_else_s_business(three: None, operations: Service) -> None:
    far = await operations.client(Role.AGENCY, "A2", divisions=["620422"])
    for path in ("", "/totals", "/approvals"):
        assert (await far.get(f"/v1/paper-cases{path}", params=AUGUST)).json()["code"] == "DIVISION_FOREIGN"
    hospital = await operations.client(Role.HOSPITAL, "H9")
    assert (await hospital.get("/v1/paper-cases", params=AUGUST)).status_code == 403
