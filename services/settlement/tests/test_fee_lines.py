"""A command about a bill reads what its lines come to, and not the lines."""

from datetime import date
from typing import Any

from settlement.encounters.domain.events import FeeLinesUploaded
from settlement.encounters.queries import case_file


async def brought(desk: Any, encounter_id: str) -> list[str]:
    """The events that a command about an encounter is brought."""
    row = await desk.service.pool.fetchrow(case_file._LOAD_SQL, [encounter_id])
    assert row is not None
    found: list[str] = row["data"]
    return found


async def test_a_command_is_brought_no_fee_lines_and_settles_their_sum(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    encounter = await jieyang.discharged("P1", date(2019, 8, 5), {"compliant": "1000.00"})
    few = sum(map(len, await brought(jieyang, encounter)))
    lines = [{"item": "示范", "amount": "1.00", "cost_class": "compliant"}] * 500
    path = f"/v1/encounters/{encounter}"
    uploaded = await jieyang.hospital.post(f"{path}/fees", json={"lines": lines})
    assert uploaded.is_success, uploaded.text
    assert sum(map(len, await brought(jieyang, encounter))) < few + 300, "one more batch, whatever it holds"
    stored = await jieyang.service.pool.fetchval(
        "SELECT max(length(data::text)) FROM events WHERE type = $1", FeeLinesUploaded.__name__
    )
    assert stored > 20_000, "the lines themselves are in the event"
    payers = {"BMI": "900.00", "CII": "0.00"}
    settled = await jieyang.hospital.post(f"{path}/settlement", json={"payers": payers})
    assert settled.json()["bill"]["total"] == "1500.00"
