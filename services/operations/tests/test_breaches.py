"""The register of breaches: opened by hand, by a clock that passed or by a fund in debt; noticed, closed, withdrawn."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
from services.operations.tests.conftest import HUINING, Telling

from contracts import fund_ledger, identity
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.set_clock import SetClock
from kernel.testing.surroundings import Service, Surroundings
from operations.config import Config
from operations.main import build

FOUND: dict[str, Any] = {
    "kind": "TREAT_FIRST_REFUSED",
    "county": HUINING,
    "about": "E-17",
    "party": "H620422-3",
    "why": "入院时仍收取押金",
    "evidence": ["E-17"],
}


async def opened(client: httpx.AsyncClient, **change: Any) -> str:
    reply = await client.post("/v1/breaches", json=FOUND | change)
    assert reply.status_code == 201, reply.text
    return str(reply.json()["breach_id"])


async def test_a_breach_is_noticed_and_put_right(staff: httpx.AsyncClient) -> None:
    breach_id = await opened(staff)
    path = f"/v1/breaches/{breach_id}"
    assert (
        await staff.post(f"{path}/notice", json={"reference": "会政通〔2019〕9号", "on": "2019-09-03"})
    ).status_code == 200
    assert (await staff.post(f"{path}/closure", json={"because": "押金已退还"})).json()["status"] == "CLOSED"
    found = (await staff.get(path)).json()
    assert (found["party"], found["notice"], found["closed_because"]) == (
        "H620422-3",
        "会政通〔2019〕9号",
        "押金已退还",
    )
    assert (found["title"], found["evidence"]) == ("未执行先诊疗后付费", ["E-17"])
    for step, body in (("notice", {"reference": "x1", "on": "2019-09-03"}), ("withdrawal", {"because": "x1"})):
        assert (await staff.post(f"{path}/{step}", json=body)).json()["code"] == "BREACH_NOT_IN_STATE"


async def test_the_same_case_is_one_breach(staff: httpx.AsyncClient) -> None:
    await opened(staff)
    refused = await staff.post("/v1/breaches", json=FOUND | {"why": "又一次"})
    assert (refused.status_code, refused.json()["code"]) == (409, "BREACH_EXISTS")
    await opened(staff, about="E-18")


async def test_another_person_withdraws_it(operations: Service, staff: httpx.AsyncClient) -> None:
    path = f"/v1/breaches/{await opened(staff)}/withdrawal"
    assert (await staff.post(path, json={"because": "查无此事"})).json()["code"] == "BREACH_SAME_PERSON"
    other = await operations.client(Role.OPERATIONS, subject="operations-2")
    assert (await other.post(path, json={"because": "查无此事"})).json()["status"] == "WITHDRAWN"


async def test_who_answers_is_found_in_the_documents_duties(staff: httpx.AsyncClient) -> None:
    hunan = {"county": "430481", "kind": "FUND_LATE", "party": "", "about": "FISCAL-2019-09"}
    breach_id = await opened(staff, **hunan)
    assert (await staff.get(f"/v1/breaches/{breach_id}")).json()["party"] == "财政部门"
    refused = await staff.post("/v1/breaches", json=FOUND | {"party": ""})
    assert refused.json()["code"] == "BREACH_PARTY_MISSING"


async def test_a_notice_comes_after_the_breach_and_not_before_its_day(staff: httpx.AsyncClient) -> None:
    path = f"/v1/breaches/{await opened(staff)}/notice"
    for day, code in (("2019-09-04", "DATE_IN_FUTURE"), ("2019-09-02", "DATES_OUT_OF_ORDER")):
        assert (await staff.post(path, json={"reference": "x1", "on": day})).json()["code"] == code
    assert (
        await staff.post("/v1/breaches/none/notice", json={"reference": "x", "on": "2019-09-03"})
    ).status_code == 404


async def test_counties_do_not_see_each_others(operations: Service, staff: httpx.AsyncClient) -> None:
    breach_id = await opened(staff)
    await opened(staff, county="430481", about="E-2")
    own = await operations.client(Role.AGENCY, divisions=["430400"])
    assert [one["county"] for one in (await own.get("/v1/breaches")).json()["items"]] == ["430481"]
    assert (await own.get(f"/v1/breaches/{breach_id}")).json()["code"] == "DIVISION_FOREIGN"
    assert (await own.post("/v1/breaches", json=FOUND | {"about": "E-3"})).json()["code"] == "DIVISION_FOREIGN"
    page = (await staff.get("/v1/breaches", params={"limit": "1"})).json()
    rest = (await staff.get("/v1/breaches", params={"limit": "1", "after": page["next"]})).json()
    assert [one["county"] for one in page["items"] + rest["items"]] == ["430481", "620422"]


async def test_a_fund_that_crosses_zero_is_a_breach_with_its_journal(
    around: Surroundings, staff: httpx.AsyncClient
) -> None:
    account = "fund/430481/THB"
    told = fund_ledger.FundOverdrawn(account, -12_345, "J1")
    await around.tell(fund_ledger.CONTRACT, account, told)

    async def there() -> bool:
        return (await staff.get("/v1/breaches/RESERVE_SHORT-430481-THB.J1")).status_code == 200

    await eventually(there)
    found = (await staff.get("/v1/breaches/RESERVE_SHORT-430481-THB.J1")).json()
    assert (found["party"], found["evidence"][1], found["status"]) == ("扶贫部门", "J1", "OPEN")
    assert "-123.45" in found["why"]


async def test_a_centre_that_keeps_the_consultation_fee_is_a_breach_of_its_own(
    around: Surroundings, staff: httpx.AsyncClient
) -> None:
    fees_id = "H450223-C1-450223-2019-08"
    told = fund_ledger.ConsultationFeeRetained(
        fees_id=fees_id,
        county="450223",
        centre_id="H450223-C1",
        month=date(2019, 8, 1),
        due_fen=175_500,
        left_fen=5_500,
        clinics=("V2",),
        found_on=date(2019, 9, 2),
    )
    for _ in range(2):
        await around.tell(fund_ledger.CONTRACT, fees_id, told)
    path = f"/v1/breaches/CONSULT_FEE_RETAINED-450223-{fees_id}.2019-09-02"

    async def there() -> bool:
        return (await staff.get(path)).status_code == 200

    await eventually(there)
    found = (await staff.get(path)).json()
    assert (found["party"], found["evidence"][1], found["status"]) == ("H450223-C1", fees_id, "OPEN")
    assert "55.00" in found["why"]


async def test_a_clock_that_passed_is_a_breach_of_its_owner_once(
    known: None, operations: Service, staff: httpx.AsyncClient, clock: SetClock
) -> None:
    await eventually(lambda: operations.pool.fetchval("SELECT count(*) > 0 FROM people"))
    report = {"county": HUINING, "clock": "monthly_report", "period": "2019-07", "unit": "县民政局"}
    await staff.post("/v1/clocks/done", json=report | {"evidence": "会民函〔2019〕30号"})
    looked = await staff.post("/v1/breaches/look")
    assert looked.status_code == 200, looked.text
    late = (await staff.get("/v1/breaches", params={"kind": "REPORT_LATE", "limit": "50"})).json()["items"]
    july = {one["party"] for one in late if one["about"].startswith("monthly_report.2019-07")}
    # It was said on the 3rd of September that the July report was in: late, and no breach any more.
    assert july == {"县财政局", "县金融办", "县人社局", "县卫计局"}
    assert all(one["due_on"] == "2019-08-08" for one in late if "2019-07" in one["about"])
    assert (await staff.post("/v1/breaches/look")).json() == looked.json()
    again = (await staff.get("/v1/breaches", params={"kind": "REPORT_LATE", "limit": "50"})).json()["items"]
    assert len(again) == len(late)


async def test_the_metrics_tell_which_clocks_are_late(
    around: Surroundings, config: Config, clock: SetClock, known: None
) -> None:
    often = Config(library=config.library, watch_seconds=0.05)
    service = await around.serve("operations", lambda host: build(host, often), clock=clock)
    client = await service.client(Role.OPERATIONS)

    async def told() -> bool:
        text = (await client.get("/metrics")).text
        # August's reports of five departments are due on the 8th of September, in five days.
        return 'onestop_clocks{service="operations",state="ABOUT"} 5.0' in text

    await eventually(told)


async def test_what_an_inspection_found_is_put_right(operations: Service, staff: httpx.AsyncClient) -> None:
    found = {"kind": "FINDING", "about": "2019-Q3-4", "party": "", "why": "部分乡镇窗口无人值守"}
    breach_id = await opened(staff, **found)
    finding = (await staff.get(f"/v1/breaches/{breach_id}")).json()
    assert (finding["party"], finding["clause"]) == ("县卫计局", "002 四(四)")
    closed = await staff.post(f"/v1/breaches/{breach_id}/closure", json={"because": "窗口已配备人员"})
    assert closed.json()["status"] == "CLOSED"
    open_ones = (await staff.get("/v1/breaches", params={"kind": "FINDING", "status": "OPEN"})).json()["items"]
    assert open_ones == []


async def test_an_indicator_below_what_its_document_wants_is_a_breach_of_its_owner(
    known: None, telling: Telling, staff: httpx.AsyncClient
) -> None:
    visit = {"encounter_kind": "chronic_outpatient", "total_fen": 200_000, "compliant_fen": 200_000}
    await telling.bill("S1", patient_pays_fen=30_001, **visit)
    await telling.heard("bills", 1)
    await telling.heard("people", 1)
    await staff.post("/v1/breaches/look")
    found = (await staff.get("/v1/breaches", params={"kind": "INDICATOR_BELOW"})).json()["items"]
    assert [(one["about"], one["party"]) for one in found] == [("chronic_outpatient_compensation.2019-08", "县金融办")]
    # 85.00 % as shown, and not reached: 169 999 of 200 000.
    assert "85.00%，应达到 85%" in found[0]["why"]
    assert found[0]["evidence"] == ["S1"]
    await staff.post("/v1/breaches/look")
    again = (await staff.get("/v1/breaches", params={"kind": "INDICATOR_BELOW"})).json()["items"]
    assert again == found


async def test_a_month_is_measured_after_a_days_grace(
    known: None, telling: Telling, staff: httpx.AsyncClient, clock: SetClock
) -> None:
    """What happened on its last evening is heard on the 1st; a breach by half of the figures is none."""
    await telling.bill("S1", encounter_kind="chronic_outpatient", patient_pays_fen=40_000)
    await telling.heard("bills", 1)
    await telling.heard("people", 1)
    clock.now = datetime(2019, 8, 31, 16, 30, tzinfo=UTC)  # half past midnight of the 1st of September
    await staff.post("/v1/breaches/look")
    assert (await staff.get("/v1/breaches", params={"kind": "INDICATOR_BELOW"})).json()["items"] == []
    clock.now += timedelta(days=1)
    await staff.post("/v1/breaches/look")
    found = (await staff.get("/v1/breaches", params={"kind": "INDICATOR_BELOW"})).json()["items"]
    assert [one["about"] for one in found] == ["chronic_outpatient_compensation.2019-08"]


async def test_a_county_that_nobody_can_look_at_keeps_no_other_from_being_watched(
    around: Surroundings, config: Config, clock: SetClock, known: None
) -> None:
    """Sums that no column holds cannot be measured: that is an alarm, and Huining's breaches are opened."""
    often = Config(library=config.library, watch_seconds=0.05)
    service = await around.serve("operations", lambda host: build(host, often), clock=clock)
    telling = Telling(around, service)
    for name in ("S1", "S2"):
        await telling.bill(name, county="430481", total_fen=2**63 - 1)
    await telling.heard("bills", 2)
    told = identity.EntitlementChanged(person_id="P0", revision=1, change="ADDED", county="430481")
    await around.tell(identity.CONTRACT, "P0", told)
    client = await service.client(Role.OPERATIONS)

    async def watched() -> bool:
        failing = 'job="clocks-of-counties"' in (await client.get("/metrics")).text
        theirs = await client.get("/v1/breaches", params={"county": HUINING, "kind": "REPORT_LATE"})
        return failing and theirs.json()["items"] != []

    await eventually(watched)
