"""Breaches of clocks that passed: each names where its proof would stand, and ends when the thing is done."""

from typing import Any

import httpx
from services.operations.tests.conftest import HUINING

from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service

JULY: dict[str, Any] = {"county": HUINING, "clock": "monthly_report", "period": "2019-07"}


async def late_reports(staff: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    """After a look: the breaches of July's reports by their unit."""
    assert (await staff.post("/v1/breaches/look")).status_code == 200
    asked = {"county": HUINING, "kind": "REPORT_LATE", "limit": "50"}
    items = (await staff.get("/v1/breaches", params=asked)).json()["items"]
    return {one["party"]: one for one in items if one["about"].startswith("monthly_report.2019-07.")}


async def test_a_clock_that_was_met_after_all_ends_its_breach_with_the_event_that_says_so(
    known: None, operations: Service, staff: httpx.AsyncClient
) -> None:
    await eventually(lambda: operations.pool.fetchval("SELECT count(*) > 0 FROM people"))
    streams = {unit: f"clock/{HUINING}/monthly_report/2019-07/{unit}" for unit in ("县民政局", "县人社局", "县财政局")}
    first = await late_reports(staff)
    assert {unit: (one["status"], one["evidence"]) for unit, one in first.items() if unit in streams} == {
        unit: ("OPEN", [stream]) for unit, stream in streams.items()
    }
    said = {"县民政局": ("2019-08-08", "会民函〔2019〕30号"), "县人社局": ("2019-08-09", "会人社函〔2019〕7号")}
    for unit, (day, evidence) in said.items():
        done = JULY | {"unit": unit, "done_on": day, "evidence": evidence}
        assert (await staff.post("/v1/clocks/done", json=done)).status_code == 201
    for _ in range(2):
        found = await late_reports(staff)
        assert [found[unit]["status"] for unit in streams] == ["WITHDRAWN", "CLOSED", "OPEN"]
        for unit, (_, evidence) in said.items():
            sql = "SELECT event_id::text FROM events WHERE stream_id = $1 AND type = 'ClockDone'"
            event_id = await operations.pool.fetchval(sql, streams[unit])
            assert found[unit]["evidence"] == [streams[unit], event_id, evidence]
    assert "未超过 2019-08-08" in found["县民政局"]["closed_because"]


async def test_a_clock_that_was_not_met_after_all_is_a_breach_anew(
    known: None, operations: Service, staff: httpx.AsyncClient
) -> None:
    await eventually(lambda: operations.pool.fetchval("SELECT count(*) > 0 FROM people"))
    await late_reports(staff)
    unit = {"unit": "县民政局"}
    done = JULY | unit | {"done_on": "2019-08-08", "evidence": "会民函〔2019〕30号"}
    assert (await staff.post("/v1/clocks/done", json=done)).status_code == 201
    assert (await late_reports(staff))["县民政局"]["status"] == "WITHDRAWN"
    other = await operations.client(Role.OPERATIONS, subject="operations-2")
    not_done = JULY | unit | {"because": "该函为六月份报表"}
    assert (await other.post("/v1/clocks/done/withdrawal", json=not_done)).status_code == 200
    for _ in range(2):
        found = (await late_reports(staff))["县民政局"]
        sql = "SELECT event_id::text FROM events WHERE type = 'ClockDoneWithdrawn'"
        assert (found["status"], found["evidence"][-1]) == ("OPEN", await operations.pool.fetchval(sql))
    # Whoever withdraws it knows of that: it is not opened a third time.
    assert (await other.post(f"/v1/breaches/{found['breach_id']}/withdrawal", json={"because": "已豁免"})).is_success
    assert (await late_reports(staff))["县民政局"]["status"] == "WITHDRAWN"
