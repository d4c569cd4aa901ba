"""Reports meet the clocks of those whose they are."""

from datetime import UTC, date, datetime
from typing import Any, Final

import httpx
from services.operations.tests.conftest import HUINING, Telling

from contracts.settlement import LayerPaid
from kernel.testing.surroundings import Service

LAYERS: Final = tuple(
    LayerPaid(payer=payer, amount_fen=45_000, clause="三(一)", document="会卫计发〔2018〕203号")
    for payer in ("BMI", "MA")
)


async def made(client: httpx.AsyncClient, report: str) -> int:
    reply = await client.post("/v1/reports", json={"report": report, "area": HUINING, "period": "2019-08"})
    assert reply.status_code == 201, reply.text
    return int(reply.json()["version"])


async def done(client: httpx.AsyncClient, area: str) -> list[dict[str, Any]]:
    """What was said to be done in an area."""
    reply = await client.get("/v1/clocks", params={"area": area, "state": "DONE", "limit": "100"})
    items: list[dict[str, Any]] = reply.json()["items"]
    return items


async def test_a_report_that_is_made_meets_the_clock_of_whose_it_is_with_its_event(
    telling: Telling, operations: Service, staff: httpx.AsyncClient
) -> None:
    await telling.bill("S1", layers=LAYERS)
    await telling.heard("bills", 1)
    said = {"county": HUINING, "clock": "monthly_report", "period": "2019-08", "unit": "县人社局", "evidence": "7号"}
    assert (await staff.post("/v1/clocks/done", json=said)).status_code == 201
    sql = "SELECT event_id::text FROM events WHERE stream_id = $1 AND type = 'ReportMade' ORDER BY version DESC LIMIT 1"
    for version in (1, 2):
        for report in ("ledger-backstop", "ledger-basic"):
            assert await made(staff, report) == version
        event_id = await operations.pool.fetchval(sql, f"report/ledger-backstop/{HUINING}/2019-08")
        clocks = {clock["unit"]: clock for clock in await done(staff, HUINING)}
        # What a person has said stands; the offices without a ledger say it themselves.
        assert {unit: clock["evidence"] for unit, clock in clocks.items()} == {"县民政局": event_id, "县人社局": "7号"}
        assert (clocks["县民政局"]["version"], clocks["县民政局"]["said_by"]) == (version, "operations")
        late = {"discharged_on": date(2019, 8, 30), "settled_at": datetime(2019, 8, 30, 2, tzinfo=UTC)}
        await telling.bill("S9", layers=LAYERS, **late)
        await telling.heard("bills", 2)
